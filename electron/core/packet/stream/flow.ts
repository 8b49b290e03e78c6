/** Traffic that belongs together: the pings of one `ping`, a connection, datagrams between two ports, questions for a neighbour. */
import type { TraceOutcome } from '../../diagnosis/trace.js'

export type FlowProtocol = 'icmp' | 'tcp' | 'udp' | 'arp' | 'ndp'

export interface Flow {
  readonly id: string
  readonly protocol: FlowProtocol
  /** Where its first frame was seen: mostly the namespace that began it. */
  readonly namespace: string
  /** As it was before any NAT. */
  readonly source: string
  readonly destination: string
  /** Null for other protocols than tcp and udp. */
  readonly ports: { readonly source: number; readonly destination: number } | null
  /** ICMP identifier. */
  readonly identifier: number | null
  /** Packets of both directions that were captured; where it was sampled, fewer than there were. */
  readonly packets: number
  /** Those of them that answered. */
  readonly replies: number
  /** How the latest exchange ended; null before the first has. */
  readonly outcome: TraceOutcome | null
}

/** A flow without what only the stream keeps of it. */
export function flowJson({
  id,
  protocol,
  namespace,
  source,
  destination,
  ports,
  identifier,
  packets,
  replies,
  outcome,
}: Flow): Flow {
  return { id, protocol, namespace, source, destination, ports, identifier, packets, replies, outcome }
}
