/** A trace as it is kept and sent: the probe, its film, the frames behind it, and why it failed. */
import type { Outcome } from '../lab/schema.js'
import { fromBase64 } from '../packet/base64.js'
import { hopJson, type CapturedFrame, type Hop, type TracedHop } from '../packet/hop.js'
import { tracePcapng } from '../packet/trace-pcapng.js'
import type { Diagnosis } from './diagnosis.js'

/** No answer within this time is `lost`: twice the first SYN retransmission of Linux (RFC 6298), milliseconds. */
export const usualTimeoutMs = 2000

/** Which rule rewrote or dropped the packet at a hop that was worked out. */
export interface HopReason {
  readonly table: string | null
  readonly chain: string | null
  /** As iptables-save or nft spells it; null for a chain's policy, and where only conntrack acted. */
  readonly rule: string | null
  /** accept, drop, policy drop. */
  readonly verdict: string | null
  /** The connection's entry as conntrack(8) prints it: both directions, before and after. */
  readonly conntrack: string | null
}

export interface TraceHop extends TracedHop {
  readonly reason?: HopReason
}

export interface TraceFrame {
  readonly namespace: string
  readonly ifindex: number
  /** Name of that interface when it was captured, where it was known. */
  readonly interface: string | null
  /** `sll_pkttype`: 0 to us, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  readonly pkttype: number
  /** ns since the epoch, in decimal: too large for a JSON number. */
  readonly timeNs: string
  /** Base64, at most 256 bytes of the frame. */
  readonly bytes: string
  /** Bytes on the wire. */
  readonly originalLength: number
}

/** Of traffic that nobody asked for an answer, all there is to say may be that it arrived. */
export type TraceOutcome = Outcome | 'delivered'

export interface TraceProbe {
  readonly from: string
  /** Address. */
  readonly to: string
  /** What was asked for, where it was a name. */
  readonly name?: string
  /** `arp`, `ndp`: of overheard questions for a neighbour only. */
  readonly protocol: 'icmp' | 'tcp' | 'udp' | 'arp' | 'ndp'
  readonly port?: number
  readonly count?: number
  readonly size?: number
  readonly ttl?: number
  readonly df?: boolean
  readonly series?: boolean
}

/** What came back of one of the packets or connections that the probe consists of. */
export interface ProbeAnswer {
  /** TTL it was sent with; null: the namespace's own. */
  readonly ttl: number | null
  readonly outcome: Outcome
  readonly rttUs: number | null
  /** TTL of the answer. */
  readonly replyTtl: number | null
  /** Who answered with an error. */
  readonly by: string | null
  readonly message: string | null
}

export interface TraceSummary {
  readonly id: string
  /** Name of the lab. */
  readonly lab: string | null
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly probe: TraceProbe
  readonly outcome: TraceOutcome
  /** Of the first answer, microseconds. A traced round trip is no measurement: capturing costs about as much again. */
  readonly rttUs: number | null
  readonly ttl: number | null
  /** The kernel's words for the end, where it was none. */
  readonly message: string | null
  readonly diagnosis: Diagnosis | null
  /** Traffic of the lab itself, not a probe: nothing was counted and asked around it, so there is no diagnosis. */
  readonly overheard?: true
}

export interface Trace extends TraceSummary {
  readonly answers: readonly ProbeAnswer[]
  readonly hops: readonly TraceHop[]
  /** Everything captured meanwhile, other traffic too (on the machine itself, the probe's only); `frame` of a hop is an index in here. */
  readonly frames: readonly TraceFrame[]
  /** Frames that the kernel dropped, and frames beyond what is kept: above zero, the film has gaps. */
  readonly dropped: number
  readonly beyond: number
  /** Names of all interfaces that frames may be of. */
  readonly interfaces: readonly { readonly namespace: string; readonly index: number; readonly name: string }[]
}

export const isAnswer = (outcome: TraceOutcome): boolean =>
  outcome === 'reply' || outcome === 'connected' || outcome === 'delivered'

/** `diagnosis` of `trace --json` and `check --json`. */
export function diagnosisJson(diagnosis: Diagnosis | null): object | null {
  if (diagnosis === null) return null
  const { code, namespace, interface: name, cause, evidence, fix, ruledOut, inside } = diagnosis
  const within = inside === undefined ? {} : { inside: { code: inside.code, cause: inside.cause } }
  return { code, namespace, interface: name, cause, evidence, fix, ruledOut, ...within }
}

/** A hop as `trace --json` prints it: with the rule that acted, where one is known. */
function traceHopJson({ reason, ...hop }: TraceHop): Hop & { readonly reason?: HopReason } {
  return { ...hopJson(hop), ...(reason === undefined ? {} : { reason }) }
}

/** The document of `trace --json`. `incomplete` stands in it only where frames are missing. */
export function traceJson(trace: Trace): object {
  const { lab, probe, outcome, rttUs, ttl, hops, diagnosis, dropped, beyond } = trace
  const { from, to, protocol, port } = probe
  return {
    lab,
    probe: { from, to, protocol, ...(port === undefined ? {} : { port }) },
    outcome,
    rttUs,
    ttl,
    hops: hops.map(traceHopJson),
    diagnosis: diagnosisJson(diagnosis),
    ...(dropped + beyond > 0 ? { incomplete: { dropped, beyond } } : {}),
  }
}

export const capturedFrames = (trace: Trace): CapturedFrame[] =>
  trace.frames.map(({ namespace, ifindex, pkttype, timeNs, bytes, originalLength }) => ({
    namespace,
    ifindex,
    pkttype,
    timeNs: BigInt(timeNs),
    bytes: fromBase64(bytes),
    originalLength,
  }))

/**
 * The trace as a capture file: one interface per port of the lab, comments that name hop, change and drop.
 * @param touched on a machine of others: what was written there
 */
export function tracePcap(trace: Trace, application: string, touched?: readonly string[]): Uint8Array {
  const { probe, outcome } = trace
  const names = new Map<string, { index: number; name: string }[]>()
  for (const { namespace, index, name } of trace.interfaces)
    names.set(namespace, [...(names.get(namespace) ?? []), { index, name }])
  const port = probe.port === undefined ? '' : ` port ${probe.port}`
  const wrote = touched === undefined ? '' : `; touched: ${touched.length === 0 ? 'nothing' : touched.join(', ')}`
  return tracePcapng({
    application,
    comment: `${probe.protocol} from ${probe.from} to ${probe.to}${port}: ${outcome}${trace.diagnosis ? `; ${trace.diagnosis.cause}` : ''}${wrote}`,
    frames: capturedFrames(trace),
    hops: trace.hops,
    namespaces: [...names].map(([name, links]) => ({ name, links })),
  })
}
