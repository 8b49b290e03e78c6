import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from '../../../electron/core/lab/nearest.js'

test.each([
  ['', '', 0],
  ['adresses', 'addresses', 1],
  ['pnig', 'ping', 1],
  ['ruoter', 'router', 1],
  ['kitten', 'sitting', 3],
  ['a', '', 1],
  ['ca', 'abc', 3],
])('%j is %j after %i edits', (a, b, distance) => expect(editDistance(a, b)).toBe(distance))

test('the distance does not depend on the direction, and a limit only hides what lies beyond it', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, fc.nat(8), (a, b, limit) => {
      const distance = editDistance(a, b)
      expect(editDistance(b, a)).toBe(distance)
      expect(editDistance(a, b, limit)).toBe(distance <= limit ? distance : Infinity)
      expect(distance === 0).toBe(a === b)
    }),
    { numRuns: 2000 },
  )
})

test('only slips of the fingers are guessed', () => {
  expect(nearest('ns01', ['ns1', 'host', 'ns0'])).toBe('ns1')
  expect(nearest('NS0', ['host', 'ns0'])).toBe('ns0')
  expect(nearest('internet', ['ns0', 'router'])).toBeNull()
  expect(nearest('x', [])).toBeNull()
})
