/**
 * Changes to a lab's text. A list of edits is one batch: they are cuts in one parsed text, and the result is parsed once.
 * Every result is read back and compared with what was asked for, so an edit can at worst reformat, never say something
 * else. In order of what it leaves untouched: cuts in the text; the same after aliases are written out; the YAML
 * library's own printing (comments stay, layout may not); a new print.
 */
import { isRecord, valueAt } from './schema-shape.js'
import { createLabText } from './print.js'
import { editedValue, effective } from './path-edit.js'
import type { PathEdit } from './path-edit.js'
import { openSource, sameValue } from './source.js'
import type { LabSource } from './source.js'
import { spliced, withoutAliases } from './splice.js'
import { touchedBy } from './touched.js'
import type { YamlDocument } from './yaml-read.js'
import type { LabFile } from './schema.js'

/** Null where no lab file can say it at all (a key `__proto__`, text beyond the limits). */
export function editSource(source: LabSource, wanted: readonly PathEdit[]): LabSource | null {
  const edits: PathEdit[] = []
  let expected = source.value
  for (const each of wanted) {
    const edit = effective(expected, each)
    if (!edit) continue
    edits.push(edit)
    expected = editedValue(expected, edit)
  }
  if (sameValue(source.value, expected)) return source
  const accept = (text: string | null): LabSource | null => {
    const opened = text === null ? null : openSource(text)
    return opened && sameValue(opened.value, expected) ? opened : null
  }
  const cut = (from: Pick<LabSource, 'text' | 'document'>): LabSource | null =>
    accept(spliced(from, touchedBy(from.document, edits), expected))
  const first = cut(source)
  if (first) return first
  const plain = openSource(withoutAliases(source.text, source.document, (path) => valueAt(source.value, path)))
  return (plain && (cut(plain) ?? accept(reprint(plain.document, edits)))) ?? accept(freshPrint(expected))
}

/** The library's printing; null where it refuses, or has no word for an edit. It throws for paths through plain values. */
function reprint(document: YamlDocument, edits: readonly PathEdit[]): string | null {
  try {
    for (const edit of edits) {
      if (edit.kind === 'set') document.setIn(edit.path, document.createNode(edit.value))
      else if (edit.kind === 'delete') document.deleteIn(edit.path)
      else return null
    }
    return document.toString({ lineWidth: 0 })
  } catch {
    return null
  }
}

const freshPrint = (value: unknown): string | null => (isRecord(value) ? createLabText(value as LabFile) : null)
