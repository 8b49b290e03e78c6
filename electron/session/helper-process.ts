/** A helper as a process: what it says on stderr, the socket that it is talked to by, and its end. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { lineChannel } from '../core/channel.js'
import { maxMessageBytes } from '../core/rpc.js'

/** Kept of what a helper says on stderr (characters): the last words are the ones that explain. */
const keptStderr = 4096

export class HelperProcess {
  readonly exited: Promise<void>
  private stderr = ''
  private asked = false
  private endedBy: NodeJS.Signals | null = null

  /** @param child its fourth descriptor is a pipe, and so is its stderr */
  constructor(readonly child: ChildProcess) {
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (chunk: string) => void (this.stderr = (this.stderr + chunk).slice(-keptStderr)))
    this.exited = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.stderr += error.message
        resolve()
      })
      child.once('close', (status, signal) => {
        this.endedBy = this.asked ? null : signalOf(status, signal, this.stderr)
        resolve()
      })
    })
  }

  /** After its end: the signal that ended it, or what it waited for, where that was nobody's wish in here. */
  get killedBy(): NodeJS.Signals | null {
    return this.endedBy
  }

  get lastWords(): string {
    return this.stderr.trim()
  }

  /**
   * Once only.
   * @param endLimitMs a helper whose channel has ended is killed when it has not ended by then
   */
  talk(endLimitMs: number): { readonly channel: ReturnType<typeof lineChannel>; readonly end: () => Promise<void> } {
    // An extra 'pipe' is one end of a socket pair, readable and writable.
    const socket = this.child.stdio[3] as Socket
    socket.on('error', () => {})
    const channel = lineChannel(socket, maxMessageBytes, 'refuse')
    return {
      channel,
      end: async () => {
        channel.end()
        const stuck = setTimeout(() => this.child.kill('SIGKILL'), endLimitMs)
        await this.exited
        clearTimeout(stuck)
      },
    }
  }

  async kill(): Promise<void> {
    this.asked = isAlive(this.child)
    this.child.kill('SIGKILL')
    await this.exited
  }
}

/**
 * unshare(1) dies of the signal that its child died of, after it has set that to its default, which the kernel refuses for
 * SIGKILL (sys-utils/unshare.c, signal(2)).
 */
const cannotPass = /^unshare: sigprocmask unblock failed/m

/** unshare(1) and sh(1) pass a signal on as 128 and its number. SIGSYS is a filter's word about a system call (seccomp(2)). */
function signalOf(status: number | null, signal: NodeJS.Signals | null, stderr: string): NodeJS.Signals | null {
  if (cannotPass.test(stderr)) return 'SIGKILL'
  const [passed] = Object.entries(constants.signals).find(([, number]) => status === 128 + number) ?? []
  const name = signal ?? passed
  return name === undefined || name === 'SIGSYS' ? null : (name as NodeJS.Signals)
}

/** A process that has ended may not have been told of yet: its state is Z then (proc(5)). */
function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (pid === undefined || exitCode !== null || signalCode !== null) return false
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** What every helper needs of an environment, and nothing of the caller's own. */
export const bareEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  ...nodeEnvironment(),
})

/** For Node itself, in a desktop program too. */
export const nodeEnvironment = (): NodeJS.ProcessEnv => ({
  // One pool thread waits on the kernel for good; file system and name look-ups need the others.
  UV_THREADPOOL_SIZE: '8',
  ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
})
