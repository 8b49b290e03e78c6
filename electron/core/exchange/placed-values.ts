/** Values of a YAML or JSON file with their places. */
import { offsetOf } from '../lab/place.js'
import type { LabPath } from '../lab/problem.js'
import { child, isRecord } from '../lab/schema-shape.js'
import type { YamlDocument } from '../lab/yaml-read.js'
import type { Said } from '../words/said.js'
import type { Tell } from './notice.js'

export class PlacedValues {
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

  /** Text, or what is written as a number or a truth value; null for anything else. */
  text(path: LabPath): string | null {
    const value = this.at(path)
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    return typeof text === 'string' ? text : null
  }

  leaveOut(path: LabPath, message: Said, hint: Said | null = null): void {
    this.tell(this.offset(path), { message, hint })
  }
}
