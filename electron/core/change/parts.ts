/**
 * Parts of a lab as a lab of their own, for the clipboard: what is left when everything else is taken away, so that cables
 * between the parts stay, and nothing names what is not there.
 */
import { endsOf } from '../lab/ends.js'
import { parseEndpoint } from '../lab/endpoint.js'
import { createLabText } from '../lab/print.js'
import type { LabFile } from '../lab/schema.js'
import type { LabSource } from '../lab/source.js'
import { changeSource } from './change.js'
import type { LabChange, Point } from './lab-change.js'

export interface Parts {
  /** A lab file. */
  readonly text: string
  /** Cables of which one end is not among the parts, as `a:eth0 – b:eth0`: they do not come along. */
  readonly leftOut: readonly string[]
}

/**
 * Null where no such namespace is in the lab.
 * @param places where they are drawn, of those that the file says no place of
 */
export function copyParts(
  source: LabSource,
  names: readonly string[],
  places: Readonly<Record<string, Point>> = {},
): Parts | null {
  const file = source.value as LabFile
  const all = Object.keys(file.namespaces ?? {})
  const chosen = new Set(all.filter((name) => names.includes(name)))
  if (chosen.size === 0) return null
  const others = all.filter((name) => !chosen.has(name))
  const changed = changeSource(
    source,
    others.map((namespace): LabChange => ({ op: 'namespace-delete', namespace })),
  )
  if (!changed.ok) return null
  const { vethlab, name, namespaces, links, tunnels, layout } = changed.source.value as LabFile
  const leftOut = (file.links ?? []).map(endsOf).filter((ends) => {
    const here = ends.filter((end) => chosen.has(parseEndpoint(end).namespace))
    return here.length === 1
  })
  const drawn = Object.fromEntries(Object.entries(places).filter(([each]) => chosen.has(each)))
  const at = { ...drawn, ...layout }
  const part: LabFile = {
    vethlab,
    name,
    namespaces,
    ...(links && links.length > 0 && { links }),
    ...(tunnels && tunnels.length > 0 && { tunnels }),
    ...(Object.keys(at).length > 0 && { layout: at }),
  }
  return { text: createLabText(part), leftOut: leftOut.map((ends) => ends.join(' – ')) }
}
