import { isLayer3 } from '../lab/tunnel.js'
import type { CapturedFrame, TracedHop } from './hop.js'
import { packetType } from './hop.js'
import { writePcapng } from './pcapng.js'

type JudgedHop = TracedHop & {
  readonly reason?: {
    readonly table: string | null
    readonly chain: string | null
    readonly rule: string | null
    readonly verdict: string | null
  }
}

export interface TraceCapture {
  /** Program and version, for the file's header. */
  readonly application: string
  /** E.g. the probe and its outcome, for the file's header. */
  readonly comment: string | null
  readonly frames: readonly CapturedFrame[]
  /** With the rule that acted, where one is known. */
  readonly hops: readonly JudgedHop[]
  /** Names of all interfaces. A `LiveNamespace` will do. */
  readonly namespaces: readonly {
    readonly name: string
    readonly links: readonly { readonly index: number; readonly name: string; readonly kind?: string }[]
  }[]
}

/**
 * A trace as a capture file: every frame (those of other traffic too), in the order given, on an interface called
 * `namespace:name`. Frames of the probe carry comments that name their hop, what changed, and what became of them.
 * `timeNs` of the frames must count from the epoch if the file is to show real times.
 */
export function tracePcapng({ application, comment, frames, hops, namespaces }: TraceCapture): Uint8Array {
  const ports = namespaces.flatMap(({ name, links }) => {
    return links.map((link) => ({
      ...{ key: `${name}/${link.index}`, name: `${name}:${link.name}` },
      isLayer3: isLayer3(link.kind ?? ''),
    }))
  })
  const index = new Map(ports.map(({ key }, i) => [key, i]))
  const byFrame = new Map(hops.flatMap((hop) => (hop.frame === null ? [] : [[hop.frame, hop] as const])))
  const packets = frames.flatMap((frame, i) => {
    const port = index.get(`${frame.namespace}/${frame.ifindex}`)
    if (port === undefined) return []
    const hop = byFrame.get(i)
    return {
      interface: port,
      timeNs: BigInt(frame.timeNs),
      bytes: frame.bytes,
      originalLength: frame.originalLength,
      direction: frame.pkttype === packetType.outgoing ? ('out' as const) : ('in' as const),
      comments: [...(hop ? describe(hop, hops) : []), ...cut(frame)],
    }
  })
  return writePcapng({
    application,
    comment,
    interfaces: ports.map(({ name, isLayer3: raw }) => ({ name, isLayer3: raw })),
    packets,
  })
}

const cut = ({ bytes, originalLength }: CapturedFrame): string[] =>
  bytes.length < originalLength ? [`captured ${bytes.length} of ${originalLength} bytes`] : []

/** E.g. ` by filter FORWARD: -s 10.0.0.1/32 -j DROP (drop)`. */
function verdictOf({ reason }: JudgedHop): string {
  if (!reason?.chain) return ''
  const rule = reason.rule === null ? 'policy' : reason.rule
  return ` by ${reason.table ?? ''} ${reason.chain}: ${rule} (${reason.verdict ?? ''})`
}

function describe(hop: JudgedHop, hops: readonly JudgedHop[]): string[] {
  const where = `${hop.namespace}:${hop.interface} ${hop.direction}`
  const lines = [`hop ${hop.n}: ${hop.leg} ${hop.event}, ${where}`]
  if (hop.changed.length > 0) lines.push(`changed since hop ${hop.comparedWith}: ${hop.changed.join(', ')}`)
  // What was worked out follows the frame it was worked out from.
  for (const after of hops) {
    if (after.observed || after.comparedWith !== hop.n) continue
    lines.push(`hop ${after.n}: then ${after.event} in ${after.namespace}${verdictOf(after)}`)
  }
  return lines
}
