/** What a packet that died did not reach. */
import type { LiveState } from '../../electron/core/live/state.js'
import { interfaceId } from '../canvas/scene.js'
import type { Film, FilmHop } from './film.js'

/** Ids of namespaces, interfaces and cables that no frame of the film was seen at. */
export function notReached(film: Film, live: LiveState | null, death: FilmHop | null): ReadonlySet<string> {
  const drained = new Set<string>()
  if (!death || !live) return drained
  const touched = new Set<string>()
  for (const { hop } of film.hops) {
    touched.add(hop.namespace)
    if (hop.observed && hop.interface !== null) touched.add(interfaceId(hop.namespace, hop.interface))
  }
  const neverSent = death.hop.packet === null
  for (const namespace of live.namespaces) {
    if (!touched.has(namespace.name)) drained.add(namespace.name)
    for (const link of namespace.links) {
      const id = interfaceId(namespace.name, link.name)
      // Where nothing was sent, the interfaces of that namespace stand ready.
      const ready = neverSent && namespace.name === death.hop.namespace
      if (!touched.has(id) && !ready) drained.add(id)
      const far = link.peer && live.namespaces.find(({ name }) => name === link.peer?.namespace)
      const peer = far?.links.find(({ index }) => index === link.peer?.index)
      if (!far || !peer) continue
      const ends = [id, interfaceId(far.name, peer.name)].sort()
      if (!ends.some((end) => touched.has(end))) drained.add(ends.join('~'))
    }
  }
  return drained
}
