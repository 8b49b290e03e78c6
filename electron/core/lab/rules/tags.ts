/** Frames with VLAN tags as broadcast domains of their own: which tags a lab knows, and where each goes on. */
import { usualVlans, normaliseBridge } from '../normalise-bridge.js'
import type { IndexedNamespace, LabIndex } from './lab-index.js'

/** The tags of a frame, the outer one first, as `|100|10`; without any, the empty text. */
export type TagStack = string

/** Each is followed over every cable; no lab that a person reads has so many. */
const maxStacks = 500

/** Every stack of tags that some sub-interface takes off, whole or in part. */
export function tagStacks(lab: LabIndex): readonly TagStack[] {
  const stacks = new Set<TagStack>([''])
  for (const { entry } of lab.namespaces.values())
    for (const first of Object.keys(entry.vlans ?? {})) {
      const passed = new Set<string>()
      let stack: TagStack = ''
      for (let name = first; Object.hasOwn(entry.vlans ?? {}, name) && !passed.has(name);) {
        passed.add(name)
        const { link, id } = entry.vlans?.[name] ?? { link: '', id: 0 }
        stack = `|${id}${stack}`
        if (stacks.size < maxStacks) stacks.add(stack)
        name = link
      }
    }
  return [...stacks]
}

/** Joins what a namespace's bridges, bonds and sub-interfaces join, with tags and without. */
export function joinTagged(
  { name: namespace, entry }: IndexedNamespace,
  stacks: readonly TagStack[],
  join: (a: string, b: string) => void,
): void {
  for (const [name, { link, id }] of Object.entries(entry.vlans ?? {}))
    for (const stack of stacks) join(`${namespace}:${name}${stack}`, `${namespace}:${link}|${id}${stack}`)
  for (const [bond, said] of Object.entries(entry.bonds ?? {}))
    for (const member of said?.members ?? [])
      for (const stack of stacks) join(`${namespace}:${bond}${stack}`, `${namespace}:${member}${stack}`)
  for (const [bridge, said] of Object.entries(entry.bridges ?? {})) {
    const own = `${namespace}:${bridge}`
    const { portVlans } = normaliseBridge(said)
    for (const port of [bridge, ...(said?.ports ?? [])]) {
      const end = `${namespace}:${port}`
      if (said?.['vlan-filtering'] !== true) for (const stack of stacks) join(`${own}${stack}`, `${end}${stack}`)
      else
        for (const { id, pvid } of portVlans.get(port) ?? usualVlans)
          for (const stack of stacks) {
            const inside = `in ${own} ${id}${stack}`
            if (pvid) join(inside, `${end}${stack}`)
            else join(inside, `${end}|${id}${stack}`)
          }
    }
  }
}
