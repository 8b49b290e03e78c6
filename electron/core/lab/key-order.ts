/** The order in which a lab file names things: that of the schema, so that equal labs print equal. */
import { z } from 'zod'
import { branchFor, isRecord, unwrap } from './schema-shape.js'
import { labFileSchema } from './schema.js'
import type { LabFile } from './schema.js'

/** A copy with its fixed keys in order; names that people give keep theirs. */
export const inOrder = (labFile: LabFile): LabFile => ordered(labFile, labFileSchema) as LabFile

function ordered(value: unknown, schema: z.core.$ZodType | undefined): unknown {
  const known = schema && unwrap(schema)
  if (known instanceof z.ZodUnion) {
    const branch = branchFor(known.options, value)
    return ordered(value, branch.kind === 'branch' ? known.options[branch.index] : undefined)
  }
  if (Array.isArray(value)) {
    const element = known instanceof z.ZodArray ? known.element : undefined
    return value.map((item) => ordered(item, element))
  }
  if (!isRecord(value)) return value
  if (known instanceof z.ZodObject) {
    const keys = keyOrder(Object.keys(known.shape))
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => keys.indexOf(a) - keys.indexOf(b))
        .map(([key, inner]) => [key, ordered(inner, (known.shape as Record<string, z.core.$ZodType>)[key])]),
    )
  }
  const inner = known instanceof z.ZodRecord ? known.valueType : undefined
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, ordered(item, inner)]))
}

const probes = ['ping', 'tcp', 'udp']

/** A check reads `from` whom, then what to do; the schema has what all checks share first. */
function keyOrder(keys: readonly string[]): readonly string[] {
  const from = keys.indexOf('from')
  if (from < 0) return keys
  const others = keys.filter((key) => !probes.includes(key))
  return [...others.slice(0, from + 1), ...probes, ...others.slice(from + 1)]
}
