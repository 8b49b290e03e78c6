/** What every import ends in: a lab file, checked as any other, and a warning for all that is left out. */
import type { Decoded } from '../lab/decode.js'
import { sentences, textFinding, type TextFinding } from '../lab/finding.js'
import { lineIndex } from '../lab/place.js'
import type { PlacedProblem, Problem } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import { withoutErrors } from './left-out.js'
import type { Notice } from './notice.js'
import { said, type Said } from '../words/said.js'

export interface Imported {
  /** Null where nothing of the text could be made into a lab. */
  readonly labFile: LabFile | null
  /** Errors of the text, then what was left out of it; in the order of the text. */
  readonly notices: readonly PlacedProblem[]
  /** What is wrong with the lab itself, as for any lab file. Without a place: it has no text yet. */
  readonly problems: readonly Problem[]
  /** Of a script that is not run: how many of its commands are in the lab, are named as left out, and change no network. */
  readonly followed?: { readonly understood: number; readonly named: number; readonly harmless: number }
}

/** Checks the lab that came of it, and leaves out what no lab can say. `host` alone, with nothing in it, is none. */
export function finishImport(labFile: LabFile, notices: readonly PlacedProblem[]): Imported {
  const isEmpty = Object.keys(labFile.namespaces ?? {}).length === 0 && (labFile.links ?? []).length === 0
  if (isEmpty) return { labFile: null, notices, problems: [] }
  return { notices, ...withoutErrors(labFile) }
}

/** The words of `decode` speak of lab files; what was opened here is something else. */
const decodeMessages: Readonly<Record<string, Said>> = {
  'file-too-large': said`The file is larger than ${4} MiB.`,
  binary: said`This is a binary file.`,
  'not-utf8': said`The file is not UTF-8 text.`,
}

/** A text that cannot be read at all. */
export function unreadable({ text, finding }: Decoded, file: string): Imported {
  const { code, said: own, offset } = finding ?? textFinding('empty-file', said`The file is empty.`, null, 0)
  return failedImport(text, file, [{ code, message: decodeMessages[code] ?? own.message, hint: null, offset }])
}

export interface ImportError extends Pick<Notice, 'message' | 'hint'> {
  readonly code: string
  /** Counts UTF-16 units. */
  readonly offset: number
}

export function failedImport(text: string, file: string, errors: readonly ImportError[]): Imported {
  const placeOf = lineIndex(text)
  const notices = errors.map(({ code, message, hint, offset }): PlacedProblem => {
    return { severity: 'error', code, path: [], ...sentences(message, hint), file, ...placeOf(offset) }
  })
  return { labFile: null, notices, problems: [] }
}

/** What the YAML stages advise for lab files helps nobody here. */
export const ofYaml = ({ code, said: { message, hint }, offset }: TextFinding): ImportError => ({
  code,
  message,
  hint: hint && /\blab\b/i.test(hint.key) ? null : hint,
  offset,
})

/** Characters of a lab's name. */
const maxName = 40

/** `/some/where/My Router.sh` -> `my-router`; what holds no letter or digit is called `imported`. */
export function labNameFrom(fileName: string): string {
  const base = fileName.split('/').at(-1) ?? ''
  const stem = base.replace(/(?:\.clab|\.vethlab)?\.(?:ya?ml|sh|bash|txt|mn)$/i, '')
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxName)
  return name.replace(/^-+|-+$/g, '') || 'imported'
}
