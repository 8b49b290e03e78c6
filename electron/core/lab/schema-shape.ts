/** Looks into the schema itself, so that messages know what it knows: keys, kinds, and which branch of a union was meant. */
import { z } from 'zod'
import { inEnglish, said, type Said } from '../words/said.js'
import type { LabPath } from './problem.js'

type Schema = z.core.$ZodType

/** Without `optional` and `nullable` around it. */
export function unwrap(schema: Schema): Schema {
  let inner = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap()
  return inner
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The keys an object schema knows, in the schema's order. */
export function knownKeys(schema: Schema): readonly string[] {
  const inner = unwrap(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

/** `a map`, `a list`, `text`, ... */
export function kindOf(schema: Schema): Said {
  const [first = said`a value`, ...others] = new Map(kindsOf(schema).map((kind) => [kind.key, kind])).values()
  return others.reduce((all, kind) => said`${all} or ${kind}`, first)
}

function kindsOf(schema: Schema): readonly Said[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodUnion) return inner.options.flatMap(kindsOf)
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return [said`a map`]
  if (inner instanceof z.ZodArray || inner instanceof z.ZodTuple) return [said`a list`]
  if (inner instanceof z.ZodString) return [said`text`]
  if (inner instanceof z.ZodEnum) return [said`one word`]
  if (inner instanceof z.ZodBoolean) return [said`true or false`]
  if (inner instanceof z.ZodNumber) return [inner.isInt ? said`a whole number` : said`a number`]
  return []
}

/** The keys that tell the object branches of a union apart: required in one branch, unknown to all others. */
export function discriminators(options: readonly Schema[]): readonly string[][] {
  const branches = options.map(unwrap)
  return branches.map((branch) =>
    branch instanceof z.ZodObject
      ? Object.entries(branch.shape)
          .filter(([key, value]) => {
            const others = branches.filter((other) => other !== branch && other instanceof z.ZodObject)
            return !(value instanceof z.ZodOptional) && others.every((other) => !knownKeys(other).includes(key))
          })
          .map(([key]) => key)
      : [],
  )
}

export type Branch =
  | { readonly kind: 'branch'; readonly index: number }
  /** No branch is of this kind of value at all. */
  | { readonly kind: 'wrong-type' }
  /** A map without the key that says what it is; one of these is missing. */
  | { readonly kind: 'undecided'; readonly keys: readonly string[] }
  /** A map that says it is two things at once. */
  | { readonly kind: 'conflict'; readonly keys: readonly string[] }

/** The words that a key may have in a branch that is told by it. */
const wordsOf = (schema: Schema | undefined): readonly string[] =>
  schema instanceof z.ZodLiteral
    ? [...schema.values].map(String)
    : schema instanceof z.ZodEnum
      ? schema.options.map(String)
      : []

/** Every word by which the branches of a union are told apart, at their key; by branch. */
export const tellingWords = (options: readonly Schema[], key: string): readonly (readonly string[])[] =>
  options.map((option) => {
    const inner = unwrap(option)
    return inner instanceof z.ZodObject ? wordsOf((inner.shape as Record<string, Schema>)[key]) : []
  })

/** Which branch of a union a value evidently means. */
export function branchFor(union: z.ZodUnion | readonly Schema[], value: unknown): Branch {
  const options: readonly Schema[] = union instanceof z.ZodUnion ? union.options : union
  if (union instanceof z.ZodDiscriminatedUnion && isRecord(value)) {
    const key = union.def.discriminator
    const index = tellingWords(options, key).findIndex((words) => words.includes(String(value[key])))
    return index < 0 ? { kind: 'undecided', keys: [key] } : { kind: 'branch', index }
  }
  const kind = Array.isArray(value) ? 'a list' : isRecord(value) ? 'a map' : ''
  const fitting = options
    .map((option, index) => ({ option, index }))
    .filter(({ option }) => (kind === '' ? z.safeParse(option, value).success : inEnglish(kindOf(option)) === kind))
  const [only] = fitting
  if (!only) return { kind: 'wrong-type' }
  if (fitting.length === 1 || !isRecord(value)) return { kind: 'branch', index: only.index }
  const telling = discriminators(options)
  const present = fitting.filter(({ index }) => telling[index]?.some((key) => Object.hasOwn(value, key)))
  const keys = (present.length > 0 ? present : fitting).flatMap(({ index }) => telling[index] ?? [])
  if (present.length === 0) return { kind: 'undecided', keys }
  const [meant] = present
  return present.length === 1 && meant ? { kind: 'branch', index: meant.index } : { kind: 'conflict', keys }
}

/** The schema of the value at a path, or null where the path leaves the schema. */
export function schemaAt(root: Schema, path: LabPath, value: unknown): Schema | null {
  let schema: Schema = unwrap(root)
  let current = value
  for (const part of path) {
    schema = unwrap(schema)
    if (schema instanceof z.ZodUnion) {
      const branch = branchFor(schema, current)
      const meant = branch.kind === 'branch' ? schema.options[branch.index] : undefined
      if (!meant) return null
      schema = unwrap(meant)
    }
    const next: Schema | undefined =
      schema instanceof z.ZodObject
        ? (schema.shape as Record<string, Schema>)[part]
        : schema instanceof z.ZodRecord
          ? schema.valueType
          : schema instanceof z.ZodArray
            ? schema.element
            : schema instanceof z.ZodTuple
              ? schema.def.items[Number(part)]
              : undefined
    if (!next) return null
    schema = next
    current = child(current, part)
  }
  return unwrap(schema)
}

/** The value below a key or an index, undefined where there is none. */
export function child(value: unknown, part: string | number): unknown {
  if (Array.isArray(value)) return typeof part === 'number' ? (value[part] as unknown) : undefined
  return isRecord(value) && Object.hasOwn(value, String(part)) ? value[String(part)] : undefined
}

export const valueAt = (root: unknown, path: LabPath): unknown => path.reduce<unknown>(child, root)
