/**
 * The way in: text to lab. Stages in order, each of which sees only what the one before let through:
 * bytes, YAML, format version, schema, meaning. All problems of the first stage that finds errors are reported; beside keys
 * that nobody knows, also the errors of meaning.
 */
import { decode } from './decode.js'
import { toProblem } from './finding.js'
import type { Finding, TextFinding } from './finding.js'
import type { Lab } from './lab.js'
import { normalise } from './normalise.js'
import { lineIndex, offsetOf } from './place.js'
import type { Place } from './place.js'
import type { PlacedProblem, Problem } from './problem.js'
import { checkSchema } from './schema-findings.js'
import type { LabFile } from './schema.js'
import type { LabSource } from './source.js'
import { errorsBesides } from './unknown-keys.js'
import { meaningFindings } from './validate.js'
import { readYaml } from './yaml-read.js'
import { plainValue } from './yaml-value.js'

export interface ParsedLab {
  /** Null where there is any error. */
  readonly lab: Lab | null
  /** Null where the file does not follow the schema. Set, though with errors, where only its meaning is wrong. */
  readonly labFile: LabFile | null
  /** In the order of the text. */
  readonly problems: readonly PlacedProblem[]
}

/** Problems that are placed and told; a file with more has one cause, and nobody reads so many. */
const maxProblems = 500

/**
 * Reads a lab file. Bad input of any kind gives problems; it never throws and never takes long (see `yaml-read.ts`).
 * `file` is the name that the problems carry; nothing is opened.
 */
export function parseLabText(input: string | Uint8Array, file: string): ParsedLab {
  const { text, finding } = decode(input)
  const failed = (findings: readonly TextFinding[]): ParsedLab => {
    const placeOf = lineIndex(text)
    const problems = findings.slice(0, maxProblems).map(({ path, offset, ...found }) => ({
      severity: 'error' as const,
      path: path ?? [],
      ...found,
      ...placeOf(offset),
    }))
    return { lab: null, labFile: null, problems: inOrder(problems).map((found) => ({ ...found, file })) }
  }
  if (finding) return failed([finding])
  const read = readYaml(text)
  if (!read.document) return failed(read.findings)
  const plain = plainValue(read.document)
  if (plain.findings.length > 0) return failed(plain.findings)
  return inFile(readLab({ text, document: read.document, value: plain.value }), file)
}

/** The same for a text that is open. Schema and rules run once for each source, whoever asks. */
export function parseSource(source: LabSource, file: string): ParsedLab {
  const known = sources.get(source) ?? readLab(source)
  sources.set(source, known)
  return inFile(known, file)
}

/** Problems that somebody else has found in a text that follows the schema, each where it stands. */
export function placeProblems(
  { text, document }: LabSource,
  problems: readonly Problem[],
  file: string,
): readonly PlacedProblem[] {
  const placeOf = lineIndex(text)
  return inOrder(
    problems.map((found) => ({ ...found, file, ...placeOf(offsetOf(document, found.path, false)) })),
  ).slice(0, maxProblems)
}

type ReadLab = Omit<ParsedLab, 'problems'> & { readonly problems: readonly Unnamed[] }
type Unnamed = Omit<PlacedProblem, 'file'>

const sources = new WeakMap<LabSource, ReadLab>()

const inFile = ({ lab, labFile, problems }: ReadLab, file: string): ParsedLab => ({
  lab,
  labFile,
  problems: problems.map((problem) => ({ ...problem, file })),
})

function readLab({ text, document, value }: LabSource): ReadLab {
  const placeOf = lineIndex(text)
  const place = (findings: readonly Finding[]): readonly Unnamed[] =>
    inOrder(
      mostImportant(findings).map((found) => ({
        ...toProblem(found),
        ...placeOf(found.path.length === 0 ? 0 : offsetOf(document, found.path, found.at === 'key')),
      })),
    )
  const checked = checkSchema(value)
  if (checked.labFile === null) {
    const besides = errorsBesides(value, checked.findings, meaningFindings)
    return { lab: null, labFile: null, problems: place([...checked.findings, ...besides]) }
  }
  const { labFile } = checked
  const findings = meaningFindings(labFile)
  const lab = findings.some((found) => found.severity === 'error') ? null : normalise(labFile)
  return { lab, labFile, problems: place(findings) }
}

/** Errors survive the limit before warnings. */
function mostImportant(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= maxProblems) return findings
  const errors = findings.filter((found) => found.severity === 'error')
  return [...errors, ...findings.filter((found) => found.severity === 'warning')].slice(0, maxProblems)
}

function inOrder<P extends Place>(problems: readonly P[]): readonly P[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
}
