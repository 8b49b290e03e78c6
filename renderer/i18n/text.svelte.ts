/** The language of the window: one rune, read by every `t()`, so that a switch redraws every sentence at once. */
import type { Text } from '../../electron/core/lab/schema.js'
import type { Said } from '../../electron/core/words/said.js'
import { format } from './catalogue.js'
import type { Language, Message, Parameters } from './catalogue.js'
import { en } from './en.js'
import { saidIn } from './said.js'
import { zhCN } from './zh-CN.js'

export type { Language } from './catalogue.js'
export type Key = keyof typeof en

/** Names in braces of a message: `Deploying {done} of {total}` needs `done` and `total`; plural forms need `count`. */
type Names<M> = M extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : M extends { readonly other: infer Other }
    ? 'count' | Names<Other>
    : never
type Arguments<K extends Key> = [Names<(typeof en)[K]>] extends [never]
  ? []
  : [Readonly<Record<Names<(typeof en)[K]>, string | number>>]

let language = $state<Language>('en')

const catalogues: Readonly<Record<Language, Readonly<Record<Key, Message>>>> = { en, 'zh-CN': zhCN }

export const currentLanguage = (): Language => language

/** Switches the window's language. Also tells the document, for fonts and screen readers. */
export function setLanguage(next: Language): void {
  language = next
  // Written again, the same value has the browser style the whole page anew.
  if (document.documentElement.lang !== next) document.documentElement.lang = next
}

/**
 * A sentence in the window's language. Values are put in as they are: the result is text and must only ever be shown
 * as text.
 */
export function t<K extends Key>(key: K, ...[values]: Arguments<K>): string {
  return format(catalogues[language][key], language, values as Parameters | undefined)
}

/** The same for a key that is only known at run time. */
export function tAny(key: Key, values: Parameters = {}): string {
  return format(catalogues[language][key], language, values)
}

/** A sentence that comes with no English beside it. */
export const saidHere = (words: Said): string => saidIn(language, words)

/** A sentence of core, the helper or the shell; plain words, where they are not ours. */
export const sentenceOf = (words: { readonly message: string; readonly said?: Said | null | undefined }): string =>
  words.said ? saidIn(language, words.said) : words.message

/** A lab's own text in the window's language, or in the one it has. */
export function textOf(text: Text): string {
  if (typeof text === 'string') return text
  return text[language] ?? text.en ?? text['zh-CN'] ?? ''
}
