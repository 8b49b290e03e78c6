import type { LabFile } from './schema.js'

type LinkEntry = NonNullable<LabFile['links']>[number]

/** The two ends of a cable, in its short form or its long one. */
export const endsOf = (link: LinkEntry): readonly [string, string] =>
  Array.isArray(link) ? (link as [string, string]) : (link as Exclude<LinkEntry, readonly unknown[]>).ends
