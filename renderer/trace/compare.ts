/** Two traces side by side: where the one that did not get through first differs from the one that did. */
import type { Trace, TraceHop } from '../../electron/core/diagnosis/trace.js'

export interface ComparedHop {
  readonly a: TraceHop | null
  readonly b: TraceHop | null
  /** Paths of the packet in which the two differ, of those that mean something. */
  readonly differs: readonly string[]
}

export interface Comparison {
  readonly rows: readonly ComparedHop[]
  /** Index of the first row that is not the same in both; null where none is. */
  readonly first: number | null
}

const keyOf = ({ leg, namespace, interface: name, direction, event }: TraceHop): string =>
  [leg, namespace, name, direction, event].join(' ')

/** What differs from one probe to the next anyway. */
const passing = /(^|\.)(ip\.id|icmp\.id|icmp\.seq|tcp\.seq|tcp\.ack|tcp\.srcPort|udp\.srcPort)$/

/** Address resolution is left out unless both traces had to ask: whether a neighbour is known is chance. */
export function compareTraces(a: Trace, b: Trace): Comparison {
  const asks = (trace: Trace): boolean => trace.hops.some(isResolution)
  const keep = asks(a) === asks(b) ? () => true : (hop: TraceHop) => !isResolution(hop)
  const rows = align(a.hops.filter(keep), b.hops.filter(keep), [ownersOf(a), ownersOf(b)])
  const first = rows.findIndex((row) => row.a === null || row.b === null || row.differs.length > 0)
  return { rows, first: first < 0 ? null : first }
}

const isResolution = ({ leg }: TraceHop): boolean => leg === 'arp' || leg === 'ndp'

/** The longest common sequence of places and events; what has no partner stands alone. */
function align(a: readonly TraceHop[], b: readonly TraceHop[], owners: readonly [Owners, Owners]): ComparedHop[] {
  const keys = [a.map(keyOf), b.map(keyOf)] as const
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        keys[0][i] === keys[1][j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
  const rows: ComparedHop[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left && right && keys[0][i] === keys[1][j]) {
      rows.push({ a: left, b: right, differs: differences(left, right, owners) })
      i++
      j++
    } else if (left && (!right || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      rows.push({ a: left, b: null, differs: [] })
      i++
    } else if (right) {
      rows.push({ a: null, b: right, differs: [] })
      j++
    }
  }
  return rows
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
