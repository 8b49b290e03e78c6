/** A lab in a sandbox of its own, for one command. */
import { ConnectionError } from 'vscode-jsonrpc/node'
import type { DeployReport, Params, RequestName, Results } from '../core/rpc.js'
import { startSandbox } from '../session/sandbox.js'
import { plugUplink } from '../session/uplink/uplink.js'
import type { Session } from '../session/session.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { deployCode, fail, failure, type CommonOptions } from './failure.js'
import { isInterrupted, own } from './interrupt.js'
import type { ValidLab } from './lab-input.js'
import { noteSilence } from './silence.js'
import { startProgress } from './progress.js'
import { noteLost, notePlugged, noteUnplugged, unaskedUplink, type UplinkOptions } from './uplink.js'

export interface FreshLab {
  readonly session: Session
  readonly report: DeployReport
  /** Takes the sandbox down; resolves when its processes are gone. */
  end(): Promise<void>
}

/** The sandbox ended under way. */
export class SandboxDied extends Error {}

/** A request that fails, rather than waits for ever, where the sandbox dies. */
export const ask = <N extends RequestName>(session: Session, name: N, params: Params<N>): Promise<Results[N]> =>
  untilEnd(session, session.request(name, params))

/** Waits for something else, be it a person, and fails where the helper ends meanwhile. */
export async function untilEnd<T>(session: Session, what: Promise<T>): Promise<T> {
  const died = session.ended.then(({ message }) => {
    throw new SandboxDied(message)
  })
  const stop = noteSilence(session)
  try {
    return await Promise.race([what, died])
  } catch (error) {
    // What is asked of a connection that is closed is refused a moment before its end is told.
    if (error instanceof ConnectionError) await died
    throw error
  } finally {
    stop()
  }
}

/** Runs `use` and turns the death of the sandbox into its failure. */
export async function untilDeath(options: CommonOptions, use: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await use()
  } catch (error) {
    if (!(error instanceof SandboxDied)) throw error
    // Ctrl-C reaches the sandbox as well: the way out is under way, and says nothing. It ends the process.
    if (await interruptedSoon()) return new Promise(() => {})
    return fail(exitCode.machine, failure('sandbox-died', error.message, 'sandbox'), options)
  }
}

/** A signal for the whole process group may reach the sandbox a moment earlier than us (milliseconds). */
const interruptGraceMs = 100

async function interruptedSoon(): Promise<boolean> {
  if (!isInterrupted()) await new Promise((resolve) => setTimeout(resolve, interruptGraceMs))
  return isInterrupted()
}

/** Starts a sandbox; a failure is said, and the exit code comes back. */
async function start(options: CommonOptions): Promise<Session | ExitCode> {
  const progress = startProgress('Starting the sandbox ...', options.json)
  const started = await startSandbox().finally(() => progress.end())
  if (started.ok) return started.session
  return (await interruptedSoon()) ? new Promise(() => {}) : fail(exitCode.machine, started.failure, options)
}

/** A sandbox that holds nothing yet. */
export async function startFresh(options: CommonOptions): Promise<Omit<FreshLab, 'report'> | ExitCode> {
  const session = await start(options)
  return typeof session === 'number' ? session : { session, end: own(() => session.close()).free }
}

/** Starts a sandbox and builds the lab in it; failures are said, and the exit code comes back. */
export async function deployFresh({ lab, labFile }: ValidLab, options: UplinkOptions): Promise<FreshLab | ExitCode> {
  const unasked = unaskedUplink(lab, options)
  if (unasked !== null) return fail(exitCode.usage, unasked, options)
  noteUnplugged(lab, options)
  const session = await start(options)
  if (typeof session === 'number') return session
  let unplug = (): Promise<void> => Promise.resolve()
  const end = own(async () => {
    await unplug()
    await session.close()
  }).free
  const progress = startProgress(`${lab.name}: building ...`, options.json)
  try {
    if (options.uplink) {
      const done = await plugUplink(session)
      if (!done.ok) {
        progress.end()
        await end()
        return fail(exitCode.machine, done.failure, options)
      }
      const { uplink } = done
      unplug = () => uplink.unplug()
      progress.end()
      notePlugged(uplink.plugged, options)
      void uplink.ended.then((ended) => ended !== null && noteLost(ended, options))
    }
    session.on('deploy/progress', ({ done, total, text }) =>
      progress.show(`${lab.name}: step ${done} of ${total}: ${text}`),
    )
    let applied: Results['lab/apply']
    try {
      applied = await ask(session, 'lab/apply', { lab: labFile, former: 'everything' })
    } catch (error) {
      await end()
      throw error
    }
    progress.end()
    if (!applied.ok) {
      await end()
      return fail(deployCode(applied.failure), applied.failure, options)
    }
    const { deployMs, steps } = applied
    return { session, report: { deployMs, steps }, end }
  } finally {
    progress.end()
  }
}
