/** What `changed` of a hop says, with the values before and after: out of the two packets of the document. */
import type { TraceHop } from '../../electron/core/diagnosis/trace.js'

export interface FieldChange {
  readonly path: string
  /** Null where the field was not there, or is no longer there. */
  readonly before: string | null
  readonly after: string | null
}

function valueAt(packet: TraceHop['packet'], path: string): string | null {
  let value: unknown = packet
  for (const key of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
  return value === undefined || value === null ? null : String(value)
}

export function fieldChanges(hop: TraceHop, hops: readonly TraceHop[]): readonly FieldChange[] {
  const before = hops.find(({ n }) => n === hop.comparedWith)?.packet ?? null
  return hop.changed.map((path) => ({ path, before: valueAt(before, path), after: valueAt(hop.packet, path) }))
}
