/**
 * A small, safe part of Markdown for the texts of guides: paragraphs, lists, code, emphasis, and words of the glossary. The result is data that a
 * component turns into elements one by one; there is no HTML anywhere on the way, so a lab file cannot bring any.
 */
export interface Styled {
  readonly kind: 'text' | 'code' | 'strong' | 'emphasis'
  readonly text: string
}

export type Inline =
  | Styled
  /** A word that the glossary may have: `[gateway](#gateway)`. */
  | { readonly kind: 'term'; readonly text: string; readonly term: string }

export type Block =
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string }

/** Longer texts are cut: nobody reads them in a side panel, and parsing stays quick (characters). */
const maxLength = 20_000

const fence = /^ {0,3}(`{3,}|~{3,})/
const bullet = /^ {0,3}[-*+]\s+(.*)$/
const numbered = /^ {0,3}\d{1,4}[.)]\s+(.*)$/

export function parseMarkdown(source: string): readonly Block[] {
  const lines = source.slice(0, maxLength).replace(/\r\n?/g, '\n').split('\n')
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    if (line.trim() === '') {
      at += 1
      continue
    }
    const opening = fence.exec(line)?.[1]
    if (opening !== undefined) {
      const end = lines.findIndex((each, i) => i > at && each.trim().startsWith(opening))
      const last = end < 0 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') })
      at = last + 1
      continue
    }
    const marker = bullet.test(line) ? bullet : numbered.test(line) ? numbered : null
    if (marker) {
      const items: string[] = []
      for (; at < lines.length && (lines[at] ?? '').trim() !== ''; at += 1) {
        const item = marker.exec(lines[at] ?? '')?.[1]
        if (item !== undefined) items.push(item)
        else items.push(`${items.pop() ?? ''} ${(lines[at] ?? '').trim()}`)
      }
      blocks.push({ kind: 'list', ordered: marker === numbered, items: items.map(parseInline) })
      continue
    }
    const words: string[] = []
    for (; at < lines.length; at += 1) {
      const next = lines[at] ?? ''
      if (next.trim() === '' || (words.length > 0 && (fence.test(next) || bullet.test(next) || numbered.test(next))))
        break
      words.push(next.trim())
    }
    blocks.push({ kind: 'paragraph', content: parseInline(joinLines(words)) })
  }
  return blocks
}

/** A line break is a blank, except between Chinese characters, which have none. */
function joinLines(words: readonly string[]): string {
  return words.join(' ').replace(/(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])/g, '')
}

// Each alternative stops at the first closing mark, so matching is linear.
const marks =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|(?<![\p{L}\p{N}_])_([^_\s][^_]*)_(?![\p{L}\p{N}_])|\[([^[\]]+)\]\(#([a-z0-9-]{1,40})\)/gu

export function parseInline(text: string): readonly Inline[] {
  const parts: Inline[] = []
  let from = 0
  for (const match of text.matchAll(marks)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) })
    const [whole, code, strong, alsoStrong, emphasis, alsoEmphasis, word, term] = match
    if (code !== undefined) parts.push({ kind: 'code', text: code })
    else if (word !== undefined && term !== undefined) parts.push({ kind: 'term', text: word, term })
    else if ((strong ?? alsoStrong) !== undefined) parts.push({ kind: 'strong', text: strong ?? alsoStrong ?? '' })
    else parts.push({ kind: 'emphasis', text: emphasis ?? alsoEmphasis ?? '' })
    from = match.index + whole.length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}
