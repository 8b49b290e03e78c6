/** Problems on their way out: what a stage finds, before it has a place in a file. */
import type { LabPath, Problem } from './problem.js'

export interface Finding extends Problem {
  /** Mark the key, also where the value is a plain one. */
  readonly at?: 'key'
  /** Stays an error in a lab that is broken on purpose: nothing could be built from it, or it is not safe to. */
  readonly always?: true
}

/** A finding of the text itself, before there is a structure with paths. `offset` counts UTF-16 units. */
export interface TextFinding {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly offset: number
  readonly path?: LabPath
}

export const error = (code: string, path: LabPath, message: string, hint: string | null = null): Finding => ({
  severity: 'error',
  code,
  path,
  message,
  hint,
})

export const warning = (code: string, path: LabPath, message: string, hint: string | null = null): Finding => ({
  ...error(code, path, message, hint),
  severity: 'warning',
})

/** Without the marks that only our own stages understand. */
export const toProblem = ({ severity, code, path, message, hint }: Finding): Problem => ({
  severity,
  code,
  path,
  message,
  hint,
})
