/** Starter labs never change while the window is open: each is read once, however many lists it is in. */
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'

const parsed = new Map<string, LabFile | null>()

export function labFileOf(text: string): LabFile | null {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const { labFile } = parseLabText(text, 'lab')
  parsed.set(text, labFile)
  return labFile
}
