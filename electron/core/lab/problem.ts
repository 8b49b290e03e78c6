/** What is wrong with a lab file: one problem, one sentence, one place. */

import type { Said } from '../words/said.js'

/** Where in the lab: keys and indices from the top, as in `['namespaces', 'ns0', 'routes', 0, 'via']`. */
export type LabPath = readonly (string | number)[]

export interface Problem {
  readonly severity: 'error' | 'warning'
  /** A stable, kebab-case name for the kind of problem, e.g. `unknown-key`, `gateway-outside`. */
  readonly code: string
  readonly path: LabPath
  /** One sentence that names the thing. */
  readonly message: string
  /** What to do next: a suggestion in one sentence, or null where none is certain. */
  readonly hint: string | null
  /** Both sentences for other languages. */
  readonly said: { readonly message: Said; readonly hint: Said | null }
}

/** A problem with its place in the text. Line and column count from 1. */
export interface PlacedProblem extends Problem {
  readonly file: string
  readonly line: number
  readonly column: number
}
