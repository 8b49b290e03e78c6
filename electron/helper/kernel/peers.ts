/**
 * Which namespace the other end of a veth pair is in. The kernel tells a number that only means something in the asking
 * namespace (IFLA_LINK_NETNSID); asked about a namespace it tells that number (RTM_GETNSID). So candidates are asked about,
 * likely ones first, and what was found is kept: one question per pair of namespaces in labs that we built.
 */
import type { LiveLink } from '../../core/live/state.js'
import { Refusal } from './errno.js'
import type { Namespace, Namespaces } from './namespaces.js'
import { namespaceId } from './rtnetlink/nsid.js'
import type { DumpedLink } from './rtnetlink/link-dump.js'

/** The link's peer in names. Marks the mirror where the other namespace is in none that is known. */
export function resolvePeer(namespaces: Namespaces, namespace: Namespace, link: DumpedLink): LiveLink['peer'] {
  if (!link.veth) return null
  const { index, namespaceId: id } = link.veth
  if (id === null) return { namespace: namespace.name, index }
  const mirror = namespace.mirror
  const found = mirror.peers.get(id) ?? (id < 0 ? null : findPeer(namespaces, namespace, link, id, index))
  if (found) mirror.hints.delete(link.name)
  else mirror.unresolved = true
  return { namespace: found?.name ?? null, index }
}

function findPeer(
  namespaces: Namespaces,
  namespace: Namespace,
  link: DumpedLink,
  id: number,
  peerIndex: number,
): Namespace | null {
  const hint = namespace.mirror.hints.get(link.name)
  if (hint && namespaces.has(hint) && isKnownAs(namespace, hint, id)) return hint
  // A peer's own record mirrors ours; namespaces made one after the other are cabled most often.
  const all = [...namespaces.all()]
  const here = all.indexOf(namespace)
  for (let distance = 1; distance < all.length; distance += 1) {
    for (const candidate of [all[here - distance], all[here + distance]]) {
      const mirrored = candidate?.mirror.veths.get(peerIndex)
      if (!candidate || mirrored?.index !== link.index || mirrored.namespaceId === null) continue
      const other = candidate.mirror.peers.get(mirrored.namespaceId)
      if (other && other !== namespace) continue
      if (!isKnownAs(namespace, candidate, id)) continue
      // The link's other end is its one peer: what that end calls its other namespace is this one.
      candidate.mirror.peers.set(mirrored.namespaceId, namespace)
      return candidate
    }
  }
  return null
}

function isKnownAs(namespace: Namespace, candidate: Namespace, id: number): boolean {
  const answer = namespaceId(namespace.requests, candidate.fd)
  if (answer instanceof Refusal || answer < 0) return false
  namespace.mirror.peers.set(answer, candidate)
  return answer === id
}
