/** Links that may be opened in the user's own browser. */

/** Longer addresses are cut by some browsers, and hide what they are (characters). */
const maxLength = 2048

/** The address to open, written in its one normal form; null: not to be opened. */
export function externalLink(address: string): string | null {
  if (address.length > maxLength) return null
  try {
    const url = new URL(address)
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
    // A name before the @ is there to be taken for the host.
    return isWeb && url.username === '' && url.password === '' && url.hostname !== '' ? url.href : null
  } catch {
    return null
  }
}

/** At most one in so many milliseconds: a person clicks slower. */
export const linkPauseMs = 500
