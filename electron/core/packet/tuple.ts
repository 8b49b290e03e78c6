/** Both ends of a conversation, in one word. */
import type { Packet } from './packet.js'

/** As one packet names them; the id and the number of an echo stand for its ports. `reverse`: as the answer names them. */
export function tuple(packet: Packet, reverse = false): string | null {
  const { ip, icmp } = packet.headers
  if (!ip) return null
  const [src, dst] = reverse ? [ip.dst, ip.src] : [ip.src, ip.dst]
  if (icmp && icmp.id !== null) return `icmp ${src} ${dst} ${icmp.id} ${icmp.seq}`
  if (!packet.ports) return null
  const { src: a, dst: b } = packet.ports
  return reverse ? `${ip.protocol} ${src} ${dst} ${b} ${a}` : `${ip.protocol} ${src} ${dst} ${a} ${b}`
}

/**
 * What a datagram and its answer share where the answer comes from elsewhere than was asked: a server on several addresses
 * sends from the one that its route prefers, and connection tracking gives it another port where that end is taken by what
 * was asked (nf_nat_used_tuple, net/netfilter/nf_nat_core.c). `reverse`: as the answer names it.
 */
export function answerTuple({ headers: { ip, udp }, ports }: Packet, reverse = false): string | null {
  if (!ip || !udp || !ports) return null
  return reverse ? `${ip.src} ${ports.src}` : `${ip.dst} ${ports.dst}`
}
