/**
 * The nftables table that a trace makes for itself, in the families `inet` and `bridge`. It lives as long as the trace and
 * is no part of the learner's network.
 */
export const traceTable = 'vethlab_trace'

/** Whether an element of nft's JSON listing is, or belongs to, that table. */
export function isOfTraceTable(element: unknown): boolean {
  if (typeof element !== 'object' || element === null) return false
  return Object.entries(element as Record<string, { readonly name?: unknown; readonly table?: unknown } | null>).some(
    ([kind, body]) => (kind === 'table' ? body?.name : body?.table) === traceTable,
  )
}
