import { decodeEthernet } from './ethernet.js'
import { finish, newDraft, noteMissing } from './fields.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6 } from './ipv6.js'
import type { Packet } from './packet.js'

export interface DecodeOptions {
  /** Bytes the frame had on the wire; without it, as many as were captured. */
  readonly originalLength?: number
  /** UDP destination ports that carry VXLAN; 4789 unless told. */
  readonly vxlanPorts?: readonly number[]
}

const nested = { ethernet: decodeEthernet, ipv4: decodeIpv4, ipv6: decodeIpv6 }

/** Assigned by IANA (RFC 7348). */
const vxlanPort = 4789

/**
 * Decodes one Ethernet frame. Takes any bytes and never throws: what cannot be read is left out, and what was not
 * captured is named in `missing`.
 */
export function decodeFrame(bytes: Uint8Array, options: DecodeOptions = {}): Packet {
  const length = Math.max(bytes.length, options.originalLength ?? 0)
  const source = { bytes, vxlanPorts: options.vxlanPorts ?? [vxlanPort], nested }
  const draft = newDraft(source, 'frame', '', 0, 0)
  decodeEthernet(draft, length)
  if (bytes.length < length) {
    // Only bytes behind the packet itself (padding) can still be missing here.
    noteMissing(draft, { layer: 'ethernet', part: 'payload', captured: bytes.length, expected: length })
  }
  return finish(draft)
}
