/** Names that are free, for what is new in a lab; each with why it is this one. */
import { endsOf } from '../lab/ends.js'
import { parseEndpoint } from '../lab/endpoint.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'
import { said, type Said } from '../words/said.js'
import { hasInterface } from './follow.js'

export interface Suggestion<Value> {
  readonly value: Value
  readonly reason: Said
}

const stems = { namespace: 'ns', router: 'r', internet: 'internet' } as const

function firstFree(stem: string, isTaken: (name: string) => boolean): string {
  let number = 0
  while (isTaken(`${stem}${number}`)) number += 1
  return `${stem}${number}`
}

/**
 * `ns0`, `ns1`, ...; routers `r0`, ...; there is one `internet`, and more are numbered.
 * @param there names that are taken outside of the lab
 */
export function suggestNamespace(
  file: LabFile,
  kind: keyof typeof stems,
  there: readonly string[] = [],
): Suggestion<string> {
  const isTaken = (name: string): boolean => Object.hasOwn(file.namespaces ?? {}, name) || there.includes(name)
  const stem = stems[kind]
  if (kind === 'internet' && !isTaken(stem)) return { value: stem, reason: said`No namespace has this name yet.` }
  const value = firstFree(stem, isTaken)
  return { value, reason: said`The first free name of ${stem}0, ${stem}1, and so on.` }
}

/**
 * `br0`, `br1`, ... in the namespace.
 * @param there ends that are taken outside of the lab
 */
export function suggestBridge(file: LabFile, namespace: string, there: readonly Endpoint[] = []): Suggestion<string> {
  const stem = 'br'
  const value = firstFree(stem, (name) => isTakenIn(file, there, { namespace, interface: name }))
  return { value, reason: said`The first free name of ${stem}0, ${stem}1, and so on.` }
}

/**
 * `eth0`, `eth1`, ... in the namespace, unless the lab has another way with names.
 * @param there ends that are taken outside of the lab, or about to be
 */
export function suggestInterface(
  file: LabFile,
  namespace: string,
  there: readonly Endpoint[] = [],
): Suggestion<string> {
  const style = styleOf(file)
  const stem = style?.stem ?? 'eth'
  const isHere = (name: string): boolean => isTakenIn(file, there, { namespace, interface: name })
  const elsewhere = new Set(there.map((end) => end.interface))
  if (!style)
    return { value: firstFree(stem, isHere), reason: said`The first free name of ${stem}0, ${stem}1, and so on.` }
  const value = firstFree(
    stem,
    (name) => isHere(name) || (style.throughout && (style.names.has(name) || elsewhere.has(name))),
  )
  return {
    value,
    reason: style.throughout
      ? said`This lab counts ${stem}0, ${stem}1, and so on through all namespaces.`
      : said`This lab calls its interfaces ${stem}0, ${stem}1, and so on.`,
  }
}

const isTakenIn = (file: LabFile, there: readonly Endpoint[], { namespace, interface: name }: Endpoint): boolean =>
  hasInterface(file, { namespace, interface: name }) ||
  there.some((end) => end.namespace === namespace && end.interface === name)

interface Style {
  readonly stem: string
  readonly names: ReadonlySet<string>
  /** No two namespaces have the same name: numbers run through the whole lab. */
  readonly throughout: boolean
}

/** How most ends of cables are called. */
function styleOf(file: LabFile): Style | null {
  const ends: readonly Endpoint[] = (file.links ?? []).flatMap((link) => endsOf(link).map(parseEndpoint))
  const byStem = new Map<string, string[]>()
  for (const { interface: name } of ends) {
    const stem = /^([A-Za-z_-]+)[0-9]+$/.exec(name)?.[1]
    if (stem !== undefined) byStem.set(stem, [...(byStem.get(stem) ?? []), name])
  }
  const [most] = [...byStem].toSorted(([, a], [, b]) => b.length - a.length)
  if (!most) return null
  const [stem, names] = most
  return { stem, names: new Set(names), throughout: new Set(names).size === names.length }
}
