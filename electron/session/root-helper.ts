/**
 * Starts the helper on the machine itself, where we are root already and nobody need be asked. It is not tied to our
 * death: when its channel ends it first undoes what it changed, unless that is to stay.
 */
import { spawn } from 'node:child_process'
import { connect } from './connection.js'
import { readLeft } from './elevated/left.js'
import { bareEnvironment, HelperProcess } from './helper-process.js'
import { programFile } from './programs.js'
import { startPatience, stoppedWorking } from './progress.js'
import type { SessionStart } from './session.js'
import { failure } from '../core/failure.js'
import { said, type Said } from '../core/words/said.js'
import { vethlab } from './own-command.js'

/** The helper takes a lab down in a second and cuts itself off after a minute; this side waits a little longer (milliseconds). */
export const endLimitMs = 65_000

/** What the end of an elevated helper means that nobody asked for. */
export function rootHelperDied(): Said {
  // It is written before the first change, and removed after the last one is undone.
  const left = readLeft()
  return left === null
    ? said`The part of Vethlab that ran as root ended by itself. Nothing of a lab is left on this machine.`
    : said`The part of Vethlab that ran as root ended by itself. What the lab ${left.lab} made on this machine is still there; undo it in the window, or with: ${vethlab('recover')}`
}

export const isRoot = (): boolean => process.geteuid?.() === 0

export async function startRootHelper(): Promise<SessionStart> {
  const child = spawn(process.execPath, [programFile('helper.js'), 'elevated'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // In a session of its own: Ctrl-C in the terminal is meant for the shell there.
    detached: true,
    env: { ...bareEnvironment(), ...shellOf(process.env) },
  })
  const helper = new HelperProcess(child)
  // One that hangs cannot undo anything: its journal stays for recover.
  const { channel, end } = helper.talk(endLimitMs)
  const progress = stoppedWorking(child.pid ?? 0, startPatience)
  const session = await connect(channel, {
    limit: progress.stopped,
    anchorPid: () => null,
    lastWords: () => helper.lastWords,
    died: rootHelperDied,
    end,
    gone: helper.exited,
  })
  progress.end()
  if (session !== null) return { ok: true, session }
  channel.end()
  await helper.exited
  const { lastWords } = helper
  return {
    ok: false,
    failure: failure(
      'helper-failed',
      lastWords
        ? said`The helper did not start: ${lastWords.split('\n').at(-1) ?? ''}`
        : said`The helper did not start.`,
      'helper',
      lastWords || null,
    ),
  }
}

/** What a terminal of the session needs of the caller's environment. */
const shellOf = ({ SHELL, HOME, TERM, LANG, SUDO_UID }: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  // Whose terminals they are, where root was become by sudo(8).
  ...(SUDO_UID === undefined ? {} : { SUDO_UID }),
  ...(SHELL === undefined ? {} : { SHELL }),
  ...(HOME === undefined ? {} : { HOME }),
  ...(TERM === undefined ? {} : { TERM }),
  ...(LANG === undefined ? {} : { LANG }),
})
