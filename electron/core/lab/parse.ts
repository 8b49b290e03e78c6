/**
 * The way in: text to lab. Stages in order, each of which sees only what the one before let through:
 * bytes, YAML, format version, schema, meaning. All problems of the first stage that finds errors are reported.
 */
import { decode } from './decode.js'
import { toProblem } from './finding.js'
import type { Finding, TextFinding } from './finding.js'
import type { Lab } from './lab.js'
import { normalise } from './normalise.js'
import { lineIndex, offsetOf } from './place.js'
import type { PlacedProblem } from './problem.js'
import { schemaFindings } from './schema-findings.js'
import { labFileSchema } from './schema.js'
import type { LabFile } from './schema.js'
import { meaningFindings } from './validate.js'
import { readYaml } from './yaml-read.js'
import type { YamlDocument } from './yaml-read.js'
import { plainValue } from './yaml-value.js'

export interface ParsedLab {
  /** Null where there is any error. */
  readonly lab: Lab | null
  /** Null where the file does not follow the schema. Set, though with errors, where only its meaning is wrong. */
  readonly labFile: LabFile | null
  /** Null where the text is no YAML. */
  readonly document: YamlDocument | null
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
  const placeOf = lineIndex(text)
  const failed = (findings: readonly TextFinding[], document: YamlDocument | null = null): ParsedLab => ({
    lab: null,
    labFile: null,
    document,
    problems: inOrder(
      findings.slice(0, maxProblems).map(({ path, offset, ...found }) => ({
        severity: 'error',
        path: path ?? [],
        ...found,
        file,
        ...placeOf(offset),
      })),
    ),
  })
  if (finding) return failed([finding])

  const read = readYaml(text)
  if (!read.document) return failed(read.findings)
  const { document } = read
  const plain = plainValue(document)
  if (plain.findings.length > 0) return failed(plain.findings, document)

  const place = (findings: readonly Finding[]): readonly PlacedProblem[] =>
    inOrder(
      mostImportant(findings).map((found) => ({
        ...toProblem(found),
        file,
        ...placeOf(found.path.length === 0 ? 0 : offsetOf(document, found.path, found.at === 'key')),
      })),
    )
  const refused = schemaFindings(plain.value)
  if (refused.length > 0) return { lab: null, labFile: null, document, problems: place(refused) }

  const labFile = labFileSchema.parse(plain.value)
  const findings = meaningFindings(labFile)
  const lab = findings.some((found) => found.severity === 'error') ? null : normalise(labFile)
  return { lab, labFile, document, problems: place(findings) }
}

/** Errors survive the limit before warnings. */
function mostImportant(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= maxProblems) return findings
  const errors = findings.filter((found) => found.severity === 'error')
  return [...errors, ...findings.filter((found) => found.severity === 'warning')].slice(0, maxProblems)
}

function inOrder(problems: readonly PlacedProblem[]): readonly PlacedProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
}
