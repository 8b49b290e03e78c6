/** A topology file's values with their places, and what of them is left out. */
import type { YamlDocument } from '../../lab/yaml-read.js'
import { offsetOf } from '../../lab/place.js'
import type { LabPath } from '../../lab/problem.js'
import { child, isRecord } from '../../lab/schema-shape.js'
import type { Tell } from '../notice.js'
import { withoutEnvironment } from './words.js'
import type { Said } from '../../words/said.js'

export class Topology {
  readonly #document: YamlDocument
  readonly #value: unknown
  readonly tell: Tell

  constructor(document: YamlDocument, value: unknown, tell: Tell) {
    this.#document = document
    this.#value = value
    this.tell = tell
  }

  at(path: LabPath): unknown {
    return path.reduce<unknown>(child, this.#value)
  }

  offset(path: LabPath): number {
    return offsetOf(this.#document, path, true)
  }

  /** Where the value itself stands. */
  valueOffset(path: LabPath): number {
    return offsetOf(this.#document, path, false)
  }

  /** The keys of a map, none where there is no map. */
  keys(path: LabPath): readonly string[] {
    const value = this.at(path)
    return isRecord(value) ? Object.keys(value) : []
  }

  list(path: LabPath): readonly unknown[] {
    const value = this.at(path)
    return Array.isArray(value) ? (value as unknown[]) : []
  }

  /** Text as containerlab sees it, or null. */
  text(path: LabPath): string | null {
    const value = this.at(path)
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    return typeof text === 'string' ? (withoutEnvironment(text) ?? text) : null
  }

  leaveOut(path: LabPath, message: Said, hint: Said | null = null): void {
    this.tell(this.offset(path), { message, hint })
  }
}

/** Where a node's settings come from, the general before the special: each may say what the one before has said. */
export function levelsOf(
  topology: Topology,
  node: string,
): { readonly kind: string | null; readonly paths: readonly LabPath[] } {
  const own = ['topology', 'nodes', node]
  const defaults = ['topology', 'defaults']
  const group = topology.text([...own, 'group']) ?? topology.text([...defaults, 'group'])
  const ofGroup = group === null ? [] : [['topology', 'groups', group]]
  const kind = [own, ...ofGroup, defaults].map((path) => topology.text([...path, 'kind'])).find((text) => text !== null)
  const ofKind = kind === undefined ? [] : [['topology', 'kinds', kind]]
  return { kind: kind ?? null, paths: [defaults, ...ofKind, ...ofGroup, own] }
}
