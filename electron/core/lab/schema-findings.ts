/** What the schema refuses, in sentences: one for each cause, about the branch of a union that was evidently meant. */
import { z } from 'zod'
import { describe, pathText, quote } from './describe.js'
import { error } from './finding.js'
import type { Finding } from './finding.js'
import { didYouMean } from './nearest.js'
import type { LabPath } from './problem.js'
import {
  branchFor,
  discriminators,
  isRecord,
  kindOf,
  knownKeys,
  schemaAt,
  tellingWords,
  valueAt,
} from './schema-shape.js'
import { labFileSchema, labVersion } from './schema.js'
import type { LabFile } from './schema.js'
import { patternFinding } from './schema-pattern.js'
import { typeHint } from './type-hint.js'
import { oneOf, said } from '../words/said.js'

/** A file with more mistakes has one cause, and explaining them all would take longer than reading it. */
const maxIssues = 500

type Issue = z.core.$ZodIssue

/** A plain value as the lab file that it is, or all that the schema finds wrong with it. */
export function checkSchema(
  value: unknown,
): { readonly labFile: LabFile } | { readonly labFile: null; readonly findings: readonly Finding[] } {
  const version = versionFinding(value)
  if (version) return { labFile: null, findings: [version] }
  const result = labFileSchema.safeParse(value)
  if (result.success) return { labFile: result.data }
  return {
    labFile: null,
    findings: result.error.issues.slice(0, maxIssues).flatMap((issue) => explain(issue, [], value)),
  }
}

/** The version first: of a file in a newer format, nothing else can be judged. */
function versionFinding(value: unknown): Finding | null {
  if (!isRecord(value)) {
    return error(
      'wrong-type',
      [],
      said`A lab file is a map of keys, not ${describe(value)}.`,
      said`It starts with the line \`vethlab: ${labVersion}\`.`,
    )
  }
  if (!Object.hasOwn(value, 'vethlab')) {
    const meant = didYouMean('vethlab', Object.keys(value))
    return error(
      'missing-version',
      [],
      said`The file does not say which lab format it is in.`,
      meant === null
        ? said`Add the line \`vethlab: ${labVersion}\` at the top.`
        : said`${meant} The line must read \`vethlab: ${labVersion}\`.`,
    )
  }
  const version = value['vethlab']
  if (version === labVersion) return null
  if (typeof version === 'number' && Number.isInteger(version) && version > labVersion) {
    return error(
      'newer-version',
      ['vethlab'],
      said`The file is in lab format ${version}; this program reads formats up to ${labVersion}.`,
      said`Update Vethlab to open it.`,
    )
  }
  return error(
    'bad-version',
    ['vethlab'],
    said`The lab format must be the number ${labVersion}, not ${describe(version)}.`,
    said`Write \`vethlab: ${labVersion}\`.`,
  )
}

function explain(issue: Issue, base: LabPath, root: unknown): readonly Finding[] {
  const path: LabPath = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
  const value = valueAt(root, path)
  switch (issue.code) {
    case 'invalid_type':
      return [wrongType(issue, path, value, root)]
    case 'invalid_value':
      return [wrongValue(issue.values.map(String), path, value)]
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, value, root)
    case 'invalid_union':
      return explainUnion(issue, path, value, root)
    case 'invalid_key':
      return [{ ...explainKey(issue, path), at: 'key' }]
    case 'invalid_format':
      return [patternFinding(issue.pattern ?? '', path, String(value))]
    case 'too_big':
    case 'too_small':
      return [outOfRange(issue, path, value)]
    default:
      return [error('bad-value', path, said`${pathText(path)} cannot be ${describe(value)}.`)]
  }
}

function wrongType(
  issue: Extract<Issue, { code: 'invalid_type' }>,
  path: LabPath,
  value: unknown,
  root: unknown,
): Finding {
  const key = path.at(-1)
  const schema = schemaAt(labFileSchema, path, root)
  if (value === undefined && key !== undefined) return missing(path, schema)
  const expected = schema ? kindOf(schema) : said`${issue.expected}`
  return error(
    'wrong-type',
    path,
    said`${pathText(path)}: expected ${expected}, found ${describe(value)}.`,
    typeHint(expected, value, key),
  )
}

function missing(path: LabPath, schema: z.core.$ZodType | null): Finding {
  const key = String(path.at(-1))
  const where = path.length === 1 ? said`The file` : said`${pathText(path.slice(0, -1))}`
  return error(
    'missing-key',
    path,
    said`${where} has no ${quote(key)}.`,
    schema ? said`Add \`${key}:\` with ${kindOf(schema)}.` : null,
  )
}

function wrongValue(allowed: readonly string[], path: LabPath, value: unknown): Finding {
  if (value === undefined) {
    return error(
      'missing-key',
      path,
      said`${pathText(path.slice(0, -1))} has no ${quote(String(path.at(-1)))}.`,
      said`Add \`${String(path.at(-1))}:\` with ${oneOf(allowed)}.`,
    )
  }
  const hint =
    typeof value === 'string'
      ? didYouMean(value, allowed)
      : typeof value === 'boolean' && allowed.includes('on')
        ? said`Write ${value ? 'on' : 'off'}.`
        : null
  return error('bad-value', path, said`${pathText(path)}: expected ${oneOf(allowed)}, found ${describe(value)}.`, hint)
}

/** Those of the branch that was evidently meant. */
export function keysKnownAt(path: LabPath, root: unknown): readonly string[] {
  const schema = schemaAt(labFileSchema, path, root)
  const meant = schema instanceof z.ZodUnion ? branchFor(schema, valueAt(root, path)) : null
  const object = schema instanceof z.ZodUnion && meant?.kind === 'branch' ? schema.options[meant.index] : schema
  return object ? knownKeys(object) : []
}

