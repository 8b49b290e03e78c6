/** One command to words without a shell: quotes, backslashes and comments, but no variables and no operators. */
import type { Word } from './word.js'

/** All words are said to stand at the offset. An open quote ends with the text. */
export function splitWords(text: string, offset: number): readonly Word[] {
  const piece = /\s+|(?<!\S)#[^\n]*|'([^']*)(?:'|$)|"((?:[^"\\]|\\[\s\S])*)(?:"|$)|\\([\s\S])|[^\s'"\\]+|[\s\S]/gy
  const words: Word[] = []
  let current: string | null = null
  for (const [whole, single, double, escaped] of text.matchAll(piece)) {
    // A number sign begins a comment only where a word would begin.
    if (/^\s/.test(whole) || (whole.startsWith('#') && current === null)) {
      if (current !== null) words.push({ text: current, offset })
      current = null
    } else {
      const value = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? whole
      current = (current ?? '') + value
    }
  }
  if (current !== null) words.push({ text: current, offset })
  return words
}
