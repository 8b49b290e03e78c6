/** Which traffic somebody means: a part of pcap-filter(7), asked of conversations and not of single frames. */
import { containsAddress, parseAddress, parsePrefix } from '../../lab/address.js'
import { innermost } from '../../diagnosis/loss.js'
import { said, type Said } from '../../words/said.js'
import type { Episode } from './episodes.js'
import type { Flow } from './flow.js'

export type Ends = Pick<Flow, 'protocol' | 'source' | 'destination' | 'ports'>
type Part = (ends: Ends) => boolean

export type ReadFilter =
  { readonly ok: true; readonly matches: Part } | { readonly ok: false; readonly message: Said; readonly where: string }

const protocols = { icmp: 'icmp', icmp6: 'icmp', tcp: 'tcp', udp: 'udp', arp: 'arp' } as const

/**
 * `tcp`, `port 80`, `host 10.0.0.1`, `net 10.0.0.0/8`, `src` and `dst` before the last three; all of them must hold (`and`
 * may stand between). Ports and addresses are those of one packet of a question, wherever that was seen (`endsOf`), and
 * `src` is who asks.
 */
export function readFlowFilter(text: string): ReadFilter {
  const words = text.trim().split(/\s+/)
  const parts: Part[] = []
  const wrong = (message: Said, where: string): ReadFilter => ({ ok: false, message, where })
  if (words[0] === '') return wrong(said`A filter needs a word: for instance "tcp port 80" or "host 10.0.0.1".`, text)
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === 'and') continue
    if (Object.hasOwn(protocols, word)) {
      const protocol = protocols[word as keyof typeof protocols]
      const ipv6 = word === 'icmp6'
      parts.push((flow) => flow.protocol === protocol && (!ipv6 || flow.source.includes(':')))
      continue
    }
    const side = word === 'src' || word === 'dst' ? word : null
    const kind = side === null ? word : (words[++at] ?? '')
    const value = words[++at] ?? ''
    const part = partOf(side, kind, value)
    if (part === null)
      return wrong(
        said`"${[...(side ? [side] : []), kind, value].join(' ').trim()}" is no part of a filter. There are: tcp, udp, icmp, icmp6, arp, port N, host ADDRESS, net PREFIX, and src or dst before the last three.`,
        word,
      )
    parts.push(part)
  }
  return { ok: true, matches: (flow) => parts.every((part) => part(flow)) }
}

function partOf(side: 'src' | 'dst' | null, kind: string, value: string): Part | null {
  const either = <T>(holds: (of: T) => boolean, source: T, destination: T): boolean =>
    side === 'src' ? holds(source) : side === 'dst' ? holds(destination) : holds(source) || holds(destination)
  if (kind === 'port') {
    const port = /^\d{1,5}$/.test(value) ? Number(value) : 0
    if (port < 1 || port > 65535) return null
    return ({ ports }) => ports !== null && either((each) => each === port, ports.source, ports.destination)
  }
  if (kind === 'host' ? !parseAddress(value) : kind !== 'net' || !parsePrefix(value)) return null
  const prefix = kind === 'net' ? value : `${value}/${value.includes(':') ? 128 : 32}`
  return ({ source, destination }) => either((each) => containsAddress(prefix, each), source, destination)
}

/** What an exchange's question was sent from and to: as the asker used it, and as NAT has made it on the way. */
export const endsOf = ({ talk, entries }: Episode): readonly Ends[] => [
  talk.flow,
  ...entries.flatMap(({ identity, sighting }): Ends[] => {
    const { ip, tcp, udp } = innermost(sighting.subject.headers)
    if (identity.leg !== 'request' || !ip) return []
    const ends = tcp ?? udp
    const ports = ends ? { source: ends.srcPort, destination: ends.dstPort } : null
    return [{ protocol: talk.flow.protocol, source: ip.src, destination: ip.dst, ports }]
  }),
]
