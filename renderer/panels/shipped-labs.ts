/** Shipped labs never change while the window is open: each is read once, by the first list that shows it. */
import { parseLabText, type ParsedLab } from '../../electron/core/lab/parse.js'

const read = new Map<string, ParsedLab>()

/** What a shipped lab's text says. */
export function shippedLab(text: string): ParsedLab {
  const known = read.get(text)
  if (known) return known
  const parsed = parseLabText(text, 'lab')
  read.set(text, parsed)
  return parsed
}
