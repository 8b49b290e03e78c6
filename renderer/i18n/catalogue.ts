/**
 * Messages by key and language. An area of the window declares its messages once, in English; the other languages must
 * have the same keys, which the compiler checks. Kernel output and commands never come through here.
 */
import { packetName } from './zh-CN/packets.js'

export type Language = 'en' | 'zh-CN'

export const languages: readonly Language[] = ['en', 'zh-CN']

/** A sentence with `{name}` for its parameters, or one sentence per plural form, chosen by the parameter `count`. */
export type Message = string | { readonly one: string; readonly other: string }

export type Parameters = Readonly<Record<string, string | number>>

export type Translate<Key extends string> = (key: Key, parameters?: Parameters) => string

const plurals: Record<Language, Intl.PluralRules> = {
  en: new Intl.PluralRules('en'),
  'zh-CN': new Intl.PluralRules('zh-CN'),
}

/** `{packet}` is the English name of a packet, whatever the sentence: each language has words of its own for it. */
const valueOf = (name: string, value: string | number, language: Language): string =>
  name === 'packet' && language === 'zh-CN' ? packetName(String(value)) : String(value)

/** Fills a message in. A parameter that is missing stays visible as `{name}`: better odd than silently wrong. */
export function format(message: Message, language: Language, parameters: Parameters = {}): string {
  const form =
    typeof message === 'string'
      ? message
      : plurals[language].select(Number(parameters['count'])) === 'one'
        ? message.one
        : message.other
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name]
    return value === undefined ? whole : valueOf(name, value, language)
  })
}

/** Makes an area's translator. `zh` may leave out nothing: its type is the English keys. */
export function catalogue<const Messages extends Readonly<Record<string, Message>>>(
  en: Messages,
  zh: { readonly [Key in keyof Messages]: Message },
): (language: Language) => Translate<keyof Messages & string> {
  const byLanguage = { en, 'zh-CN': zh }
  return (language) => (key, parameters) => format(byLanguage[language][key], language, parameters)
}

/** The language to start with: the first of the user's that we have. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const each of wanted) {
    if (each.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (each.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}
