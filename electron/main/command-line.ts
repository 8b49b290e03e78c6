/** Lab files that a command line names: paths and `file://` URLs, as shells and desktops hand them over. */
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path, or null for what names no file of this machine. */
export function filePathOf(word: string, directory: string): string | null {
  if (/^file:/i.test(word)) {
    try {
      return fileURLToPath(word)
    } catch {
      return null
    }
  }
  // Other schemes are none of ours; a file of such a name can be given as ./name.
  if (word === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return null
  return isAbsolute(word) ? word : resolve(directory, word)
}

/**
 * Absolute paths in order. Switches are the browser engine's; after `--` everything is a file.
 * @param words without the program (and, in a checkout, without the app's folder)
 * @param directory that relative paths start from
 */
export function filesOf(words: readonly string[], directory: string): readonly string[] {
  const end = words.indexOf('--')
  const before = (end === -1 ? words : words.slice(0, end)).filter((word) => !word.startsWith('-'))
  const after = end === -1 ? [] : words.slice(end + 1)
  return [...before, ...after].flatMap((word) => filePathOf(word, directory) ?? [])
}
