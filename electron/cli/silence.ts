/** Says that the helper does not answer, and what one can do; and that it answers again. */
import type { Session } from '../session/session.js'
import { note, paintNote } from './output.js'
import { vethlab } from '../session/own-command.js'

/** A person sees it at once; a log is told what lasts (milliseconds): a machine under load holds everything up for a moment. */
const logAfterMs = 10_000

const clock = (time: number): string => new Date(time).toTimeString().slice(0, 8)

/** Returns a function that stops. */
export function noteSilence(session: Session): () => void {
  let isSaid = false
  let later: NodeJS.Timeout | null = null
  const elevated = session.capabilities.mode === 'elevated'
  const [who, what] = elevated
    ? [
        'The part of Vethlab that runs as root',
        `Wait, or press Ctrl-C; what the lab made on this machine then stays until: ${vethlab('recover')}`,
      ]
    : ['The sandbox', 'Wait, or press Ctrl-C; the sandbox ends, and its lab with it.']
  const say = (since: number): void => {
    isSaid = true
    note(`${paintNote('yellow', 'vethlab:')} ${who} is not answering since ${clock(since)}. ${what}`)
  }
  const stop = session.onSilence((since) => {
    if (later !== null) clearTimeout(later)
    later = null
    if (since !== null) {
      if (process.stderr.isTTY) say(since)
      else later = setTimeout(() => say(since), logAfterMs)
    } else if (isSaid) {
      isSaid = false
      note(`${paintNote('yellow', 'vethlab:')} ${who} answers again.`)
    }
  })
  return () => {
    stop()
    if (later !== null) clearTimeout(later)
  }
}
