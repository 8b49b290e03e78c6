/** One flow that conntrack follows, as conntrack(8) lists it. */
import type { Family } from './state.js'

export interface Flow {
  readonly source: string
  readonly destination: string
  /** Of TCP, UDP and SCTP; null for protocols without ports. */
  readonly sourcePort: number | null
  readonly destinationPort: number | null
}

export interface LiveConnection {
  readonly family: Family
  /** tcp, udp, icmp, ... or a number. */
  readonly protocol: string
  /** Of TCP: ESTABLISHED, TIME_WAIT, ...; null for protocols without states. */
  readonly state: string | null
  /** Seconds until it is forgotten. */
  readonly timeout: number
  readonly original: Flow
  /** What an answer looks like; differs from the original turned around where NAT rewrites. */
  readonly reply: Flow
  /** UNREPLIED, ASSURED, ... */
  readonly flags: readonly string[]
}

/** @param line of `conntrack -L -o extended`; null where it is none */
export function parseConnection(line: string): LiveConnection | null {
  const head = /^(ipv[46])\s+\d+\s+(\S+)\s+\d+\s+(\d+)\s+(?:([A-Z][A-Z_0-9]*)\s+)?(.*)$/.exec(line.trim())
  if (!head) return null
  const [, family, protocol, timeout, state, rest = ''] = head
  const flows: Record<string, string>[] = []
  for (const [, key = '', value = ''] of rest.matchAll(/(src|dst|sport|dport)=(\S+)/g)) {
    if (key === 'src') flows.push({})
    const last = flows.at(-1)
    if (last) last[key] = value
  }
  const [original, reply] = flows.map(flowOf)
  if (!original || !reply) return null
  return {
    family: family === 'ipv6' ? 'ipv6' : 'ipv4',
    protocol: protocol ?? '',
    state: state ?? null,
    timeout: Number(timeout),
    original,
    reply,
    flags: [...rest.matchAll(/\[([A-Z_]+)\]/g)].map(([, flag = '']) => flag),
  }
}

function flowOf({ src, dst, sport, dport }: Record<string, string>): Flow | null {
  if (src === undefined || dst === undefined) return null
  const port = (text: string | undefined): number | null => (text === undefined ? null : Number(text))
  return { source: src, destination: dst, sourcePort: port(sport), destinationPort: port(dport) }
}

/** Whether the addresses or ports of the answer are not simply the original's turned around. */
export function isTranslated({ original, reply }: LiveConnection): boolean {
  return (
    original.source !== reply.destination ||
    original.destination !== reply.source ||
    original.sourcePort !== reply.destinationPort ||
    original.destinationPort !== reply.sourcePort
  )
}
