/** The user's language as the environment says it (locale(7)), as a BCP 47 tag. */
export function languageOf(environment: NodeJS.ProcessEnv = process.env): string {
  const { LC_ALL: all, LC_MESSAGES: messages, LANG: language } = environment
  const name = (all || messages || language || '').replace(/[.@].*$/, '').replaceAll('_', '-')
  try {
    return Intl.getCanonicalLocales(name)[0] ?? 'en'
  } catch {
    // `C`, `POSIX`, or nothing that a standard knows.
    return 'en'
  }
}
