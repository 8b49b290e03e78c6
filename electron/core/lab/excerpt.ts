/** A problem with the line it is about, for reading in a terminal or a log. Plain text; the caller colours. */
import type { PlacedProblem } from './problem.js'

/** Characters of a source line that are shown around the mark. */
const shownColumns = 100

export interface Excerpt {
  /** `FILE:LINE:COLUMN  error  MESSAGE` */
  readonly head: string
  /** The line of the source, shortened around the place, or null where the text has none. */
  readonly source: string | null
  /** A caret below the place. */
  readonly caret: string | null
  readonly hint: string | null
}

/** The parts of an excerpt; `text` is the file's text. */
export function excerptParts(problem: PlacedProblem, text: string): Excerpt {
  const head = `${problem.file}:${problem.line}:${problem.column}  ${problem.severity}  ${problem.message}`
  const line = nthLine(text, problem.line)
  if (line === null || line.trim() === '') return { head, source: null, caret: null, hint: problem.hint }
  const characters = [...line.replace(/^\ufeff/, '')].map((c) =>
    /[\p{Cc}\p{Cf}]/u.test(c) && c !== '\t' ? '\ufffd' : c,
  )
  const mark = Math.min(problem.column - 1, characters.length)
  const from = mark > shownColumns - 20 ? mark - Math.floor(shownColumns / 2) : 0
  const cut = characters.slice(from, from + shownColumns)
  const number = `${problem.line} | `
  const lead = from > 0 ? '...' : ''
  const tail = from + shownColumns < characters.length ? '...' : ''
  const before = characters.slice(from, mark)
  // Tabs stay tabs and wide characters two columns, so that the caret stands below its character.
  const gap = before.map((c) => (c === '\t' ? '\t' : isWide(c) ? '  ' : ' ')).join('')
  return {
    head,
    source: `${number}${lead}${cut.join('')}${tail}`,
    caret: `${' '.repeat(number.length + lead.length)}${gap}^`,
    hint: problem.hint,
  }
}

/** The whole excerpt, lines joined, without a final newline. */
export function excerpt(problem: PlacedProblem, text: string): string {
  const { head, source, caret, hint } = excerptParts(problem, text)
  const lines = [
    head,
    ...(source === null ? [] : [`  ${source}`, `  ${caret ?? ''}`]),
    ...(hint === null ? [] : [`  ${hint}`]),
  ]
  return lines.join('\n')
}

function nthLine(text: string, line: number): string | null {
  let start = 0
  for (let n = 1; n < line; n++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return null
    start = end + 1
  }
  const end = text.indexOf('\n', start)
  return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
}

/** East Asian wide and emoji, near enough for a caret (Unicode UAX 11). */
const isWide = (c: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    c,
  )
