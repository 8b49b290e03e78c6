import { decodeEthernet } from './ethernet.js'
import { finish, newDraft, noteMissing } from './fields.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6 } from './ipv6.js'
import { defaultGenevePort, defaultVxlanPort, defaultWireguardPort } from '../lab/tunnel.js'
import type { Packet, PacketHeaders } from './packet.js'

export interface DecodeOptions {
  /** Bytes the frame had on the wire; without it, as many as were captured. */
  readonly originalLength?: number
  /** UDP destination ports that carry VXLAN; 4789 unless told. */
  readonly vxlanPorts?: readonly number[]
  /** The same for Geneve; 6081 unless told. */
  readonly genevePorts?: readonly number[]
  /** UDP ports of WireGuard, of either end; 51820 unless told. */
  readonly wireguardPorts?: readonly number[]
  /** It was captured where there are packets and no frames: it begins with its IP header. */
  readonly isLayer3?: boolean
}

const nested = { ethernet: decodeEthernet, ipv4: decodeIpv4, ipv6: decodeIpv6 }

/** By which an earlier decoding of the same frame can be had again. */
export const optionsOf = ({ eth, arp, ip, udp, vxlan, geneve, wireguard }: PacketHeaders): DecodeOptions => ({
  isLayer3: eth === undefined && arp === undefined && ip !== undefined,
  ...(udp && vxlan ? { vxlanPorts: [udp.dstPort] } : {}),
  ...(udp && geneve ? { genevePorts: [udp.dstPort] } : {}),
  ...(udp && wireguard ? { wireguardPorts: [udp.dstPort] } : {}),
})

/**
 * Decodes one Ethernet frame, or a packet without one. Takes any bytes and never throws: what cannot be read is left
 * out, and what was not captured is named in `missing`.
 */
export function decodeFrame(bytes: Uint8Array, options: DecodeOptions = {}): Packet {
  const length = Math.max(bytes.length, options.originalLength ?? 0)
  const source = {
    bytes,
    vxlanPorts: options.vxlanPorts ?? [defaultVxlanPort],
    genevePorts: options.genevePorts ?? [defaultGenevePort],
    wireguardPorts: options.wireguardPorts ?? [defaultWireguardPort],
    nested,
  }
  const draft = newDraft(source, 'frame', '', 0, 0)
  if (!options.isLayer3) decodeEthernet(draft, length)
  else if ((bytes[0] ?? 0) >> 4 === 6) decodeIpv6(draft, 0, length)
  else decodeIpv4(draft, 0, length)
  if (bytes.length < length) {
    // Only bytes behind the packet itself (padding) can still be missing here.
    noteMissing(draft, { layer: 'ethernet', part: 'payload', captured: bytes.length, expected: length })
  }
  return finish(draft)
}
