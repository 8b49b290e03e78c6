/** The probe of a command line: its flags, and how it is sent. */
import type { Trace } from '../core/diagnosis/trace.js'
import type { Failure, Params } from '../core/rpc.js'
import type { Session } from '../session/session.js'
import type { Aim } from './aim.js'
import { ask } from './fresh-lab.js'
import { startProgress } from './progress.js'
import type { UplinkOptions } from './uplink.js'

export interface ProbeOptions extends UplinkOptions, Aim {
  readonly from: string
  readonly count?: number
  readonly size?: number
  readonly ttl?: number
  readonly df?: boolean
  readonly series?: boolean
}

function paramsOf({ from, to, proto, port, count, size, ttl, df, series }: ProbeOptions): Params<'trace/run'> {
  return {
    from,
    to,
    ...(proto === undefined ? {} : { protocol: proto }),
    ...(port === undefined ? {} : { port }),
    ...(count === undefined ? {} : { count }),
    ...(size === undefined ? {} : { size }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(df ? { df } : {}),
    ...(series ? { series } : {}),
  }
}

export async function send(session: Session, options: ProbeOptions): Promise<Trace | Failure> {
  const progress = startProgress(`${options.from} -> ${options.to}: waiting for an answer ...`, options.json)
  const stop = session.on('trace/progress', ({ from, to, sent, most }) => {
    if (most > 1) progress.show(`${from} -> ${to}: probe ${sent + 1} of at most ${most}`)
  })
  try {
    const result = await ask(session, 'trace/run', paramsOf(options))
    return result.ok ? result.trace : result.failure
  } finally {
    stop()
    progress.end()
  }
}
