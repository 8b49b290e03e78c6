import { expect, test } from 'vitest'
import { drawNotes, noteKey } from '../../../renderer/canvas/notes.js'

const [note] = drawNotes(
  [
    {
      text: { en: 'A **bold** word, `ip link` and <b>a stranger</b>\n\n- one\n- two', 'zh-CN': '一'.repeat(50) },
      x: 8,
      y: 4,
    },
  ],
  'en',
  {},
)

test('a note is drawn as lines of marked words, and markup of a stranger is words', () => {
  const kinds = note?.lines.flatMap(({ parts }) => parts)
  expect(kinds).toContainEqual({ kind: 'strong', text: 'bold' })
  expect(kinds).toContainEqual({ kind: 'code', text: 'ip link' })
  expect(note?.words).toContain('<b>a stranger</b>')
  expect(note?.words).toMatch(/• one • two$/)
})

test('lines stay within the note, also of a language without blanks', () => {
  const [chinese] = drawNotes([{ text: '一'.repeat(50), x: 0, y: 0 }], 'zh-CN', {})
  expect(chinese?.lines.length).toBeGreaterThan(1)
  for (const each of [note, chinese])
    for (const line of each?.lines ?? []) expect(line.y).toBeLessThan(each?.height ?? 0)
  expect(chinese?.width).toBeLessThan(300)
})

test('it is where the file says, and under a hand where the hand is', () => {
  expect(note).toMatchObject({ x: 8, y: 4 })
  expect(drawNotes([{ text: 'a', x: 8, y: 4 }], 'en', { [noteKey('0')]: { x: 40, y: 50 } })[0]).toMatchObject({
    x: 40,
    y: 50,
  })
})
