/**
 * Which namespace the other end of a veth pair is in, or what a macvlan or an ipvlan shares. The kernel tells a number
 * that only means something in the asking namespace (IFLA_LINK_NETNSID). To asking about one namespace after the other,
 * which takes n² questions, there is a better way: a scratch namespace of ours in which every known namespace has a
 * number too. Asked from there, one dump per namespace pairs its numbers with ours, and no number is given away where
 * the learner would see it in `ip netns`.
 */
import type { LiveLink } from '../../core/live/state.js'
import { EINVAL, EOPNOTSUPP, EPERM, Refusal } from './errno.js'
import type { Namespace } from './namespace.js'
import type { Namespaces } from './namespaces.js'
import { NETLINK_ROUTE, NetlinkSocket } from './netlink/socket.js'
import type { DumpedLink } from './rtnetlink/link-dump.js'
import { giveNamespaceId, namespaceIdAt, namespaceIdOf, namespaceIdsOf } from './rtnetlink/nsid.js'

/** What a kernel says that cannot tell one namespace's numbers to another: the peers stay unknown. */
const unknowing: ReadonlySet<number> = new Set([EINVAL, EPERM, EOPNOTSUPP])

export class PeerRegistry {
  /** In the scratch namespace, and what keeps it; made when it is first needed. */
  #socket: NetlinkSocket | null = null
  readonly #ids = new Map<Namespace, number>()
  readonly #byId = new Map<number, Namespace>()

  /** The link's peer, or what it shares, in names. Marks the mirror where the other namespace is in none that is known. */
  resolve(namespaces: Namespaces, namespace: Namespace, link: DumpedLink): LiveLink['peer'] {
    if (!link.other) return null
    const { index, namespaceId } = link.other
    if (namespaceId === null) return { namespace: namespace.name, index }
    const found = namespace.mirror.peers.get(namespaceId)
    if (!found) namespace.mirror.unresolved = true
    return { namespace: found && namespaces.has(found) ? found.name : null, index }
  }

  /** Learns which namespaces stand behind the numbers of this one, where its links have numbers that are not known yet. */
  learn(namespaces: Namespaces, namespace: Namespace): Refusal | null {
    const { veths, parents, peers } = namespace.mirror
    const missing = new Set<number>()
    for (const { namespaceId } of [...veths.values(), ...parents.values()])
      if (namespaceId !== null && namespaceId >= 0 && !peers.has(namespaceId)) missing.add(namespaceId)
    if (missing.size === 0) return null
    if (namespaces.onlyLooks) return lookAround(namespaces, namespace, missing)
    const socket = this.#open(namespaces)
    if (socket instanceof Refusal) return socket
    for (const known of namespaces.all()) this.#register(socket, known)
    const target = this.#ids.get(namespace)
    if (target === undefined) return null
    const ids = namespaceIdsOf(socket, target)
    if (ids instanceof Refusal) return unknowing.has(ids.errno) ? null : ids
    for (const { there, here } of ids) {
      missing.delete(there)
      const peer = this.#byId.get(here)
      if (peer) peers.set(there, peer)
    }
    // A number that a link bears is in the list, unless the list was cut.
    return missing.size === 0 ? null : this.#askEach(socket, target, missing, peers)
  }

  /** Finds the namespaces behind these numbers by asking about one known namespace after the other. */
  #askEach(socket: NetlinkSocket, target: number, missing: Set<number>, peers: Map<number, Namespace>): Refusal | null {
    const answered = new Set(peers.values())
    for (const [here, peer] of this.#byId) {
      if (answered.has(peer)) continue
      const there = namespaceIdAt(socket, target, here)
      if (there instanceof Refusal && !unknowing.has(there.errno)) return there
      if (there instanceof Refusal || there < 0) continue
      peers.set(there, peer)
      missing.delete(there)
      if (missing.size === 0) return null
    }
    return null
  }

  #open(namespaces: Namespaces): NetlinkSocket | Refusal {
    if (this.#socket) return this.#socket
    const socket = namespaces.withinScratch(() => NetlinkSocket.open(NETLINK_ROUTE))
    if (socket instanceof NetlinkSocket) this.#socket = socket
    return socket
  }

  #register(socket: NetlinkSocket, namespace: Namespace): void {
    if (this.#ids.has(namespace)) return
    const id = giveNamespaceId(socket, namespace.fd)
    if (id instanceof Refusal || id < 0) return
    this.#ids.set(namespace, id)
    // Two names of one namespace share the number: the first stands for it.
    if (!this.#byId.has(id)) this.#byId.set(id, namespace)
  }

  /** Its number may mean another namespace from now on. */
  forget(namespace: Namespace): void {
    const id = this.#ids.get(namespace)
    if (id === undefined) return
    this.#ids.delete(namespace)
    if (this.#byId.get(id) !== namespace) return
    this.#byId.delete(id)
    for (const [other, otherId] of this.#ids) if (otherId === id) this.#byId.set(id, other)
  }

  close(): void {
    this.#socket?.close()
    this.#socket = null
  }
}

/**
 * Without a scratch namespace, which would be one more on the machine, and is not for everybody to make: whoever holds an
 * end that points back at one of this namespace is asked about, whoever has an interface of the number that is shared, and
 * nobody else. Until both ends have been read there is
 * nobody to ask about; the watch comes back to that.
 */
function lookAround(namespaces: Namespaces, namespace: Namespace, missing: Set<number>): Refusal | null {
  const { veths, parents, peers } = namespace.mirror
  for (const [index, far] of [...veths, ...parents]) {
    if (far.namespaceId === null || !missing.has(far.namespaceId)) continue
    const isIt = ({ mirror }: Namespace): boolean =>
      parents.has(index) ? mirror.linkNames.has(far.index) : mirror.veths.get(far.index)?.index === index
    for (const other of namespaces.all()) {
      if (other === namespace || !missing.has(far.namespaceId) || !isIt(other)) continue
      const id = namespaceIdOf(namespace.requests, other.fd)
      if (id instanceof Refusal && !unknowing.has(id.errno)) return id
      if (id instanceof Refusal || id < 0) continue
      peers.set(id, other)
      missing.delete(id)
    }
  }
  return null
}
