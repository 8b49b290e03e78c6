/** Advice about a shorter way (RFC 792, 4861): the packet that it quotes went on, so it is no error about it. */
import type { PacketHeaders } from './packet.js'

export const isRedirect = ({ icmp, ip }: PacketHeaders): boolean =>
  icmp !== undefined && icmp.type === (ip?.version === 6 ? 137 : 5)
