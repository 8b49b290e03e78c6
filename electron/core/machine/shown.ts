/** What a window shows of the machine: what was found, and what of it can be drawn. */
import type { LiveLink, LiveNamespace, LiveState } from '../live/state.js'
import type { Said } from '../words/said.js'
import { namespaceId, type MachineNamespace } from './view.js'

export interface MachineShown {
  readonly namespaces: readonly MachineNamespace[]
  /** Those that could be read; each `inode` is in the `id` of one of `namespaces`. */
  readonly live: LiveState
  /** Namespaces that could not be read, those included that may not even be known. */
  readonly unread: number
  /** Why, and what reading them needs; null where nothing is missing. */
  readonly reason: Said | null
  /** Reads them, in a terminal; null where nothing is missing, or nothing more can be done. */
  readonly command: string | null
}

/** Of each namespace, whoever read it: index in `all`, and what they call it there. */
export type Readers = ReadonlyMap<string, { readonly reader: number; readonly key: string }>

/**
 * One picture of what several have read, each with other rights. Names are unique among what one has read, and made so
 * here; by them `readers` tells who can be asked about a namespace.
 */
export function mergeLive(all: readonly (LiveState | null)[]): { readonly live: LiveState; readonly readers: Readers } {
  const namespaces: LiveNamespace[] = []
  const readers = new Map<string, { reader: number; key: string }>()
  const seen = new Set<number>()
  for (const [reader, state] of all.entries()) {
    const news = (state?.namespaces ?? []).filter(({ inode }) => !seen.has(inode))
    const names = new Map<string, string>()
    for (const { name, inode } of news) {
      seen.add(inode)
      let free = name
      for (let n = 2; readers.has(free); n += 1) free = `${name}-${n}`
      names.set(name, free)
      readers.set(free, { reader, key: name })
    }
    for (const each of news)
      namespaces.push({
        ...each,
        name: names.get(each.name) ?? each.name,
        links: each.links.map((link) => renamed(link, names)),
      })
  }
  // Revisions are those of one mirror; whoever asks for all of it again counts anew.
  return { live: { revision: 0, namespaces }, readers }
}

/** With its other end and its parent under the names that they have here. */
function renamed(link: LiveLink, names: ReadonlyMap<string, string>): LiveLink {
  const { peer, share } = link
  const placed = (place: NonNullable<LiveLink['peer']>): NonNullable<LiveLink['peer']> =>
    place.namespace === null ? place : { ...place, namespace: names.get(place.namespace) ?? place.namespace }
  return {
    ...link,
    ...(peer ? { peer: placed(peer) } : {}),
    ...(share ? { share: { ...share, parent: placed(share.parent) } } : {}),
  }
}

/** By the name that the picture has for it. */
export const foundAs = ({ namespaces }: MachineShown, inode: number): MachineNamespace | undefined =>
  namespaces.find(({ id }) => id === namespaceId(inode))
