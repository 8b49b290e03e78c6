/**
 * The one command that lets a checkout make user namespaces where AppArmor keeps them from programs without a profile.
 * Packages bring a profile of their own, and an AppImage can have none: it is mounted elsewhere at each start.
 */
import { existsSync } from 'node:fs'
import { resourceFile } from './programs.js'
import { quote } from './sudo.js'

/** Null in a package. The window's own program is known to the script; another Node has to be named. */
export function allowCommand(
  program = process.versions['electron'] ? null : process.execPath,
  script = resourceFile('linux/allow-checkout.sh'),
): string | null {
  if (!existsSync(script)) return null
  return ['sudo', 'sh', script, ...(program === null ? [] : [program])].map(quote).join(' ')
}
