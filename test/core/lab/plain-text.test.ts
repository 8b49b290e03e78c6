import { expect, test } from 'vitest'
import { columns } from '../../../electron/cli/columns.js'
import {
  linePattern,
  plainLine,
  printableLine,
  replyPattern,
  textPattern,
} from '../../../electron/core/lab/plain-text.js'

const harmful = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(0x7f + code)),
  ...'\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff',
]
const allowed = { text: '\t\n', reply: '\t\n\r' } as const

test('control characters, line separators and marks of direction are no text', () => {
  for (const character of harmful) {
    const word = `a${character}b`
    expect([word, linePattern.test(word)]).toEqual([word, false])
    expect([word, textPattern.test(word)]).toEqual([word, allowed.text.includes(character)])
    expect([word, replyPattern.test(word)]).toEqual([word, allowed.reply.includes(character)])
    expect(plainLine(word)).toBe('a b')
  }
})

test('what stands in one line stays in it, and all of it is to be seen', () => {
  expect(printableLine('a\nb\u001b[31m\rc\td')).toBe('a\\u000ab\\u001b[31m\\u000dc  d')
  expect(
    columns([
      ['a\nb', 'x'],
      ['c', 'y'],
    ]),
  ).toEqual(['a\\u000ab  x', 'c         y'])
})

test('what people write is text', () => {
  for (const word of [
    'ip netns add ns0',
    'sudo awk \'{print $1}\' | tee "a b"',
    '跟踪一个包 · é ß',
    'עברית',
    'a–b → c',
  ]) {
    expect(linePattern.test(word)).toBe(true)
    expect(plainLine(word)).toBe(word)
  }
  expect(textPattern.test('two\n\nparagraphs, 👩‍🔧')).toBe(true)
  expect(replyPattern.test('HTTP/1.1 200 OK\r\n\r\n')).toBe(true)
})
