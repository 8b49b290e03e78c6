/**
 * Parts of a lab as a lab of their own, for the clipboard: what is left when everything else is taken away, so that cables
 * between the parts stay, and nothing names what is not there.
 */
import { endsOf } from '../lab/ends.js'
import { parseEndpoint } from '../lab/endpoint.js'
import { hostNamespace } from '../lab/lab.js'
import { createLabText } from '../lab/print.js'
import type { LabFile } from '../lab/schema.js'
import type { LabSource } from '../lab/source.js'
import { changeSource } from './change.js'
import { emptied } from './emptied.js'
import type { LabChange, Point } from './lab-change.js'

/** The host stays in every lab: what is in it goes. */
function without(file: LabFile, namespace: string): readonly LabChange[] {
  return namespace === hostNamespace ? emptied(file, namespace) : [{ op: 'namespace-delete', namespace }]
}

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
    others.flatMap((namespace) => without(file, namespace)),
  )
  if (!changed.ok) return null
  const rest = changed.source.value as LabFile
  const { vethlab, name, links, tunnels, layout } = rest
  const namespaces = Object.fromEntries(Object.entries(rest.namespaces ?? {}).filter(([each]) => chosen.has(each)))
  const leftOut = (file.links ?? []).map(endsOf).filter((ends) => {
    const here = ends.filter((end) => chosen.has(parseEndpoint(end).namespace))
    return here.length === 1
  })
  const drawn = Object.fromEntries(Object.entries(places).filter(([each]) => chosen.has(each)))
  const said = Object.entries(layout ?? {}).filter(([each]) => chosen.has(each.split(':')[0] ?? each))
  const at = { ...drawn, ...Object.fromEntries(said) }
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
