/**
 * What is text and nothing more. A lab file, a network and a program may all hold characters that end a line, drive a
 * terminal or turn the direction of what follows; none of them may reach a shell, a log or a title by way of us.
 *
 * Written with ranges, not with `\p{}`, because the patterns are published in the JSON Schema as they stand.
 */

/** One line: no C0, DEL or C1 (ECMA-48), nothing invisible, no line separators, no marks of direction (UAX 9). */
export const linePattern = /^[^\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$/

/** Text for people: as above, but with line feeds, tabs, and the joiners that emoji and some scripts are written with. */
export const textPattern =
  /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]*$/

/** What a service answers: as text, with the carriage returns that protocols end their lines with. */
export const replyPattern =
  /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]*$/

const notInLine = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu

/** On one line, and nothing but text: for a terminal, a title, a log. */
export const plainLine = (text: string): string => text.replace(notInLine, ' ').trim()

/** What could move the cursor, hide text or turn its direction. A line feed does none of it. */
const unprintable =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Text from outside, made safe for a terminal and a log, with all that it holds to be seen. Line feeds stay. */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) => (character === '\t' ? '  ' : escaped(character)))

/**
 * A name or a sentence that stands in one line, a cell or a column: the same, with line feeds to be seen as well. The kernel
 * takes them in names of namespaces, and other programs in theirs; one of them must not look like two.
 */
export const printableLine = (text: string): string => printable(text).replaceAll('\n', escaped)

/** Colours and weights: `ESC [ NUMBERS m` (ECMA-48 8.3.117). They hide nothing and move nothing. */
const colours = /(\u001b\[[\d;]*m)/

/** The same for a text of ours, which has colours; what came from outside is to have gone through `printable` by then. */
export const printableInColour = (text: string): string =>
  text
    .split(colours)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join('')

/**
 * A JSON document that says the same in characters that do nothing to whoever shows it: JSON leaves C1, DEL and marks
 * of direction as they are.
 */
export const printableJson = (json: string): string => json.replace(unprintable, escaped)

/** The first character that a pattern of this file refuses, as `U+001B`. */
export function refusedCharacter(text: string, pattern: RegExp): string | null {
  const refused = [...text].find((character) => !pattern.test(character))
  return refused === undefined ? null : `U+${(refused.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
