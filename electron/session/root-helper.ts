/**
 * Starts the helper on the machine itself, where we are root already and nobody need be asked. It is not tied to our
 * death: when its channel ends it first undoes what it changed, unless that is to stay.
 */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { lineChannel } from '../core/channel.js'
import { maxMessageBytes } from '../core/rpc.js'
import { connect } from './connection.js'
import { programFile } from './programs.js'
import { startPatience, stoppedWorking } from './progress.js'
import type { SessionStart } from './session.js'
import { failure } from '../core/failure.js'
import { said } from '../core/words/said.js'
import { vethlab } from './own-command.js'

/** The helper takes a lab down in a second and cuts itself off after a minute; this side waits a little longer (milliseconds). */
export const endLimitMs = 65_000
/** Kept of what the helper says on stderr (characters): the last words are the ones that explain. */
const keptStderr = 4096

/** What the end of an elevated helper means that nobody asked for. */
export const rootHelperDied = said`The part of Vethlab that ran as root ended by itself. What the lab made on this machine is still there; undo it in the window, or with: ${vethlab('recover')}`

export const isRoot = (): boolean => process.geteuid?.() === 0

export async function startRootHelper(): Promise<SessionStart> {
  const child = spawn(process.execPath, [programFile('helper.js'), 'elevated'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // In a session of its own: Ctrl-C in the terminal is meant for the shell there.
    detached: true,
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      // One pool thread waits on the kernel for good; file system and name look-ups need the others.
      UV_THREADPOOL_SIZE: '8',
      ...shellOf(process.env),
      ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
    },
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (chunk: string) => void (stderr = (stderr + chunk).slice(-keptStderr)))
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      stderr += error.message
      resolve()
    })
    child.once('close', () => resolve())
  })
  // An extra 'pipe' is one end of a socket pair, readable and writable.
  const socket = child.stdio[3] as Socket
  socket.on('error', () => {})
  const channel = lineChannel(socket, maxMessageBytes, 'refuse')
  const progress = stoppedWorking(child.pid ?? 0, startPatience)
  const session = await connect(channel, {
    limit: progress.stopped,
    anchorPid: () => null,
    lastWords: () => stderr.trim(),
    died: rootHelperDied,
    async end() {
      channel.end()
      // One that hangs cannot undo anything: its journal stays for recover.
      const stuck = setTimeout(() => child.kill('SIGKILL'), endLimitMs)
      await exited
      clearTimeout(stuck)
    },
    gone: exited,
  })
  progress.end()
  if (session !== null) return { ok: true, session }
  channel.end()
  await exited
  return {
    ok: false,
    failure: failure(
      'helper-failed',
      stderr
        ? said`The helper did not start: ${stderr.trim().split('\n').at(-1) ?? ''}`
        : said`The helper did not start.`,
      'helper',
      stderr.trim() || null,
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
