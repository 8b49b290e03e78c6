/** Words that mean the same bare and quoted in bash, POSIX sh and on paper. A leading `~` or `=` is left to the quotes. */
const bareWord = /^[A-Za-z0-9_.,/:@%+-][A-Za-z0-9_.,/:@%+=-]*$/

/**
 * One word for a POSIX shell. Interface names may hold `$(reboot)`, quotes, `;` or `*`: within single quotes all of
 * them are plain letters, and a single quote itself closes, escapes and opens again.
 */
export function shellQuote(word: string): string {
  return bareWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line of one program and its arguments. */
export function commandLine(words: readonly (string | number)[]): string {
  return words.map((word) => shellQuote(String(word))).join(' ')
}
