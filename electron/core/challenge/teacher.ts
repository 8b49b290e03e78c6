/** `teacher.yaml`: what a teacher keeps beside a lab, and learners do not see. */
import { z } from 'zod'
import { decode } from '../lab/decode.js'
import { lineIndex, offsetOf } from '../lab/place.js'
import { checkSchema, type CheckEntry, type LabFile } from '../lab/schema.js'
import { plainValue } from '../lab/yaml-value.js'
import { readYaml } from '../lab/yaml-read.js'

const weight = z.number().min(0).max(1000)

/** In the names and addresses of the lab; each submission is asked in those of its own variant. */
const hidden = z.record(z.string(), z.unknown()).transform((entry, context): { check: CheckEntry; weight: number } => {
  const { weight: own = 1, ...rest } = entry
  const [check, counts] = [checkSchema.safeParse(rest), weight.safeParse(own)]
  if (check.success && counts.success) return { check: check.data, weight: counts.data }
  context.addIssue({
    code: 'custom',
    message: 'It is no check: give from, and one of ping, tcp and udp; weight is a number.',
  })
  return z.NEVER
})

const teacherSchema = z.strictObject({
  /** A file beside this one. */
  lab: z
    .string()
    .regex(
      /^(?!\.)[^/\\\u0000-\u001f]{1,120}\.ya?ml$/,
      'It is the name of a lab file beside this one, without a folder.',
    ),
  checks: z.array(hidden).max(200).default([]),
  /** Of each check that learners see; 0 leaves them out. */
  weight: weight.default(1),
  help: z
    .strictObject({
      /** What everybody may use. */
      hints: z.int().min(0).max(1000).default(1000),
      fixes: z.int().min(0).max(1000).default(1000),
      /** Per cent that each one more costs. */
      cost: z.number().min(0).max(100).default(10),
    })
    .default({ hints: 1000, fixes: 1000, cost: 10 }),
})

export type Teacher = z.infer<typeof teacherSchema>

export type ReadTeacher =
  | { readonly ok: true; readonly teacher: Teacher }
  /** One sentence, with its place. */
  | { readonly ok: false; readonly message: string }

export function readTeacher(bytes: Uint8Array, name: string): ReadTeacher {
  const { text, finding } = decode(bytes)
  const placeOf = lineIndex(text)
  const wrong = (offset: number, message: string): ReadTeacher => {
    const { line, column } = placeOf(offset)
    return { ok: false, message: `${name}:${line}:${column}: ${message}` }
  }
  if (finding) return wrong(0, finding.message.replace(/\n.*/s, ''))
  const read = readYaml(text)
  if (!read.document) return wrong(read.findings[0]?.offset ?? 0, read.findings[0]?.message ?? 'It is no YAML.')
  const plain = plainValue(read.document)
  if (plain.findings.length > 0)
    return wrong(plain.findings[0]?.offset ?? 0, plain.findings[0]?.message ?? 'It is no YAML.')
  const parsed = teacherSchema.safeParse(plain.value)
  if (parsed.success) return { ok: true, teacher: parsed.data }
  const [issue] = parsed.error.issues
  const path = (issue?.path ?? []).filter((each) => typeof each !== 'symbol')
  return wrong(
    path.length === 0 ? 0 : offsetOf(read.document, path, false),
    `${path.join('.') || 'teacher.yaml'}: ${issue?.message ?? ''}`,
  )
}

/** The lab with the hidden checks behind its own, so that a variant of it renames both alike. */
export const withHidden = (lab: LabFile, { checks }: Teacher): LabFile => ({
  ...lab,
  checks: [...(lab.checks ?? []), ...checks.map(({ check }) => check)],
})
