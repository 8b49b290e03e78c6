/** Captured frames, decoded and placed: what the later stages of stitching work on. */
import { decodeFrame } from './decode.js'
import { packetType, type CapturedFrame, type Leg } from './hop.js'
import { isLayer3 } from '../lab/tunnel.js'
import type { Packet } from './packet.js'
import type { Topology, TopologyLink } from './topology.js'

/** One frame at one interface. */
export interface Sighting {
  /** Index in the input; within one namespace also the order of arrival, which is the truth. */
  readonly frame: number
  readonly namespace: string
  readonly link: TopologyLink
  readonly direction: 'in' | 'out'
  readonly pkttype: number
  /** ns since the first frame of the capture. */
  readonly time: number
  readonly packet: Packet
  /** The frame that travels: the innermost one where there are tunnels. */
  readonly subject: Packet
  /** Tunnels around the subject. */
  readonly level: number
  /** The captured bytes, whole and of the subject, comparable. No cable changes them. */
  readonly bytes: string
  /** The same without VLAN tags: bridges and sub-interfaces add and strip them, and change nothing else. */
  readonly untagged: string
  readonly subjectBytes: string
}

/** What a frame is to the probe. */
export interface Identity {
  readonly leg: Leg
  /** The same for every sighting of one packet, whatever routers and NAT did to it. */
  readonly key: string
  /** The same for a question and for all answers to it and errors about it: the sequence number of an echo, else ''. */
  readonly exchange: string
  /** Offset of the fragment within its packet, 0 for a whole packet. */
  readonly piece: number
  /** In place of the sighting's own, where what is inside cannot be read. */
  readonly level?: number
}

export type Member = Sighting & Identity

/**
 * Frames of interfaces that the topology does not know are left out: they cannot be placed.
 * @param since the moment that `time` counts from; the first frame's unless told
 */
export function placeFrames(frames: readonly CapturedFrame[], topology: Topology, since?: bigint): Sighting[] {
  const sightings: Sighting[] = []
  const base =
    since ??
    frames.reduce<bigint | null>((min, { timeNs }) => {
      const time = BigInt(timeNs)
      return min === null || time < min ? time : min
    }, null)
  frames.forEach((captured, frame) => {
    const link = topology.link(captured.namespace, captured.ifindex)
    if (link === null) return
    const { bytes, originalLength } = captured
    const packet = decodeFrame(bytes, {
      ...{ originalLength, isLayer3: isLayer3(link.kind) },
      ...{ vxlanPorts: topology.vxlanPorts, genevePorts: topology.genevePorts },
      wireguardPorts: topology.wireguardPorts,
    })
    let subject = packet
    let level = 0
    for (; subject.inner !== null; level++) subject = subject.inner
    const text = comparable(bytes, 0, bytes.length)
    sightings.push({
      frame,
      namespace: captured.namespace,
      link,
      direction: captured.pkttype === packetType.outgoing ? 'out' : 'in',
      pkttype: captured.pkttype,
      time: Number(BigInt(captured.timeNs) - (base ?? 0n)),
      packet,
      subject,
      level,
      bytes: text,
      untagged: packet.headers.vlan ? withoutTags(text) : text,
      subjectBytes: level === 0 ? text : comparable(bytes, subject.offset, subject.end),
    })
  })
  return sightings
}

const tagTypes: ReadonlySet<string> = new Set(['\u0081\u0000', '\u0088\u00a8'])

function withoutTags(text: string): string {
  let at = 12
  while (tagTypes.has(text.slice(at, at + 2))) at += 4
  return text.slice(0, 12) + text.slice(at)
}

/** One UTF-16 unit per byte: cheap to build, to compare and to use as a key. */
function comparable(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0)
  return text
}

/** The captured payload of a packet in the same form. */
export const payloadText = (frame: CapturedFrame, packet: Packet): string =>
  packet.payload ? comparable(frame.bytes, packet.payload.offset, packet.payload.end) : ''

export const bytesText = (bytes: Uint8Array): string => comparable(bytes, 0, bytes.length)

/** Sent to a group of stations (I/G bit of the destination, IEEE 802): broadcast or multicast. */
export const toGroup = (packet: Packet): boolean => {
  const first = Number.parseInt(packet.headers.eth?.dst.slice(0, 2) ?? '0', 16)
  return (first & 1) === 1
}

/** Frames with a tag are for sub-interfaces; one of priority alone is not (vlan_do_receive, net/8021q/vlan_core.c). */
export const isTagged = ({ packet }: Sighting): boolean => (packet.headers.vlan?.id ?? 0) !== 0

/** What comes to a member of a bond comes to the bond (bond_handle_frame, drivers/net/bonding/bond_main.c). */
export const isMember = (sighting: Sighting): boolean => sighting.link.bond !== undefined

/** Layer 3 sees what arrives here; a bridge port hands its frames to the bridge instead. */
export const isPort = (sighting: Sighting): boolean => sighting.link.master !== null
