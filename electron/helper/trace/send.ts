/** Sends what a probe consists of: one packet or connection, several, or a series of rising TTL. Each is captured by itself. */
import type { Outcome } from '../../core/lab/schema.js'
import { isAnswer, type ProbeAnswer } from '../../core/diagnosis/trace.js'
import { dnsQuery, type DnsType } from '../../core/packet/dns.js'
import type { Params } from '../../core/rpc.js'
import type { KernelWorker } from '../kernel/client.js'
import type { CapturedFrame, ProbeReply } from '../kernel/protocol.js'
import { probeMark } from './identifier.js'

/** Frames kept of one probe: every copy of one packet in the largest lab, twice. */
const maxFrames = 5000
/** The payload of a plain `ping`, bytes. */
const pingSize = 56
/** A connection that is closed at once still says good-bye both ways (milliseconds). */
const goodbyeMs = 20
/** As traceroute(8): a way longer than this is none. */
const longestSeries = 30
/** Silent hops in a row after which nobody further on will answer. */
const silentHops = 2

export interface Shot {
  readonly answer: ProbeAnswer
  readonly frames: readonly CapturedFrame[]
  readonly sourcePort: number | null
}

export interface Volley {
  readonly shots: readonly Shot[]
  readonly dropped: number
  readonly beyond: number
}

export interface Aimed extends Omit<Params<'trace/run'>, 'to'> {
  readonly protocol: 'icmp' | 'tcp' | 'udp'
  readonly target: string
  readonly identifier: number
  readonly timeoutMs: number
  /** The payload of a datagram is this question to a nameserver, which answers nothing else. */
  readonly question?: { readonly name: string; readonly type: DnsType }
}

export async function sendProbe(
  worker: KernelWorker,
  aimed: Aimed,
  progress: (sent: number, most: number) => void,
): Promise<Volley> {
  const shots: Shot[] = []
  let dropped = 0
  let beyond = 0
  let kept = 0
  const most = aimed.series ? longestSeries : (aimed.count ?? 1)
  for (let n = 1; n <= most; n++) {
    progress(n - 1, most)
    const ttl = aimed.series ? n : (aimed.ttl ?? null)
    const { capture } = await worker.request('capture-start', { maxFrames: Math.max(1, maxFrames - kept) })
    let reply: ProbeReply
    try {
      reply = await one(worker, aimed, ttl, n)
      if (aimed.protocol === 'tcp' && reply.outcome === 'connected')
        await new Promise((resolve) => setTimeout(resolve, goodbyeMs))
    } catch (error) {
      await worker.request('capture-stop', { capture })
      throw error
    }
    const captured = await worker.request('capture-stop', { capture })
    kept += captured.frames.length
    dropped += captured.dropped
    beyond += captured.beyond
    shots.push({ answer: answerOf(reply, ttl), frames: captured.frames, sourcePort: reply.sourcePort ?? null })
    if (aimed.series && isSeriesEnd(shots)) break
  }
  return { shots, dropped, beyond }
}

function one(worker: KernelWorker, aimed: Aimed, ttl: number | null, sequence: number): Promise<ProbeReply> {
  const { from: namespace, target, protocol, timeoutMs, identifier, df = false, port = 0, size } = aimed
  switch (protocol) {
    case 'icmp':
      return worker.request('ping', {
        namespace,
        target,
        timeoutMs,
        ttl,
        size: size ?? pingSize,
        identifier,
        sequence,
        df,
      })
    case 'tcp':
      return worker.request('connect', { namespace, target, port, timeoutMs, ttl })
    case 'udp': {
      if (aimed.question) {
        const { name, type } = aimed.question
        const payload = Buffer.from(dnsQuery(identifier, name, type, probeMark(identifier))).toString('base64')
        return worker.request('datagram', { namespace, target, port, timeoutMs, ttl, df, payload })
      }
      const sized = size === undefined ? {} : { size }
      return worker.request('datagram', { namespace, target, port, timeoutMs, ttl, df, identifier, ...sized })
    }
  }
}

const answerOf = (reply: ProbeReply, ttl: number | null): ProbeAnswer => ({
  ttl,
  outcome: reply.outcome,
  rttUs: reply.rttUs,
  replyTtl: reply.ttl,
  by: reply.offender ?? null,
  message: reply.message,
})

/** A router's "time exceeded" goes on; an answer, a refusal, or silence twice ends the series. */
function isSeriesEnd(shots: readonly Shot[]): boolean {
  const last = shots.at(-1)?.answer
  if (!last) return false
  if (last.outcome !== 'lost') return true
  const silent = shots.slice(-silentHops)
  return silent.length === silentHops && silent.every(({ answer }) => answer.by === null)
}

/** What a probe of several parts came to: of a series its end, else the first part that failed. */
export function verdictOf(shots: readonly Shot[], series: boolean): { readonly shot: Shot; readonly outcome: Outcome } {
  const failed = series ? undefined : shots.find(({ answer }) => !isAnswer(answer.outcome))
  const shot = failed ?? (series ? shots.at(-1) : shots[0])
  if (!shot) throw new Error('A probe has at least one part')
  return { shot, outcome: shot.answer.outcome }
}
