/** The parts of a trace, from what was captured and counted. */
import { own } from '../../core/own.js'
import type { Trace, TraceFrame } from '../../core/diagnosis/trace.js'
import type { LiveState } from '../../core/live/state.js'
import type { ProbeIdentity, TracedHop } from '../../core/packet/hop.js'
import type { Params } from '../../core/rpc.js'
import type { CapturedFrame, WorkerRequests } from '../kernel/protocol.js'
import { probeMark } from './identifier.js'
import type { Aimed, Shot } from './send.js'

type Counters = WorkerRequests['counters'][1]['counters']

/** Rules whose counters tell what they did, by namespace: all of iptables, or those of the legacy engine. */
export const rulesOf = (live: LiveState, ofAll: boolean) =>
  new Map(
    live.namespaces.flatMap(({ name, ruleset }) => {
      const counted = ruleset.iptables.filter(({ engine }) => ofAll || engine === 'legacy')
      return counted.length > 0 ? [[name, counted] as const] : []
    }),
  )

export function identityOf(probe: Aimed, shots: readonly Shot[], answered: boolean): ProbeIdentity {
  const mark = probeMark(probe.identifier)
  // A payload shorter than the mark holds its beginning only, and begins as those of others may.
  const marked = probe.protocol !== 'tcp' && (probe.size ?? mark.length) >= mark.length
  const ports = shots.flatMap(({ sourcePort }) => sourcePort ?? [])
  return {
    from: probe.from,
    target: probe.target.replace(/%.*/, ''),
    protocol: probe.protocol,
    port: probe.port ?? null,
    marker: marked ? mark : null,
    ...(ports.length === shots.length && probe.protocol === 'tcp' ? { sourcePorts: ports } : {}),
    answered,
  }
}

export function probeJson(params: Params<'trace/run'>, to: string, protocol: 'icmp' | 'tcp' | 'udp'): Trace['probe'] {
  const { from, to: name, timeoutMs: _timeoutMs, protocol: _protocol, ...rest } = params
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return { ...given, from, to, ...(name === to ? {} : { name }), protocol }
}

export function frameJson(frame: CapturedFrame, live: LiveState): TraceFrame {
  const { namespace, ifindex, pkttype, timeNs, bytes, originalLength } = frame
  const links = live.namespaces.find(({ name }) => name === namespace)?.links
  return {
    namespace,
    ifindex,
    interface: links?.find(({ index }) => index === ifindex)?.name ?? null,
    pkttype,
    timeNs: timeNs.toString(),
    bytes: Buffer.from(bytes).toString('base64'),
    originalLength,
  }
}

export const interfacesOf = (live: LiveState): Trace['interfaces'] =>
  live.namespaces.flatMap(({ name: namespace, links }) => links.map(({ index, name }) => ({ namespace, index, name })))

/** The frames that are hops, and the hops that point at them: what else passed the machine is nobody's business. */
export function onlyProbe(
  hops: readonly TracedHop[],
  frames: readonly CapturedFrame[],
): { readonly hops: readonly TracedHop[]; readonly frames: readonly CapturedFrame[] } {
  const used = [...new Set(hops.flatMap(({ frame }) => frame ?? []))].sort((a, b) => a - b)
  const places = new Map(used.map((index, place) => [index, place]))
  return {
    frames: used.flatMap((index) => frames[index] ?? []),
    hops: hops.map((hop) => ({ ...hop, frame: hop.frame === null ? null : (places.get(hop.frame) ?? null) })),
  }
}

/** By how much counters grew, those that did. */
export function grown(before: Counters, after: Counters): Record<string, Record<string, number>> {
  const result = Object.create(null) as Record<string, Record<string, number>>
  for (const [namespace, values] of Object.entries(after)) {
    const moved = Object.entries(values).flatMap(([name, value]) => {
      const by = value - (own(before, namespace)?.[name] ?? 0)
      return by > 0 ? [[name, by] as const] : []
    })
    result[namespace] = Object.fromEntries(moved)
  }
  return result
}