function unknownKey(key: string, path: LabPath, root: unknown, known?: readonly string[]): Finding {
  const keys = known ?? keysKnownAt(path, root)
  const where = path.length === 0 ? said`a lab file` : said`${pathText(path)}`
  const hint = didYouMean(key, keys) ?? (keys.length > 0 ? said`Known keys here: ${keys.join(', ')}.` : null)
  return { ...error('unknown-key', [...path, key], said`Unknown key ${quote(key)} in ${where}.`, hint), at: 'key' }
}

/** The schema's union keeps the branch that fails least, and calls the key of the other one unknown. */
function unknownKeys(keys: readonly string[], path: LabPath, value: unknown, root: unknown): readonly Finding[] {
  const schema = schemaAt(labFileSchema, path, root)
  const branch = schema instanceof z.ZodUnion ? branchFor(schema, value) : null
  return branch?.kind === 'conflict'
    ? [conflict(branch.keys, path, value)]
    : keys.map((key) => unknownKey(key, path, root))
}

const conflict = (keys: readonly string[], path: LabPath, value: unknown): Finding =>
  error(
    'conflicting-keys',
    path,
    said`${pathText(path)} has ${keys.filter((key) => isRecord(value) && Object.hasOwn(value, key)).join(', ')}, of which only one can be.`,
    said`Keep one, and make an entry of its own for the other.`,
  )

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: LabPath,
  value: unknown,
  root: unknown,
): readonly Finding[] {
  const told = schemaAt(labFileSchema, path.slice(0, -1), root)
  if (told instanceof z.ZodDiscriminatedUnion && path.at(-1) === told.def.discriminator)
    return [wrongValue(tellingWords(told.options, told.def.discriminator).flat(), path, value)]
  const schema = schemaAt(labFileSchema, path, root)
  if (!(schema instanceof z.ZodUnion))
    return [error('bad-value', path, said`${pathText(path)} cannot be ${describe(value)}.`)]
  if (value === undefined) return [missing(path, schema)]
  const branch = branchFor(schema, value)
  switch (branch.kind) {
    case 'branch':
      return (issue.errors[branch.index] ?? []).flatMap((inner) => explain(inner, path, root))
    case 'conflict':
      return [conflict(branch.keys, path, value)]
    case 'undecided': {
      const all = schema.options.flatMap((option) => knownKeys(option))
      const telling = discriminators(schema.options).flat()
      const mistyped = isRecord(value) ? Object.keys(value).filter((key) => !all.includes(key)) : []
      const [typo] = mistyped.filter((key) => didYouMean(key, telling) !== null)
      if (typo !== undefined) return [unknownKey(typo, path, root, telling)]
      return [
        error('missing-key', path, said`${pathText(path)} needs one of ${oneOf(branch.keys)}.`),
        ...mistyped.map((key) => unknownKey(key, path, root, [...new Set(all)])),
      ]
    }
    case 'wrong-type': {
      const expected = kindOf(schema)
      const link = path[path.length - 2] === 'links'
      const hint = link
        ? said`Write \`[NAMESPACE:INTERFACE, NAMESPACE:INTERFACE]\`.`
        : typeHint(expected, value, path.at(-1))
      const inner = issue.errors.flat()
      // A word or a number: neither is meant where the word is none of them.
      const words = inner.find((each) => each.code === 'invalid_value')
      if (words?.code === 'invalid_value' && typeof value === 'string') {
        const allowed = words.values.map(String)
        const others = schema.options.filter((option) => !(option instanceof z.ZodEnum)).map(kindOf)
        const all = others.reduce((some, kind) => said`${some} or ${kind}`, oneOf(allowed))
        return [
          error(
            'bad-value',
            path,
            said`${pathText(path)}: expected ${all}, found ${describe(value)}.`,
            didYouMean(value, allowed) ?? typeHint(expected, value, path.at(-1)),
          ),
        ]
      }
      const beyond = inner.find((each) => each.code === 'too_small' || each.code === 'too_big')
      if (beyond && typeof value === 'number') return explain(beyond, path, root)
      // Text that fails on its own rules, such as its length, is of the right kind.
      const [first] = inner
      if (first && first.code !== 'invalid_type' && typeof value === 'string') return explain(first, path, root)
      return [error('wrong-type', path, said`${pathText(path)}: expected ${expected}, found ${describe(value)}.`, hint)]
    }
  }
}

function explainKey(issue: Extract<Issue, { code: 'invalid_key' }>, path: LabPath): Finding {
  const [inner] = issue.issues
  const pattern = inner?.code === 'invalid_format' ? (inner.pattern ?? '') : ''
  return patternFinding(pattern, path, String(path.at(-1)))
}

function outOfRange(issue: Extract<Issue, { code: 'too_big' | 'too_small' }>, path: LabPath, value: unknown): Finding {
  const bound = String(issue.code === 'too_big' ? issue.maximum : issue.minimum)
  const most = issue.code === 'too_big' ? said`at most ${bound}` : said`at least ${bound}`
  if (issue.origin === 'array' || Array.isArray(value)) {
    const count = Array.isArray(value) ? value.length : 0
    return error(
      issue.code === 'too_big' ? 'too-many' : 'too-few',
      path,
      said`${pathText(path)} has ${count} entries; ${most} are possible.`,
    )
  }
  if (issue.origin === 'string')
    return error('too-long', path, said`${pathText(path)} is too long; ${most} characters are possible.`)
  return error('out-of-range', path, said`${pathText(path)} is ${String(value)}; ${most} is possible.`)
}
