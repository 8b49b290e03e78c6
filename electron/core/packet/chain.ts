/** Ties every sighting to the one it came from: over a cable, through a bridge, into or out of a tunnel, by routing. */
import { isAnyTunnel } from '../lab/tunnel.js'
import { packetType } from './hop.js'
import type { Wires } from './order.js'
import { isMember, isPort, isTagged, type Member } from './sighting.js'

export interface Chain {
  /** Where a sighting came from; a packet's first sighting has none. */
  readonly before: ReadonlyMap<Member, Member>
  /** What a sighting that came in became when its namespace forwarded it. */
  readonly forwarded: ReadonlyMap<Member, Member>
  /** Sightings that went on in any way. */
  readonly followed: ReadonlySet<Member>
}

/** Layer 3 of the namespace handles it: it came in by no bridge port, and was meant for this station. */
export const reachesLayer3 = (member: Member): boolean =>
  member.direction === 'in' &&
  !isPort(member) &&
  !isMember(member) &&
  !isTagged(member) &&
  member.pkttype !== packetType.otherhost

export function buildChain(ordered: readonly Member[], wires: Wires): Chain {
  const before = new Map<Member, Member>()
  const forwarded = new Map<Member, Member>()
  const followed = new Set<Member>()
  /** What a parent handed to those that share it, and never saw itself. */
  const handed = new Set([...wires.values()].filter(({ direction }) => direction === 'in'))
  // Earlier sightings of the same namespace by what they can be recognised by.
  const byBytes = new Index()
  const bySubject = new Index()
  const byKey = new Index()

  for (const member of ordered) {
    const from = origin(member)
    if (from) {
      before.set(member, from)
      followed.add(from)
    }
    byBytes.add(`${member.namespace} ${member.untagged}`, member)
    bySubject.add(`${member.namespace} ${member.subjectBytes}`, member)
    byKey.add(`${member.namespace} ${member.level} ${member.leg} ${member.key}`, member)
  }
  return { before, forwarded, followed }

  /** The same packet, with more or less around it. */
  function atLevel(member: Member, level: number): readonly Member[] {
    return byKey.get(`${member.namespace} ${level} ${member.leg} ${member.key}`)
  }

  /** With br_netfilter, a bridge puts fragments together and may cut them anew: the frames differ, the packet does not. */
  function recut(member: Member): readonly Member[] {
    return atLevel(member, member.level)
  }

  function origin(member: Member): Member | undefined {
    const wire = wires.get(member)
    if (wire) return wire
    const { link, direction, namespace, level } = member
    const sameFrame = byBytes.get(`${namespace} ${member.untagged}`)
    const sameSubject = bySubject.get(`${namespace} ${member.subjectBytes}`)
    if (direction === 'in') {
      if (isAnyTunnel(link.kind)) {
        const around = link.kind === 'wireguard' ? atLevel(member, level + 1) : sameSubject
        return around.findLast((earlier) => earlier.direction === 'in' && earlier.level === level + 1)
      }
      const below = link.vlan?.link ?? null
      const upFrom = (earlier: Member): boolean =>
        earlier.direction === 'in' &&
        (below === null
          ? earlier.link.master === link.name || earlier.link.bond === link.name
          : earlier.link.name === below)
      return sameFrame.findLast(upFrom) ?? recut(member).findLast(upFrom)
    }
    // What a bond sends leaves by one of its members, or by several.
    const bonded = link.bond === undefined ? undefined : link.bond
    if (bonded !== undefined)
      return sameFrame.findLast((earlier) => earlier.direction === 'out' && earlier.link.name === bonded)
    // What a sub-interface sends leaves by the one that it is on.
    const tagged = sameFrame.findLast(
      (earlier) => earlier.direction === 'out' && earlier.link.vlan?.link === link.name && !followed.has(earlier),
    )
    if (tagged) return tagged
    if (isPort(member)) {
      const across = (earlier: Member): boolean =>
        earlier.direction === 'in'
          ? earlier.link.master === link.master && earlier.link.index !== link.index
          : earlier.link.name === link.master
      return sameFrame.findLast(across) ?? recut(member).findLast(across)
    }
    if (level > 0) {
      const inside = [...sameSubject, ...atLevel(member, level - 1).filter((each) => each.link.kind === 'wireguard')]
      const tunnel = inside.findLast((earlier) => {
        return earlier.direction === 'out' && isAnyTunnel(earlier.link.kind) && earlier.level === level - 1
      })
      if (tunnel && !followed.has(tunnel)) return tunnel
    }
    // Neighbour messages are never routed, unless a tunnel carries them.
    if (level === 0 && (member.leg === 'arp' || member.leg === 'ndp')) return undefined
    const arrived = recut(member).filter((each) => reachesLayer3(each) && !handed.has(each))
    const exact = arrived.find((earlier) => earlier.piece === member.piece && !forwarded.has(earlier))
    if (exact) forwarded.set(exact, member)
    // A router that fragments sends more pieces than it got.
    return exact ?? arrived.at(-1)
  }
}

class Index {
  readonly #lists = new Map<string, Member[]>()

  get(key: string): readonly Member[] {
    return this.#lists.get(key) ?? []
  }

  add(key: string, member: Member): void {
    const list = this.#lists.get(key)
    if (list) list.push(member)
    else this.#lists.set(key, [member])
  }
}
