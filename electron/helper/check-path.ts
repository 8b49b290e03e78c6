/** Which way a check's request really went: the frames of one packet of it, captured in every namespace, put in order. */
import { innermost } from '../core/diagnosis/loss.js'
import type { ProbeCheck } from '../core/lab/lab.js'
import type { LiveState } from '../core/live/state.js'
import type { TracedHop } from '../core/packet/hop.js'
import { isOverheard } from '../core/packet/overheard.js'
import { stitch } from '../core/packet/stitch.js'
import type { KernelWorker } from './kernel/client.js'
import type { CapturedFrame, ProbeReply } from './kernel/protocol.js'
import { probeMark } from './trace/identifier.js'

/** Frames kept of one check: every copy of one packet in the largest lab, twice. */
const maxFrames = 5000
/** A SYN without an answer is sent again after one second (RFC 6298); IPv6 has no packet number to tell the two by (ns). */
const sentAgainNs = 900_000_000

export interface PathEvidence {
  /** Namespaces the request was seen in, in order. */
  readonly path: readonly string[]
  /** Source address of the request where it was last seen. */
  readonly source: string | null
  /** False where frames are missing: other traffic took the room that was kept. */
  readonly complete: boolean
}

/** Sends a check's probe while everything is captured, and tells where its request was seen. */
export async function capturePath(
  worker: KernelWorker,
  live: LiveState,
  check: ProbeCheck,
  identifier: number,
  send: () => Promise<ProbeReply>,
): Promise<{ readonly reply: ProbeReply; readonly evidence: PathEvidence }> {
  const { capture } = await worker.request('capture-start', { maxFrames })
  let reply: ProbeReply
  try {
    reply = await send()
  } catch (error) {
    await worker.request('capture-stop', { capture })
    throw error
  }
  const { frames, dropped, beyond } = await worker.request('capture-stop', { capture })
  const hops = stitch({
    frames,
    namespaces: live.namespaces,
    probe: {
      from: check.from,
      target: check.target,
      protocol: check.kind === 'ping' ? 'icmp' : check.kind,
      port: check.kind === 'ping' ? null : check.port,
      marker: check.kind === 'tcp' ? null : probeMark(identifier),
      // The port tells this connection from others to the same target, and from none where none came about.
      ...(check.kind === 'tcp' ? { sourcePorts: reply.sourcePort ? [reply.sourcePort] : [] } : {}),
      answered: reply.outcome !== 'lost',
    },
  })
  const way = onePacket(hops, frames, live)
  const path: string[] = []
  for (const { namespace } of way) if (path.at(-1) !== namespace) path.push(namespace)
  const source = way.at(-1)?.packet?.ip?.src ?? null
  return { reply, evidence: { path, source, complete: dropped + beyond === 0 } }
}

/** Where the first packet of the request was seen, not what followed it on its connection, nor the same sent once more. */
function onePacket(hops: readonly TracedHop[], frames: readonly CapturedFrame[], live: LiveState): TracedHop[] {
  const seen = hops.filter(
    (hop) => hop.leg === 'request' && hop.observed && !isOverheard(hop, frames[hop.frame ?? -1], live),
  )
  const [first] = seen
  if (!first) return []
  const isFirst = numberOf(first)
  const echo = echoOf(first)
  return seen.filter((hop) => {
    // A ping of several is as many packets, each by its own sequence number; of a packet that was cut the first piece is it.
    if (echoOf(hop) !== echo || (hop.packet && innermost(hop.packet).ip?.fragmentOffset)) return false
    const tcp = hop.packet && innermost(hop.packet).tcp
    if (tcp && (!tcp.flags.includes('SYN') || tcp.flags.includes('ACK'))) return false
    return !tcp || (isFirst === null ? hop.timeNs - first.timeNs < sentAgainNs : numberOf(hop) === isFirst)
  })
}

/** What IPv4 numbers its packets with; neither routers nor NAT change it. */
const numberOf = ({ packet }: TracedHop): number | null => (packet && innermost(packet).ip?.id) ?? null

const echoOf = ({ packet }: TracedHop): number | null => (packet && innermost(packet).icmp?.seq) ?? null
