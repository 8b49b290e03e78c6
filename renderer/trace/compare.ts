/** Two traces side by side: where the one that did not get through first differs from the one that did. */
import type { Trace, TraceHop } from '../../electron/core/diagnosis/trace.js'
import { buildFilm } from './film.js'
import { packetOf } from './packet-changes.js'
import { packetIdOf } from './packets.js'

export interface ComparedHop {
  readonly a: TraceHop | null
  readonly b: TraceHop | null
  /** Paths of the packet in which the two differ, of those that mean something. */
  readonly differs: readonly string[]
}

/** One packet of the two traces: what it is in each, and its hops beside each other. */
export interface ComparedPacket {
  /** Its first hop in each; null where the other trace has no such packet. */
  readonly a: TraceHop | null
  readonly b: TraceHop | null
  readonly rows: readonly ComparedHop[]
  /** Asked for in one trace only: whether a neighbour is known is chance, and no difference. */
  readonly isChance: boolean
}

export interface Comparison {
  readonly packets: readonly ComparedPacket[]
  /** The first row that is not the same in both; null where none is. */
  readonly first: ComparedHop | null
}

const placeOf = ({ leg, namespace, interface: name, direction, event }: TraceHop): string =>
  [leg, namespace, name, direction, event].join(' ')

/** What a packet is about, whatever its numbers: the same question, the same kind of message, the same piece. */
function meaningOf(hop: TraceHop): string {
  const packet = packetOf(hop)
  const { arp, icmp, tcp, ip } = packet ?? {}
  if (arp) return `arp ${arp.op} ${arp.senderIp} ${arp.targetIp}`
  const kind = icmp ? `icmp ${icmp.type} ${icmp.code} ${icmp.seq}` : tcp ? `tcp ${tcp.flags.join()}` : ip?.protocol
  return `${hop.leg} ${hop.namespace} ${kind} ${ip?.fragmentOffset ?? ''}`
}

/** What differs from one probe to the next anyway. */
const passing =
  /(^|\.)(ip\.id|icmp\.id|icmp\.seq|tcp\.seq|tcp\.ack|tcp\.srcPort|udp\.srcPort|dns\.id|dhcp\.id|dhcp\.xid)$/

/** First the packets of the two are lined up by what they mean, then the hops of each by where they happened. */
export function compareTraces(a: Trace, b: Trace): Comparison {
  const owners = [ownersOf(a), ownersOf(b)] as const
  const packets = align(packetsOf(a), packetsOf(b), ([hop]) => (hop ? meaningOf(hop) : '')).map(
    ([left, right]): ComparedPacket => ({
      a: left?.[0] ?? null,
      b: right?.[0] ?? null,
      rows: align(left ?? [], right ?? [], placeOf).map(([x, y]) => ({
        a: x,
        b: y,
        differs: x && y ? differences(x, y, owners) : [],
      })),
      isChance: (left === null || right === null) && isResolution((left ?? right)?.[0]),
    }),
  )
  const rows = packets.flatMap((packet) => (packet.isChance || isResolution(packet.a ?? undefined) ? [] : packet.rows))
  return { packets, first: rows.find((row) => row.a === null || row.b === null || row.differs.length > 0) ?? null }
}

const isResolution = (hop: TraceHop | undefined): boolean => hop?.leg === 'arp' || hop?.leg === 'ndp'

/** The hops of each packet, in the order in which the packets were first seen. */
function packetsOf({ hops }: Trace): readonly (readonly TraceHop[])[] {
  const film = buildFilm(hops)
  const packets = new Map<string, TraceHop[]>()
  for (const hop of hops) {
    const id = packetIdOf(film, hop)
    packets.set(id, [...(packets.get(id) ?? []), hop])
  }
  return [...packets.values()]
}

/** The longest common sequence; what has no partner stands alone. */
function align<T>(a: readonly T[], b: readonly T[], keyOf: (each: T) => string): (readonly [T | null, T | null])[] {
  const keys = [a.map(keyOf), b.map(keyOf)] as const
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        keys[0][i] === keys[1][j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
  const pairs: (readonly [T | null, T | null])[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && right !== undefined && keys[0][i] === keys[1][j]) {
      pairs.push([left, right])
      i++
      j++
    } else if (
      left !== undefined &&
      (right === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      pairs.push([left, null])
      i++
    } else if (right !== undefined) {
      pairs.push([null, right])
      j++
    }
  }
  return pairs
}

function differences(a: TraceHop, b: TraceHop, owners: readonly [Owners, Owners]): string[] {
  const [left, right] = [flat(a.packet, ''), flat(b.packet, '')]
  return [...new Set([...left.keys(), ...right.keys()])].filter((path) => {
    const [x, y] = [left.get(path), right.get(path)]
    return (
      !passing.test(path) &&
      x !== y &&
      (x === undefined || y === undefined || owner(x, owners[0]) !== owner(y, owners[1]))
    )
  })
}

/** Interfaces by their MAC address: a lab that is deployed again has others, and that is no difference. */
type Owners = ReadonlyMap<string, string>

function ownersOf({ hops }: Trace): Owners {
  return new Map(
    hops.flatMap(({ event, packet, namespace, interface: name }) =>
      event === 'sent' && packet?.eth ? [[packet.eth.src, `${namespace}:${name}`] as const] : [],
    ),
  )
}

const unicastMac = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/
const owner = (value: string, owners: Owners): string =>
  unicastMac.test(value) ? (owners.get(value) ?? 'somebody') : value

function flat(value: unknown, prefix: string, into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return into
  if (typeof value === 'object' && !Array.isArray(value))
    for (const [key, each] of Object.entries(value)) flat(each, prefix === '' ? key : `${prefix}.${key}`, into)
  else into.set(prefix, String(value))
  return into
}

/** `ip.src` of one hop and the other, as shown. */
export function valueAt(hop: TraceHop | null, path: string): string {
  return flat(hop?.packet ?? null, '').get(path) ?? '–'
}
