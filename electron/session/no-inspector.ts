/**
 * SIGUSR1 makes Node open its inspector, a door through which anything can be run in the process, on a port that every user
 * of the machine can reach. A listener of our own takes the signal from Node; what it did before that is taken back.
 * Newer versions have a flag for it, which holds from the first instruction on (`--disable-sigusr1`).
 */
import { close, url } from 'node:inspector'

const flag = '--disable-sigusr1'

/** Words for a Node that we start, before its program. */
export const withoutInspector = (): readonly string[] =>
  !process.versions['electron'] && process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []

const isAskedFor = (): boolean =>
  [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((word) => word.includes('--inspect'))

/** Whoever asked for the inspector on the command line has it. */
export function refuseInspector(): void {
  process.on('SIGUSR1', () => {})
  if (!isAskedFor() && url() !== undefined) close()
}
