/** A session with a lab that another process keeps running. */
import { connect as connectSocket } from 'node:net'
import { lineChannel } from '../../core/channel.js'
import { maxMessageBytes, type Failure } from '../../core/rpc.js'
import { connect } from '../connection.js'
import type { SessionStart } from '../session.js'
import { socketFile, type RunningLab } from './entry.js'
import { vethlab } from '../own-command.js'

/** The keeper only passes messages on; one that is silent for so long is stuck (milliseconds). */
const answerLimitMs = 5000

/** Closing the session leaves the lab running. */
export async function attachTo(directory: string, entry: RunningLab): Promise<SessionStart> {
  const socket = connectSocket(socketFile(directory, entry))
  const refused = await new Promise<string | null>((resolve) => {
    socket.once('connect', () => resolve(null))
    socket.once('error', (error) => resolve(error.message))
  })
  if (refused !== null) return { ok: false, failure: silent(entry, refused) }
  socket.on('error', () => {})
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const session = await connect(lineChannel(socket, maxMessageBytes, 'refuse'), {
    limit: answerLimitMs,
    anchorPid: () => null,
    lastWords: () => '',
    end() {
      socket.destroy()
      return gone
    },
    gone,
  })
  if (session !== null) return { ok: true, session }
  socket.destroy()
  return { ok: false, failure: silent(entry, null) }
}

function silent({ name, anchor, ending }: RunningLab, output: string | null): Failure {
  const message = ending
    ? `The lab ${name} is just being taken down.`
    : anchor === null
      ? `The lab ${name} is still coming up. Try again in a moment.`
      : `The lab ${name} does not answer. Stop it with: ${vethlab(`down ${name}`)}`
  return { code: 'no-answer', message, where: name, output }
}
