/** A lab file without the entry that a problem is about. */
import type { LabFile } from '../lab/schema.js'

type Path = readonly (string | number)[]

/** Keys from the top to an entry of its own: `namespaces.NAME.SECTION.KEY`, `links.N`. */
const entryDepth: Readonly<Record<string, number>> = { namespaces: 4, links: 2, tunnels: 2, checks: 2 }

export function without(file: LabFile, path: Path): LabFile {
  const depth = entryDepth[String(path[0])] ?? 1
  return cut(file, path.slice(0, depth)) as LabFile
}

function cut(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return value
  if (Array.isArray(value)) {
    const at = Number(key)
    return rest.length === 0
      ? value.filter((_, index) => index !== at)
      : value.map((each: unknown, index) => (index === at ? cut(each, rest) : each))
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value
  const { [key]: inner, ...others } = value as Readonly<Record<string, unknown>>
  return rest.length === 0 ? others : { ...value, [key]: cut(inner, rest) }
}
