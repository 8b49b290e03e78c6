/** Holds a running lab: its name, its sandbox, and the socket by which other commands reach it. */
import type { LabFile } from '../../core/lab/schema.js'
import type { DeployFailure, DeployReport, Failure } from '../../core/rpc.js'
import { startSandbox } from '../sandbox.js'
import type { Session } from '../session.js'
import { plugUplink, type Uplink } from '../uplink/uplink.js'
import { claim, markEnding, publish, release, socketFile, type RunningLab } from './entry.js'
import { identify } from './process-identity.js'
import { relaySession } from './relay.js'

export interface KeptLab {
  readonly entry: RunningLab
  readonly session: Session
  readonly report: DeployReport
  readonly uplink: Uplink | null
  /** Gives up the socket, the uplink, the sandbox and the name, in this order; resolves when the sandbox's processes are gone. */
  end(): Promise<void>
}

/** At which point a lab did not come up: its name was taken, the machine or the kernel refused. */
export type KeepStage = 'name' | 'sandbox' | 'deploy'

export type KeepResult =
  | { readonly ok: true; readonly kept: KeptLab }
  | { readonly ok: false; readonly stage: KeepStage; readonly failure: Failure | DeployFailure }

export interface KeepOptions {
  /** From `runtimeDirectory`. */
  readonly directory: string
  readonly lab: LabFile
  /** The lab's file, absolute; `-` for standard input. */
  readonly file: string
  /** The user has allowed the uplink that the lab asks for. */
  readonly uplink: boolean
  progress(done: number, total: number, text: string): void
  /** Told of what must be freed as soon as it is there, for whoever has to end early. */
  owns(end: () => Promise<void>): void
}

/** Brings a lab up under its name. On failure nothing is left. */
export async function keepLab({
  directory,
  lab,
  file,
  uplink: allowed,
  progress,
  owns,
}: KeepOptions): Promise<KeepResult> {
  const claimed = claim(directory, lab.name, file)
  if (!claimed.ok) return { ok: false, stage: 'name', failure: claimed.failure }
  const { entry } = claimed
  let session: Session | null = null
  let uplink: Uplink | null = null
  let closeRelay = (): void => {}
  const end = async (): Promise<void> => {
    markEnding(directory, entry)
    closeRelay()
    await uplink?.unplug()
    await session?.close()
    release(directory, entry)
  }
  owns(end)
  const give = async (stage: KeepStage, failure: Failure | DeployFailure): Promise<KeepResult> => {
    await end()
    return { ok: false, stage, failure }
  }
  try {
    const started = await startSandbox()
    if (!started.ok) return await give('sandbox', started.failure)
    session = started.session
    const anchor = session.anchorPid === null ? null : identify(session.anchorPid)
    if (anchor === null) return await give('sandbox', diedFailure((await session.ended).message))
    if (allowed) {
      const done = await plugUplink(session)
      if (!done.ok) return await give('sandbox', done.failure)
      uplink = done.uplink
    }
    session.on('deploy/progress', ({ done, total, text }) => progress(done, total, text))
    const applied = await Promise.race([session.request('lab/apply', { lab, former: 'everything' }), session.ended])
    if ('reason' in applied) return await give('sandbox', diedFailure(applied.message))
    if (!applied.ok) return await give('deploy', applied.failure)
    const path = socketFile(directory, entry)
    const relay = await relaySession(session, path).catch((error: NodeJS.ErrnoException) => error)
    if (relay instanceof Error) return await give('name', socketFailure(path, relay))
    closeRelay = () => relay.close()
    const published = publish(directory, entry, anchor)
    if (!published.ok) return await give('name', published.failure)
    const { deployMs, steps } = applied
    return { ok: true, kept: { entry: published.entry, session, report: { deployMs, steps }, uplink, end } }
  } catch (error) {
    await end()
    throw error
  }
}

const diedFailure = (message: string): Failure => ({ code: 'sandbox-died', message, where: 'sandbox', output: null })

/** Most bytes of a Unix socket's path, without the final zero (sun_path, unix(7)). */
const maxSocketPath = 107

function socketFailure(path: string, { message }: Error): Failure {
  const reason =
    Buffer.byteLength(path) > maxSocketPath
      ? `its path is longer than ${maxSocketPath} bytes; set XDG_RUNTIME_DIR to a shorter one`
      : 'see the reason below'
  return {
    code: 'socket-refused',
    message: `The lab's socket cannot be made: ${reason}.`,
    where: path,
    output: message,
  }
}
