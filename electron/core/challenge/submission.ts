/** What a learner hands in: the network as it was left, and how it came to be so. */
import { z } from 'zod'
import { mostSeed } from './vary-key.js'

export const resultVersion = 1

/** No network of a course is described by more (bytes of a lab file, and of a whole submission). */
export const labBytes = 256 * 1024
export const submissionBytes = 1024 * 1024

const count = z.int().min(0).max(100_000)
/** Milliseconds since the epoch. */
const moment = z.int().min(0).max(8.64e15)

/** A `.vethlab-result` file, as JSON. */
export const resultSchema = z.strictObject({
  'vethlab-result': z.literal(resultVersion),
  student: z.string().min(1).max(100),
  seed: z.int().min(0).max(mostSeed),
  /** The lab file as it was at the end. */
  lab: z.string().max(labBytes),
  answers: z.record(z.string().max(100), z.union([z.string().max(1000), z.number()])).default({}),
  commands: z.array(z.string().max(4096)).max(5000).default([]),
  started: moment.optional(),
  ended: moment.optional(),
  help: z.strictObject({ hints: count.default(0), fixes: count.default(0) }).default({ hints: 0, fixes: 0 }),
  /** Of all that, and the seed: another seed has another mark. */
  mark: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

export type ResultFile = z.infer<typeof resultSchema>
export type Unmarked = Omit<ResultFile, 'mark'>

/** What `.vethlab-result` files are called by. */
export const resultEnding = '.vethlab-result'

export interface Submission {
  /** Where it was found. */
  readonly path: string
  readonly student: string
  /** Null: the lab file says which. */
  readonly seed: number | null
  readonly lab: string
  readonly commands: readonly string[]
  /** To the questions of the course, by their names. */
  readonly answers: Readonly<Record<string, string | number>>
  /** From start to end; null where it is not told, or ends before it starts (seconds). */
  readonly seconds: number | null
  readonly help: { readonly hints: number; readonly fixes: number }
  /** False: it was signed, and what was signed is something else. */
  readonly genuine: boolean
}

/** What the mark is made of. */
export const markedText = ({ seed, student, lab, commands, answers, started, ended, help }: Unmarked): string =>
  JSON.stringify(['vethlab', seed, student, lab, commands, answers, started ?? null, ended ?? null, help])
