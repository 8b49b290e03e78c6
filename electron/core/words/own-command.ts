/**
 * How a person calls this program where it is: texts that name a command of it take the words from here. A package brings
 * `vethlab`; a checkout has no such command, only the one of its package.json.
 */

/** Lies in every checkout and in no package, from the root of either. */
const checkoutMark = 'electron/setup/start.mjs'

/** @param has whether a path is there, from the root of the program */
export const ownCommandOf = (has: (path: string) => boolean): string =>
  has(checkoutMark) ? 'npm run -s cli --' : 'vethlab'
