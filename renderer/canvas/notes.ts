/** Words on the canvas: a small part of Markdown, broken into lines. What is in a lab file is only ever drawn as text. */
import type { NoteEntry, Text } from '../../electron/core/lab/schema.js'
import { parseMarkdown, type Inline, type Styled } from '../guide/markdown.js'
import type { Language } from '../i18n/catalogue.js'
import type { Rect } from './drawing.js'
import type { Places } from './layout.js'
import { textWidth } from './measure.js'

export interface NoteLine {
  /** From the top left corner of the note, to the start of the line's base. */
  readonly x: number
  readonly y: number
  readonly parts: readonly Styled[]
}

export interface DrawnNote extends Rect {
  /** Its place in the list. */
  readonly id: string
  readonly lines: readonly NoteLine[]
  /** All that it says, for the ear. */
  readonly words: string
}

/** Canvas units. */
const size = { width: 260, line: 18, base: 13, paragraph: 6, indent: 14, inset: 10, edge: 6 } as const

/** In `moving` and in a drag, a note has this name; no namespace can. */
export const noteKey = (id: string): string => `note:${id}`
/** Null: it is no note's. */
export const noteOf = (key: string): string | null => (key.startsWith('note:') ? key.slice('note:'.length) : null)

const textIn = (text: Text, language: Language): string =>
  typeof text === 'string' ? text : (text[language] ?? text.en ?? text['zh-CN'] ?? '')

export function drawNotes(notes: readonly NoteEntry[], language: Language, moving: Places): readonly DrawnNote[] {
  return notes.map(({ text, x, y }, at) => {
    const id = String(at)
    const { lines, width, height } = linesOf(textIn(text, language))
    return { id, ...(moving[noteKey(id)] ?? { x, y }), width, height, lines, words: wordsOf(lines) }
  })
}

const wordsOf = (lines: readonly NoteLine[]): string =>
  lines.map(({ parts }) => parts.map(({ text }) => text).join('')).join(' ')

function linesOf(source: string): { lines: readonly NoteLine[]; width: number; height: number } {
  const lines: NoteLine[] = []
  let y: number = size.edge
  let widest = 0
  const put = (parts: readonly Inline[], indent: number): void => {
    // Nothing on the picture is there to be clicked: a word of the glossary is a word.
    const styled = parts.map(({ kind, text }): Styled => ({ kind: kind === 'term' ? 'text' : kind, text }))
    for (const broken of broke(styled, size.width - indent)) {
      lines.push({ x: size.inset + indent, y: y + size.base, parts: broken })
      widest = Math.max(widest, indent + widthOf(broken))
      y += size.line
    }
  }
  for (const [index, block] of parseMarkdown(source).entries()) {
    if (index > 0) y += size.paragraph
    if (block.kind === 'paragraph') put(block.content, 0)
    else if (block.kind === 'code') for (const text of block.text.split('\n')) put([{ kind: 'code', text }], 0)
    else
      for (const [at, item] of block.items.entries()) {
        const mark = block.ordered ? `${at + 1}.` : '•'
        lines.push({ x: size.inset, y: y + size.base, parts: [{ kind: 'text', text: mark }] })
        put(item, size.indent)
      }
  }
  return { lines, width: Math.max(40, widest) + 2 * size.inset, height: Math.max(y, size.edge + size.line) + size.edge }
}

/** A word in bold is a little wider than measured; the estimate is on the wide side anyway. */
const widthOf = (parts: readonly Styled[]): number =>
  parts.reduce((sum, { kind, text }) => sum + textWidth(text, kind === 'code' ? 'cpm' : 'cp'), 0)

/** Words go to the next line whole; between Chinese characters a line may end anywhere. */
function broke(parts: readonly Styled[], most: number): readonly (readonly Styled[])[] {
  const lines: Styled[][] = [[]]
  let room = most
  for (const { kind, text } of parts)
    for (const word of text.match(/\s+|[\u2e80-\uffdc]|[^\s\u2e80-\uffdc]+/gu) ?? []) {
      const width = widthOf([{ kind, text: word }])
      const isBlank = word.trim() === ''
      if (width > room && lines.at(-1)?.length !== 0) {
        lines.push([])
        room = most
      }
      const line = lines.at(-1) as Styled[]
      if (isBlank && line.length === 0) continue
      const last = line.at(-1)
      if (last?.kind === kind) line[line.length - 1] = { kind, text: last.text + word }
      else line.push({ kind, text: word })
      room -= width
    }
  return lines
}
