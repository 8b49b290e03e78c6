/** A lab's text, changed. */
import { changeSource } from '../../../electron/core/change/change.js'
import type { LabChange } from '../../../electron/core/change/lab-change.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { openSource } from '../../../electron/core/lab/source.js'
import type { LabSource } from '../../../electron/core/lab/source.js'

export function open(text: string): LabSource {
  const source = openSource(text)
  if (!source) throw new Error(`not YAML: ${text}`)
  return source
}

export function change(text: string, ...changes: readonly LabChange[]): LabSource {
  const changed = changeSource(open(text), changes)
  if (!changed.ok) throw new Error(changed.problems.map(({ message }) => message).join('\n'))
  return changed.source
}

/** Codes of what it is refused for. */
export function refusal(text: string, ...changes: readonly LabChange[]): readonly string[] {
  const changed = changeSource(open(text), changes)
  return changed.ok ? [] : changed.problems.map(({ code }) => code)
}

export const fileOf = ({ value }: LabSource): LabFile => value as LabFile
