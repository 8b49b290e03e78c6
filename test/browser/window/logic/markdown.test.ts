import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInline, parseMarkdown } from '../../../../renderer/guide/markdown.js'
import type { Block } from '../../../../renderer/guide/markdown.js'

const textOf = (block: Block): string =>
  block.kind === 'code'
    ? block.text
    : (block.kind === 'list' ? block.items.flat() : block.content).map(({ text }) => text).join('')

describe('guide texts', () => {
  test('paragraphs, lists, code and emphasis are told apart', () => {
    const blocks = parseMarkdown('One **bold** and\n*soft* `code`.\n\n- a\n- b\n\n1. c\n\n```\nip netns\n```')
    expect(blocks).toEqual([
      {
        kind: 'paragraph',
        content: [
          { kind: 'text', text: 'One ' },
          { kind: 'strong', text: 'bold' },
          { kind: 'text', text: ' and ' },
          { kind: 'emphasis', text: 'soft' },
          { kind: 'text', text: ' ' },
          { kind: 'code', text: 'code' },
          { kind: 'text', text: '.' },
        ],
      },
      { kind: 'list', ordered: false, items: [[{ kind: 'text', text: 'a' }], [{ kind: 'text', text: 'b' }]] },
      { kind: 'list', ordered: true, items: [[{ kind: 'text', text: 'c' }]] },
      { kind: 'code', text: 'ip netns' },
    ])
  })

  test('names with underscores and stars in code stay what they are', () => {
    expect(parseInline('ip_forward and `a*b*c` and veth_a_b')).toEqual([
      { kind: 'text', text: 'ip_forward and ' },
      { kind: 'code', text: 'a*b*c' },
      { kind: 'text', text: ' and veth_a_b' },
    ])
  })

  test('lines of Chinese are joined without a blank', () => {
    expect(parseMarkdown('命名空间\n有自己的 lo。').map(textOf)).toEqual(['命名空间有自己的 lo。'])
  })

  test('markup is text, whatever it is', () => {
    const html = '<img src=x onerror=alert(1)> [link](javascript:alert(1))'
    expect(parseMarkdown(html).map(textOf)).toEqual([html])
  })

  test('any text is parsed, and without marks nothing of it is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(Array.isArray(parseMarkdown(text))).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z .,:<>&"']{1,200}$/), (text) => {
        expect(parseMarkdown(text).map(textOf).join(' ')).toBe(text.trim())
      }),
    )
  })

  test('a text made to be slow is parsed all the same', () => {
    // Twice the text takes twice the time, or the test runs into its limit.
    for (const part of ['*', '`', '**', '_', '* a', '- \n', '```\n'])
      expect(parseMarkdown(part.repeat(20_000))).toBeInstanceOf(Array)
  })
})
