/**
 * A sentence of ours with its values kept apart: the command line prints it in English, the window says it in its own
 * language. The English pattern is its key, so that the sentence stands where it is said and nowhere else; a test asks
 * the other languages for every pattern there is.
 */
export interface Said {
  /** The sentence with `{0}`, `{1}` for its values. */
  readonly key: string
  /** A value may be said too: `a list` in `found a list`. What the kernel or the user wrote is text. */
  readonly params: Readonly<Record<string, string | Said>>
}

/** Marks a sentence: said`There is no namespace ${quote(name)} in the lab.` */
export const said = (parts: TemplateStringsArray, ...values: readonly (string | number | Said)[]): Said => ({
  key: parts.reduce((pattern, part, index) => `${pattern}{${index - 1}}${part}`),
  params: Object.fromEntries(
    values.map((value, index) => [String(index), typeof value === 'number' ? String(value) : value]),
  ),
})

/** Puts the values into a pattern; `tell` says those that are sentences themselves. */
export const fill = (pattern: string, params: Said['params'], tell: (value: Said) => string): string =>
  pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    return value === undefined ? whole : typeof value === 'string' ? value : tell(value)
  })

/** In English, as it was written. */
export const inEnglish = ({ key, params }: Said): string => fill(key, params, inEnglish)

/** `a, b or c`: words that are no language's own, such as keys. */
export function oneOf(words: readonly string[]): Said {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? said`${last}` : said`${words.slice(0, -1).join(', ')} or ${last}`
}

/** `a, b and c`, of such words. */
export function allOf(words: readonly string[]): Said {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? said`${last}` : said`${words.slice(0, -1).join(', ')} and ${last}`
}
