import { describe, expect, test } from 'vitest'
import type { Action } from '../../../renderer/state/actions.js'
import { meaningsOf } from '../../../renderer/state/key-table.js'

const action = (id: string, keys: Action['keys'], when?: Action['when']): Action => ({
  id,
  label: 'action.undo',
  ...(keys !== undefined && { keys }),
  ...(when !== undefined && { when }),
  run: () => {},
})

describe('the table of keys', () => {
  test('has one meaning of a key in each mode', () => {
    const table = meaningsOf([action('next', 'n', 'live'), action('add', ['n', 'a'], 'edit')])
    expect(table.get('n')?.map(({ action: { id }, when }) => [id, when])).toEqual([
      ['next', 'live'],
      ['add', 'edit'],
    ])
    expect(table.get('a')).toHaveLength(1)
  })
  test('refuses two in one mode, and one that would be hidden in some', () => {
    expect(() => meaningsOf([action('one', 'n', 'edit'), action('two', 'n', 'edit')])).toThrow('n means one and two')
    expect(() => meaningsOf([action('one', 'n'), action('two', 'n', 'edit')])).toThrow('n means one and two')
  })
})
