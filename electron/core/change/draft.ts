/** A lab file while changes are made to it: what it says by now, and the path edits that lead there from its text. */
import { error } from '../lab/finding.js'
import type { Finding } from '../lab/finding.js'
import { quote } from '../lab/describe.js'
import { editedValue, effective } from '../lab/path-edit.js'
import type { PathEdit } from '../lab/path-edit.js'
import type { LabPath } from '../lab/problem.js'
import { isRecord, valueAt } from '../lab/schema-shape.js'
import type { LabFile } from '../lab/schema.js'
import { own } from '../own.js'
import { said } from '../words/said.js'
import type { ChangeOf, ChangeOp, NamespaceEntry } from './lab-change.js'

/** What an operation makes of a draft; the problem where it cannot be. */
export type Carry<Op extends ChangeOp> = (draft: Draft, change: ChangeOf<Op>) => Finding | null

export class Draft {
  readonly edits: PathEdit[] = []

  constructor(public value: unknown) {}

  /** Follows the schema where the text did: operations keep it so, and the parse at the end looks again. */
  get labFile(): LabFile {
    return this.value as LabFile
  }

  at(path: LabPath): unknown {
    return valueAt(this.value, path)
  }

  set(path: LabPath, value: unknown): void {
    this.#edit({ kind: 'set', path, value })
  }

  insert(path: LabPath, value: unknown): void {
    this.#edit({ kind: 'insert', path, value })
  }

  rename(path: LabPath, name: string): void {
    this.#edit({ kind: 'rename', path, name })
  }

  /** Takes something out, and the lists and maps around it that hold nothing else. */
  remove(path: LabPath): void {
    if (this.at(path) === undefined) return
    let goes = path
    for (let around = path.slice(0, -1); isNothingWhenEmpty(around); around = around.slice(0, -1)) {
      const left = this.at(around)
      if ((Array.isArray(left) ? left.length : isRecord(left) ? Object.keys(left).length : 0) !== 1) break
      goes = around
    }
    this.#edit({ kind: 'delete', path: goes })
  }

  /** Several at once, all named by where they are now. */
  removeAll(paths: readonly LabPath[]): void {
    const byText = new Map(paths.map((path) => [JSON.stringify(path), path]))
    const outer = [...byText.values()].filter(
      (path) => !path.some((_, i) => i > 0 && byText.has(JSON.stringify(path.slice(0, i)))),
    )
    // The last of a list first, so that places stay true.
    for (const path of outer.toSorted(backwards)) this.remove(path)
  }

  /** To another place in its list. */
  move(path: LabPath, to: number): void {
    this.#edit({ kind: 'move', path, to })
  }

  /** Makes a record say what another says, key by key: comments of the others stay. */
  merge(path: LabPath, wanted: Readonly<Record<string, unknown>>): void {
    const there = this.at(path)
    if (!isRecord(there)) return this.set(path, wanted)
    for (const key of Object.keys(there))
      if (wanted[key] === undefined) this.#edit({ kind: 'delete', path: [...path, key] })
    for (const [key, value] of Object.entries(wanted)) if (value !== undefined) this.set([...path, key], value)
  }

  /** Sets a key, or takes it out. */
  put(path: LabPath, value: unknown): void {
    if (value === null) this.remove(path)
    else this.set(path, value)
  }

  #edit(wanted: PathEdit): void {
    const edit = effective(this.value, wanted)
    if (!edit) return
    this.edits.push(edit)
    this.value = editedValue(this.value, edit)
  }
}

/** Lists and maps that say nothing when nothing is in them. An empty namespace or interface is one all the same. */
function isNothingWhenEmpty(path: LabPath): boolean {
  const [first] = path
  if (first === 'namespaces') return path.length === 3 || path.length === 5
  if (first === 'links') return path.length === 1 || path[2] === 'impair'
  return path.length === 1 || (first === 'guide' && path.length >= 3)
}

function backwards(a: LabPath, b: LabPath): number {
  for (const [i, part] of a.entries()) {
    const other = b[i]
    if (part === other) continue
    if (typeof part === 'number' && typeof other === 'number') return other - part
    return String(part) < String(other) ? -1 : 1
  }
  return a.length - b.length
}

export const namespaceOf = (draft: Draft, name: string): NamespaceEntry => own(draft.labFile.namespaces, name) ?? {}

export const noNamespace = (name: string): Finding =>
  error('unknown-namespace', ['namespaces'], said`There is no namespace ${quote(name)} in the lab.`)

export const noInterface = (namespace: string, name: string): Finding =>
  error(
    'unknown-interface',
    ['namespaces', namespace],
    said`There is no interface ${quote(name)} in namespace ${quote(namespace)}.`,
  )
