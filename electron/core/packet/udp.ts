/** UDP (RFC 768), and the tunnel that may lie in it. */
import { verifySegment, type Segment } from './checksum.js'
import { decodeDhcp, looksLikeDhcp } from './dhcp.js'
import { decodeDnsLayer } from './dns-layer.js'
import { closePayload, hex16, HeaderReader, type Draft } from './fields.js'
import type { Checksum } from './packet.js'
import { decodeGeneve } from './geneve.js'
import { decodeVxlan } from './vxlan.js'
import { decodeWireguard, looksLikeWireguard } from './wireguard.js'

export function decodeUdp(draft: Draft, segment: Segment): void {
  const header = new HeaderReader(draft, 'udp', 'udp', segment.offset)
  const srcPort = header.number('source', 'srcPort', 0, 2)
  const dstPort = header.number('destination', 'dstPort', 2, 2)
  const length = header.number('length', 'length', 4, 2)
  const sum = header.number('checksum', 'checksum', 6, 2, hex16)
  if (srcPort !== null && dstPort !== null) draft.ports = { src: srcPort, dst: dstPort }
  if (srcPort === null || dstPort === null || length === null || sum === null) return header.close(8, '')
  header.close(8, `${srcPort} → ${dstPort}, length ${length}`, udpChecksum(draft, segment, length, sum))
  draft.headers.udp = { srcPort, dstPort, length }

  const rest = segment.offset + 8
  // A length below the header's own is nonsense, 0 means segmentation offload; a fragment holds less than it says.
  const claimed = length < 8 ? segment.length : segment.fragmented ? Math.min(length, segment.length) : length
  const carried = Math.max(0, Math.min(claimed, segment.length) - 8)
  const { vxlanPorts, genevePorts, wireguardPorts } = draft.source
  const isWireguard = wireguardPorts.includes(dstPort) || wireguardPorts.includes(srcPort)
  if (draft.within === 'quoted') closePayload(draft, 'udp', rest, carried)
  else if (vxlanPorts.includes(dstPort)) decodeVxlan(draft, rest, carried)
  else if (genevePorts.includes(dstPort)) decodeGeneve(draft, rest, carried)
  else if (isWireguard && looksLikeWireguard(draft, rest)) decodeWireguard(draft, rest, carried)
  else if (isService(dnsPorts, srcPort, dstPort) && decodeDnsLayer(draft, rest, carried)) return
  else if (isService(dhcpPorts, srcPort, dstPort) && looksLikeDhcp(draft, rest)) decodeDhcp(draft, rest, carried)
  else closePayload(draft, 'udp', rest, carried)
}

/** RFC 1035, 4.2.1; RFC 2131, 4.1. */
const dnsPorts = [53]
const dhcpPorts = [67, 68]
const isService = (ports: readonly number[], source: number, destination: number): boolean =>
  ports.includes(source) || ports.includes(destination)

function udpChecksum(draft: Draft, segment: Segment, length: number, sum: number): Checksum {
  // Zero means none: everywhere in IPv4, in tunnels over IPv6 (RFC 6935).
  if (sum === 0) return { status: 'unverified', reason: 'absent' }
  const covered = length >= 8 && length <= segment.length ? length : segment.length
  return verifySegment(draft, { ...segment, length: covered }, 6)
}
