/**
 * Which sealed messages of WireGuard carry packets of the probe. What is inside nobody can read; but the message leaves
 * right behind the packet that went in, is as long as that makes it, and has a session and a number that no other has.
 */
import type { Topology } from './topology.js'
import type { Identity, Sighting } from './sighting.js'

/** Of the tag that seals it (Poly1305), and what lengths are rounded up to (message_data_len, MESSAGE_PADDING_MULTIPLE). */
const tagBytes = 16
const paddingBytes = 16

const sessionOf = ({ packet }: Sighting): string | null => {
  const { wireguard } = packet.headers
  return wireguard?.message === 'data' ? `${wireguard.receiver} ${wireguard.counter}` : null
}

/** Whether a message of this many sealed bytes may hold a packet of that many. */
const fits = (sealed: number, packet: number): boolean =>
  sealed - tagBytes >= packet && sealed - tagBytes < packet + paddingBytes

/** Adds the messages to `identities`, one tunnel further out than what they carry. */
export function addWireguardLegs(
  sightings: readonly Sighting[],
  identities: Map<Sighting, Identity>,
  topology: Topology,
): void {
  if (!topology.hasWireguard) return
  const taken = new Set<string>()
  for (const inside of sightings) {
    const identity = identities.get(inside)
    if (!identity || inside.link.kind !== 'wireguard' || inside.direction !== 'out') continue
    const length = inside.packet.headers.ip?.length ?? 0
    const outside = sightings.find((each) => {
      const session = sessionOf(each)
      return (
        session !== null &&
        !taken.has(session) &&
        each.namespace === inside.namespace &&
        each.frame > inside.frame &&
        each.direction === 'out' &&
        fits(each.packet.payload?.length ?? 0, length)
      )
    })
    const session = outside && sessionOf(outside)
    if (!session) continue
    taken.add(session)
    for (const each of sightings)
      if (sessionOf(each) === session) identities.set(each, { ...identity, piece: 0, level: inside.level + 1 })
  }
}
