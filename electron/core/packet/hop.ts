/** What stitching takes in, and the hops it gives out: the `hops` of `trace --json`. */
import type { PacketHeaders } from './packet.js'

/** `sll_pkttype` of a packet socket (linux/if_packet.h). */
export const packetType = { host: 0, broadcast: 1, multicast: 2, otherhost: 3, outgoing: 4 } as const

/** One frame as a packet socket gave it. */
export interface CapturedFrame {
  readonly namespace: string
  readonly ifindex: number
  /** `sll_pkttype`, 0..4. */
  readonly pkttype: number
  /** Kernel time stamp, ns since the epoch or since any other common moment. */
  readonly timeNs: bigint | number
  /** As many bytes as were captured. */
  readonly bytes: Uint8Array
  /** Bytes on the wire. */
  readonly originalLength: number
}

/** What was sent, and how to know it again. */
export interface ProbeIdentity {
  readonly from: string
  /** Address, IPv4 or IPv6. */
  readonly target: string
  readonly protocol: 'icmp' | 'tcp' | 'udp'
  /** Destination port of tcp and udp. */
  readonly port?: number | null
  /** Bytes that the payload of every probe packet holds (icmp, udp). Without them, the first packets that fit count. */
  readonly marker?: Uint8Array | null
  /** Namespaces that rewrote the request and do not know its answer for one: there it is not turned back. */
  readonly unturned?: readonly string[]
  /** Local ports of the probing sockets (tcp, udp), where they are known. */
  readonly sourcePorts?: readonly number[]
  /** When the probe was sent, same clock as the frames: earlier frames are not the probe's. */
  readonly startNs?: bigint | number
  /** False: no answer came to the program that probed, so one that reached its namespace was dropped there. */
  readonly answered?: boolean
  /** Only some of the packets were captured: that nothing answered proves nothing. */
  readonly sampled?: boolean
}

export type Leg = 'arp' | 'ndp' | 'request' | 'reply' | 'error'
export type HopEvent = 'sent' | 'received' | 'bridged' | 'flooded' | 'routed' | 'nat' | 'delivered' | 'dropped'

/** One hop, exactly as `trace --json` prints it. */
export interface Hop {
  /** From 1. */
  readonly n: number
  /** ns since the first captured hop. For a hop that was worked out, the start of its range. */
  readonly timeNs: number
  /**
   * Only of hops that were worked out: it happened between these two moments. Both are the same where nothing was
   * captured after it that would bound it.
   */
  readonly timeRangeNs?: readonly [number, number]
  readonly leg: Leg
  readonly namespace: string
  /** Null where the packet is between interfaces (routed, nat) or never reached one. */
  readonly interface: string | null
  readonly direction: 'in' | 'out' | null
  readonly event: HopEvent
  readonly observed: boolean
  /** Without `eth` in hops that were worked out; null where the packet was never sent. */
  readonly packet: PacketHeaders | null
  /** Paths that differ from the previous observed hop of the same packet. */
  readonly changed: readonly string[]
}

/** A hop with its ties to the capture, for the packet pane. */
export interface TracedHop extends Hop {
  /** Index of its frame in the input; null for hops that were worked out. */
  readonly frame: number | null
  /** Number of the observed hop that `changed` compares with; null for the first of a packet. */
  readonly comparedWith: number | null
}

/** The hop without its ties: what goes into JSON. */
export function hopJson(hop: TracedHop): Hop {
  const { frame: _frame, comparedWith: _comparedWith, ...json } = hop
  return json
}
