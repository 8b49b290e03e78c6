/**
 * The fingerprint of what a person is shown before a deploy on this machine: of the lab, its way out, and every text -
 * what is taken down first, each step with what undoes it, what is in the way with its remedies. Nothing runs by another one.
 */
import { createHash } from 'node:crypto'
import type { LabFile } from '../../core/lab/schema.js'
import type { Preflight } from '../../core/rpc.js'

export function fingerprint(
  file: LabFile,
  { uplink, first, plan, conflicts }: Omit<Preflight, 'shown' | 'uplinks'>,
): string {
  const texts = {
    file,
    uplink: uplink?.name ?? null,
    first,
    plan: plan.map(({ namespace, text, undo }) => [namespace, text, undo]),
    // Their evidence is what the machine says of itself, with counters and ages in it.
    conflicts: conflicts.map(({ id, severity, message, remedy }) => [id, severity, message, remedy]),
  }
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}
