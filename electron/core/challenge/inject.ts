/** Puts faults into a lab. */
import { changeSource } from '../change/change.js'
import type { LabChange } from '../change/lab-change.js'
import { parseSource } from '../lab/parse.js'
import type { LabFile } from '../lab/schema.js'
import type { LabSource } from '../lab/source.js'
import type { Injection } from './fault.js'

/** @returns the lab with all of the faults, and after the catalogue's own repair of them; null where it is no lab then */
export function inject(
  source: LabSource,
  injections: readonly Injection[],
): { readonly broken: LabFile; readonly repaired: LabFile } | null {
  const changes = injections.flatMap((each) => each.changes)
  // What the rules of the file would not allow is what a fault often is.
  const flag = (broken: true | null): readonly LabChange[] =>
    changes.length > 0 ? [{ op: 'lab-set', keys: { broken } }] : []
  const made = changeSource(source, [...flag(true), ...changes], 'meaning')
  if (!made.ok) return null
  const repair = injections.toReversed().flatMap((each) => each.repair)
  const mended = changeSource(made.source, [...repair, ...flag(null)], 'meaning')
  if (!mended.ok) return null
  const [broken, repaired] = [parseSource(made.source, '').labFile, parseSource(mended.source, '').labFile]
  return broken && repaired ? { broken, repaired } : null
}
