import { duringProbe } from '../../electron/core/diagnosis/rule.js'

/** A line of evidence: what was printed, and whether it is told behind it that it moved while the probe was under way. */
export function evidenceLine(line: string): { readonly printed: string; readonly during: boolean } {
  const during = line.endsWith(duringProbe)
  return { printed: during ? line.slice(0, -duringProbe.length) : line, during }
}
