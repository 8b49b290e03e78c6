/**
 * Starts the elevated helper: the same program as in the sandbox, as root, on the machine itself. Root needs nobody's
 * leave. Everybody else is asked for a password by the desktop, or, where there is nobody to ask, is shown the command
 * to type elsewhere; the shell waits for the helper in the meantime.
 */
import type { Socket } from 'node:net'
import { lineChannel } from '../../core/channel.js'
import { maxMessageBytes, type Failure } from '../../core/rpc.js'
import type { HelperWaiting } from '../../core/rpc-shell.js'
import { connect } from '../connection.js'
import { endLimitMs, isRoot, rootHelperDied, startRootHelper } from '../root-helper.js'
import type { SessionStart } from '../session.js'
import { elevatedCommand } from './command.js'
import { openDoor } from './door.js'
import { makeMeeting } from './meeting.js'
import { startByAction, startByPrompt, type PromptOutcome } from './prompt.js'
import { failure } from '../../core/failure.js'
import { said, type Said } from '../../core/words/said.js'

export interface ElevationHooks {
  /** What the user has to do now. */
  waiting(what: HelperWaiting): void
  /** The user does not want any more. */
  readonly cancelled: AbortSignal
}

/** For a password, or for a command typed in another window (milliseconds): as long as a dialog may reasonably stay open. */
const waitLimitMs = 5 * 60_000
/** The helper is there and has nothing else to do (milliseconds); a machine under load takes its time to try its kernel. */
const openLimitMs = 30_000

const refusal = (code: string, message: Said, output: string | null = null): SessionStart => ({
  ok: false,
  failure: failure(code, message, 'elevated', output === '' ? null : output),
})

const unchanged = said`Nothing was changed on this machine.`

export async function startElevated(hooks: ElevationHooks): Promise<SessionStart> {
  if (isRoot()) return startRootHelper()
  const made = makeMeeting()
  if (!made.ok) return made
  const { meeting } = made
  try {
    const built = elevatedCommand(meeting.path)
    if (!built.ok) return built
    const door = await openDoor(meeting).catch((error: Error) => error)
    if (door instanceof Error)
      return refusal('socket-refused', said`The socket for the helper cannot be made in ${meeting.path}.`, door.message)
    try {
      const { text, wrapper, withSudo } = built.command
      let lastWords = ''
      const prompted = wrapper === null ? startByPrompt(text) : startByAction(wrapper, meeting.path)
      void prompted.then(({ output }) => (lastWords = output))
      const met = await meet(door.helper, prompted, withSudo, hooks)
      return met instanceof NobodyCame ? met.start : await open(met, () => lastWords)
    } finally {
      door.close()
    }
  } finally {
    meeting.remove()
  }
}

/** An end of the wait without a helper. */
class NobodyCame extends Error {
  constructor(readonly start: SessionStart) {
    super()
  }
}

async function meet(
  helper: Promise<Socket>,
  prompted: Promise<PromptOutcome>,
  withSudo: string,
  { waiting, cancelled }: ElevationHooks,
): Promise<Socket | NobodyCame> {
  const until = Date.now() + waitLimitMs
  let stop = (): void => {}
  const over = new Promise<NobodyCame>((resolve) => {
    const late = refusal(
      'elevation-timeout',
      said`Nobody gave administrator rights within ${waitLimitMs / 60_000} minutes. ${unchanged}`,
    )
    const timer = setTimeout(() => resolve(new NobodyCame(late)), waitLimitMs)
    const cancel = (): void => resolve(new NobodyCame(refusal('cancelled', said`Cancelled. ${unchanged}`)))
    if (cancelled.aborted) cancel()
    cancelled.addEventListener('abort', cancel)
    stop = () => {
      clearTimeout(timer)
      cancelled.removeEventListener('abort', cancel)
    }
  })
  try {
    waiting({ for: 'password', command: withSudo, until })
    const first = await Promise.race([helper, over, prompted])
    if (!('kind' in first)) return first
    switch (first.kind) {
      case 'refused':
        return new NobodyCame(
          refusal('not-granted', said`Administrator rights were not given. ${unchanged}`, first.output),
        )
      case 'ended':
        return new NobodyCame(
          refusal(
            'helper-failed',
            said`The helper was started as root and ended before it was ready. ${unchanged}`,
            first.output,
          ),
        )
      case 'nobody-asks':
        waiting({ for: 'command', command: withSudo, until })
        return await Promise.race([helper, over])
    }
  } finally {
    stop()
  }
}

async function open(socket: Socket, lastWords: () => string): Promise<SessionStart> {
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const channel = lineChannel(socket, maxMessageBytes, 'refuse')
  // When the helper has ended its side, there is nothing left to say on ours.
  channel.onEnd(() => socket.destroy())
  const session = await connect(channel, {
    died: rootHelperDied,
    limit: openLimitMs,
    anchorPid: () => null,
    lastWords,
    async end() {
      channel.end()
      const stuck = setTimeout(() => socket.destroy(), endLimitMs)
      await gone
      clearTimeout(stuck)
    },
    gone,
  })
  if (session !== null) return { ok: true, session }
  socket.destroy()
  return { ok: false, failure: notReady(lastWords()) }
}

export const notReady = (output: string): Failure =>
  failure(
    'helper-failed',
    said`The helper was started as root and did not get ready. ${unchanged}`,
    'elevated',
    output === '' ? null : output,
  )
