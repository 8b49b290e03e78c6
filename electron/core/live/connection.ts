/** One flow that conntrack follows, as conntrack(8) lists it. */
import { canonicalAddress } from '../packet/address.js'
import type { PacketHeaders } from '../packet/packet.js'
import { protocolLabel } from '../packet/upper-layer.js'
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
  const head = /^(ipv[46])\s+\d+\s+(\S+)\s+(\d+)\s+(\d+)\s+(?:([A-Z][A-Z_0-9]*)\s+)?(.*)$/.exec(line.trim())
  if (!head) return null
  const [, family, protocol = '', number, timeout, state, rest = ''] = head
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
    // For those that conntrack has no tracker for, it prints this word before the number.
    protocol: protocol === 'unknown' ? protocolLabel(Number(number)).toLowerCase() : protocol,
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

/**
 * The entry that a packet belongs to: one of its two directions has the packet's own ends, ports or identifier included.
 * Between two hosts there may be many more.
 * @param lines of `conntrack -L`
 * @param packet as it was before it was rewritten, without tunnels around it
 */
export function entryOf(lines: readonly string[], { ip, tcp, udp, icmp }: PacketHeaders): string | undefined {
  if (!ip) return undefined
  const ends = tcp ?? udp
  const wanted: Readonly<Record<string, string | number | null | undefined>> = {
    ...{ sport: ends?.srcPort, dport: ends?.dstPort },
    ...{ type: icmp?.type, code: icmp?.code, id: icmp?.id },
  }
  return lines.find((line) => {
    if (!line.startsWith(`${ip.protocol} `)) return false
    return line
      .split(/(?=\bsrc=)/)
      .slice(1)
      .some((direction) => {
        const said = new Map([...direction.matchAll(/\b(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]))
        return (
          isAddress(said.get('src') ?? '', ip.src) &&
          isAddress(said.get('dst') ?? '', ip.dst) &&
          Object.entries(wanted).every(([key, value]) => value === undefined || said.get(key) === String(value))
        )
      })
  })
}

/** @param wanted in canonical spelling, which those of IPv4 have anyway */
const isAddress = (said: string, wanted: string): boolean =>
  said === wanted || (wanted.includes(':') && canonicalAddress(said) === wanted)

/** Whether the addresses or ports of the answer are not simply the original's turned around. */
export function isTranslated({ original, reply }: LiveConnection): boolean {
  return (
    original.source !== reply.destination ||
    original.destination !== reply.source ||
    original.sourcePort !== reply.destinationPort ||
    original.destinationPort !== reply.sourcePort
  )
}
