/** The words of a film file: those of the trace and the diagnosis, and its own. The rest of the catalogues would only make it larger. */
import { format, preferredLanguage, type Language, type Parameters } from '../i18n/catalogue.js'
import { diagnosis as causes } from '../i18n/en/diagnosis.js'
import { film } from '../i18n/en/film.js'
import { diagnosisTitles, trace } from '../i18n/en/trace.js'
import { diagnosis as causesZh } from '../i18n/zh-CN/diagnosis.js'
import { film as filmZh } from '../i18n/zh-CN/film.js'
import { diagnosisTitles as titlesZh, trace as traceZh } from '../i18n/zh-CN/trace.js'
import type { Text } from '../../electron/core/lab/schema.js'

const en = { ...trace, ...diagnosisTitles, ...causes, ...film }
const zh: Readonly<Record<keyof typeof en, string | { readonly one: string; readonly other: string }>> = {
  ...traceZh,
  ...titlesZh,
  ...causesZh,
  ...filmZh,
}
export type FilmKey = keyof typeof en

let language = $state<Language>('en')

export const currentLanguage = (): Language => language

export function setLanguage(next: Language): void {
  language = next
  document.documentElement.lang = next
}

export const startLanguage = (): void => setLanguage(preferredLanguage(navigator.languages))

export const t = (key: FilmKey, values: Parameters = {}): string =>
  format(language === 'zh-CN' ? zh[key] : en[key], language, values)

/** A lab's own text in the page's language, or in the one it has. */
export const textOf = (text: Text): string =>
  typeof text === 'string' ? text : (text[language] ?? text.en ?? text['zh-CN'] ?? '')
