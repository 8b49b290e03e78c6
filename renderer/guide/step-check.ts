/** Checks that are not the lab's own, under names that no other has; people read the label. */
import type { LabCheck, LabNamespace } from '../../electron/core/lab/lab.js'
import { normaliseCheck } from '../../electron/core/lab/normalise-checks.js'
import type { CheckEntry, Text } from '../../electron/core/lab/schema.js'

export interface StepCheck {
  readonly check: LabCheck
  readonly label: Text
}

const keyOf = (prefix: string, number: number): string => `${prefix} check ${number + 1}`

/** As the helper is asked to run them. */
export const renamed = (entries: readonly CheckEntry[], prefix: string): readonly CheckEntry[] =>
  entries.map((entry, number) => ({ ...entry, name: keyOf(prefix, number) }))

/** A check whose target leads nowhere in the lab is left out; the lab's own rules say so. */
export const stepChecks = (
  entries: readonly CheckEntry[],
  prefix: string,
  namespaces: ReadonlyMap<string, LabNamespace>,
): readonly StepCheck[] =>
  renamed(entries, prefix).flatMap((entry, number) =>
    normaliseCheck(entry, namespaces).map((check) => ({
      check,
      label: entries[number]?.name ?? `${check.from} → ${check.target}`,
    })),
  )
