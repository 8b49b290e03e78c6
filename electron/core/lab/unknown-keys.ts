/**
 * A file whose only mistakes of form are keys that nobody knows has a meaning all the same, and errors in that are said along
 * with them. A mistyped key is taken for the one that it is near to: otherwise what it stands for would be missed elsewhere.
 */
import type { Finding } from './finding.js'
import { nearest } from './nearest.js'
import type { LabPath } from './problem.js'
import { keysKnownAt } from './schema-findings.js'
import { isRecord, valueAt } from './schema-shape.js'
import { labFileSchema, type LabFile } from './schema.js'

/** @param findings all that the schema has found in a value; @param meaning errors and warnings of a lab file that follows it */
export function errorsBesides(
  value: unknown,
  findings: readonly Finding[],
  meaning: (labFile: LabFile) => readonly Finding[],
): readonly Finding[] {
  if (!findings.every(({ code }) => code === 'unknown-key')) return []
  const paths = findings.map(({ path }) => path)
  for (const [changed, renamed] of [mended(value, paths, true), mended(value, paths, false)]) {
    const read = labFileSchema.safeParse(changed)
    if (!read.success) continue
    const wrong = meaning(read.data).filter(({ severity }) => severity === 'error')
    return wrong.map((found) => ({ ...found, path: asWritten(found.path, renamed) }))
  }
  return []
}

/** Where a key was taken for another one: the path with the other, and the key as it stands in the file. */
type Renamed = readonly { readonly path: LabPath; readonly key: string }[]

function mended(value: unknown, paths: readonly LabPath[], rename: boolean): readonly [unknown, Renamed] {
  const renamed: { path: LabPath; key: string }[] = []
  let changed = value
  for (const path of paths) {
    const [above, key] = [path.slice(0, -1), String(path.at(-1))]
    const place = valueAt(changed, above)
    if (!isRecord(place)) continue
    const { [key]: held, ...rest } = place
    const meant = rename ? nearest(key, keysKnownAt(above, value)) : null
    const isMeant = meant !== null && !Object.hasOwn(rest, meant)
    if (isMeant) renamed.push({ path: [...above, meant], key })
    changed = replaced(changed, above, isMeant ? { ...rest, [meant]: held } : rest)
  }
  return [changed, renamed]
}

/** The value with another one in that place, which is there. */
function replaced(value: unknown, [part, ...rest]: LabPath, by: unknown): unknown {
  if (part === undefined) return by
  if (Array.isArray(value)) return value.map((each, at) => (at === part ? replaced(each, rest, by) : each))
  return isRecord(value) ? { ...value, [part]: replaced(value[part], rest, by) } : value
}

function asWritten(path: LabPath, renamed: Renamed): LabPath {
  const [first] = renamed.filter((each) => each.path.every((part, at) => path[at] === part))
  return first ? [...first.path.slice(0, -1), first.key, ...path.slice(first.path.length)] : path
}
