/** Problems on their way out: what a stage finds, before it has a place in a file. */
import { inEnglish, type Said } from '../words/said.js'
import type { LabPath, Problem } from './problem.js'

export interface Finding extends Problem {
  /** Mark the key, also where the value is a plain one. */
  readonly at?: 'key'
  /** Stays an error in a lab that is broken on purpose: nothing could be built from it, or it is not safe to. */
  readonly always?: true
}

/** A finding of the text itself, before there is a structure with paths. `offset` counts UTF-16 units. */
export interface TextFinding extends Pick<Problem, 'code' | 'message' | 'hint' | 'said'> {
  readonly offset: number
  readonly path?: LabPath
}

/** Message and hint, in English and for other languages. */
export const sentences = (message: Said, hint: Said | null): Pick<Problem, 'message' | 'hint' | 'said'> => ({
  message: inEnglish(message),
  hint: hint && inEnglish(hint),
  said: { message, hint },
})

export const error = (code: string, path: LabPath, message: Said, hint: Said | null = null): Finding => ({
  severity: 'error',
  code,
  path,
  ...sentences(message, hint),
})

export const warning = (code: string, path: LabPath, message: Said, hint: Said | null = null): Finding => ({
  ...error(code, path, message, hint),
  severity: 'warning',
})

export const textFinding = (code: string, message: Said, hint: Said | null, offset: number): TextFinding => ({
  code,
  ...sentences(message, hint),
  offset,
})

/** Without the marks that only our own stages understand. */
export const toProblem = ({ severity, code, path, message, hint, said }: Finding): Problem => ({
  severity,
  code,
  path,
  message,
  hint,
  said,
})
