/**
 * Which namespace the other end of a veth pair is in. The kernel tells a number that only means something in the asking
 * namespace (IFLA_LINK_NETNSID). To asking about one namespace after the other, which takes n² questions, there is a
 * better way: a scratch namespace of ours in which every known namespace has a number too. Asked from there, one dump per
 * namespace pairs its numbers with ours, and no number is given away where the learner would see it in `ip netns`.
 */
import type { LiveLink } from '../../core/live/state.js'
import { Refusal } from './errno.js'
import type { Namespace } from './namespace.js'
import type { Namespaces } from './namespaces.js'
import { NETLINK_ROUTE, NetlinkSocket } from './netlink/socket.js'
import type { DumpedLink } from './rtnetlink/link-dump.js'
import { giveNamespaceId, namespaceIdsOf } from './rtnetlink/nsid.js'

export class PeerRegistry {
  /** In the scratch namespace, and what keeps it; made when it is first needed. */
  #socket: NetlinkSocket | null = null
  readonly #ids = new Map<Namespace, number>()
  readonly #byId = new Map<number, Namespace>()

  /** The link's peer in names. Marks the mirror where the other namespace is in none that is known. */
  resolve(namespaces: Namespaces, namespace: Namespace, link: DumpedLink): LiveLink['peer'] {
    if (!link.veth) return null
    const { index, namespaceId } = link.veth
    if (namespaceId === null) return { namespace: namespace.name, index }
    const found = namespace.mirror.peers.get(namespaceId)
    if (!found) namespace.mirror.unresolved = true
    return { namespace: found && namespaces.has(found) ? found.name : null, index }
  }

  /** Learns which namespaces stand behind the numbers of this one, where its links have numbers that are not known yet. */
  learn(namespaces: Namespaces, namespace: Namespace): void {
    const { veths, peers } = namespace.mirror
    let missing = false
    for (const { namespaceId } of veths.values())
      if (namespaceId !== null && namespaceId >= 0 && !peers.has(namespaceId)) missing = true
    if (!missing) return
    const socket = this.#open(namespaces)
    if (!socket) return
    for (const known of namespaces.all()) this.#register(socket, known)
    const target = this.#ids.get(namespace)
    const ids = target === undefined ? [] : namespaceIdsOf(socket, target)
    if (ids instanceof Refusal) return
    for (const { there, here } of ids) {
      const peer = this.#byId.get(here)
      if (peer) peers.set(there, peer)
    }
  }

  #open(namespaces: Namespaces): NetlinkSocket | null {
    if (this.#socket) return this.#socket
    const socket = namespaces.withinScratch(() => NetlinkSocket.open(NETLINK_ROUTE))
    this.#socket = socket instanceof Refusal ? null : socket
    return this.#socket
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
