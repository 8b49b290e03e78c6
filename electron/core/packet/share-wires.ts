/**
 * Macvlans and ipvlans: what they send leaves by their parent, which may be in another namespace, and what comes to the
 * parent comes to them. Siblings hear each other without any cable; a macvlan in mode bridge shows the parent what it hands to a
 * sibling, as if it had come in (macvlan_queue_xmit, drivers/net/macvlan.c).
 */
import type { Member } from './sighting.js'

interface Place {
  readonly namespace: string | null
  readonly index: number
}

const placeOf = ({ namespace, link }: Member): string => `${namespace}/${link.index}`
const keyOf = ({ namespace, index }: Place): string => `${namespace}/${index}`

/** Sighting -> the one that it came from, for those of interfaces that share a cable or are shared. */
export function shareWires(
  members: readonly Member[],
  cables: ReadonlyMap<Member, Member>,
  slackNs: number,
): ReadonlyMap<Member, Member> {
  const wires = new Map<Member, Member>()
  const sharing = members.filter(({ link }) => link.share)
  if (sharing.length === 0) return wires
  const parents = new Set(sharing.flatMap(({ link }) => (link.share ? [keyOf(link.share.parent)] : [])))
  /** Frames by where they were seen: of a parent, of those on it, each with its direction. */
  const seen = new Map<string, Member[]>()
  const note = (key: string, member: Member): void => {
    const list = seen.get(key)
    if (list) list.push(member)
    else seen.set(key, [member])
  }
  const packetKey = ({ level, leg, key, piece }: Member): string => `packet ${level} ${leg} ${key} ${piece}`
  for (const member of members) {
    const { share } = member.link
    const on = share ? keyOf(share.parent) : placeOf(member)
    if (!share && !parents.has(on)) continue
    const whose = share ? 'child' : 'parent'
    note(`${whose} ${member.direction} ${on} ${member.bytes}`, member)
    // Above layer 2 the parent writes a frame of its own (ipvlan_process_outbound, drivers/net/ipvlan/ipvlan_core.c).
    if (share?.mode.startsWith('l3')) note(`${whose} ${member.direction} ${on} ${packetKey(member)}`, member)
  }
  const latest = (key: string, member: Member): Member | undefined =>
    seen.get(key)?.findLast((each) => each !== member && each.time <= member.time + slackNs)
  for (const member of members) {
    const { share } = member.link
    const { direction, bytes } = member
    const on = share ? keyOf(share.parent) : placeOf(member)
    if (!share && !parents.has(on)) continue
    const from = share
      ? direction === 'in'
        ? (latest(`parent in ${on} ${bytes}`, member) ??
          otherStation(member, latest(`child out ${on} ${bytes}`, member)))
        : undefined
      : cables.has(member)
        ? undefined
        : (latest(`child out ${on} ${bytes}`, member) ??
          (direction === 'out' ? latest(`child out ${on} ${packetKey(member)}`, member) : undefined))
    if (from) wires.set(member, from)
  }
  return wires
}

/** Nobody hears what it sends itself. */
const otherStation = (member: Member, from: Member | undefined): Member | undefined =>
  from && placeOf(from) !== placeOf(member) ? from : undefined
