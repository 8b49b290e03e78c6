/** Reads what learners handed in. Any of it may be meant ill: it is bounded, no link is followed, and nothing of it is run. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isPage, labOfFilm } from '../core/film/film-file.js'
import { failure } from '../core/failure.js'
import type { ShellResults } from '../core/rpc-shell.js'
import { said } from '../core/words/said.js'
import { plainLine } from '../core/lab/plain-text.js'
import {
  labBytes,
  markedText,
  resultEnding,
  resultSchema,
  submissionBytes,
  type Submission,
  type Unmarked,
} from '../core/challenge/submission.js'

export type ReadSubmission =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly path: string; readonly student: string; readonly why: string }

/** What a folder may hold: a result file, or the lab file alone. */
const resultName = `result${resultEnding}`
const labName = 'lab.vethlab.yaml'

/** A name for a row of a table: on one line, and not the whole line. */
const nameOf = (text: string): string => plainLine(text).slice(0, 60) || 'nobody'

export const markOf = (result: Unmarked): string => createHash('sha256').update(markedText(result)).digest('hex')

/** What a `.vethlab-result` file holds. Null: it would be larger than one that is read. */
export function resultText(result: Unmarked): string | null {
  const text = `${JSON.stringify({ ...result, mark: markOf(result) }, null, 1)}\n`
  return Buffer.byteLength(text) > submissionBytes || Buffer.byteLength(result.lab) > labBytes ? null : text
}

export async function readSubmission(path: string): Promise<ReadSubmission> {
  const student = nameOf(basename(path).replace(/(\.vethlab-result|(\.vethlab)?\.ya?ml)$/, ''))
  const refuse = (why: string): ReadSubmission => ({ ok: false, path, student, why })
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) return refuse('it is a link')
    if (!stats.isDirectory()) return await readFile(path, student)
    for (const name of [resultName, labName]) {
      const inside = join(path, name)
      const there = await lstat(inside).catch(() => null)
      if (there) return await readFile(inside, student)
    }
    return refuse(`the folder holds neither ${resultName} nor ${labName}`)
  } catch (error) {
    return refuse(`it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
  }
}

async function readFile(path: string, student: string): Promise<ReadSubmission> {
  const refuse = (why: string): ReadSubmission => ({ ok: false, path, student, why })
  const text = await readText(path)
  if ('why' in text) return refuse(text.why)
  if (!path.endsWith(resultEnding)) {
    const carried = isPage(text.text) ? labOfFilm(text.text) : { ok: true as const, text: text.text }
    if (!carried.ok) return refuse('it is a page without a lab')
    if (Buffer.byteLength(carried.text) > labBytes) return refuse(`its lab is larger than ${labBytes / 1024} KiB`)
    const none = { commands: [], answers: {}, seconds: null, help: { hints: 0, fixes: 0 } }
    return { ok: true, submission: { path, student, seed: null, lab: carried.text, ...none, genuine: true } }
  }
  let value: unknown
  try {
    value = JSON.parse(text.text)
  } catch {
    return refuse('it is no JSON')
  }
  const parsed = resultSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = nameOf(issue?.path.map(String).join('.') ?? '')
    return refuse(
      issue && issue.path.length > 0 ? `${where} in it is not what it should be` : 'it is no result of Vethlab',
    )
  }
  const { mark, ...result } = parsed.data
  const { seed, lab, commands, answers, help } = result
  return {
    ok: true,
    submission: {
      ...{ path, student: nameOf(result.student), seed, lab, commands, answers, help },
      seconds: secondsOf(result),
      genuine: mark === undefined || mark === markOf(result),
    },
  }
}

function secondsOf({ started, ended }: Unmarked): number | null {
  const took = started === undefined || ended === undefined ? -1 : ended - started
  return took < 0 ? null : Math.round(took / 1000)
}

/** For a window; the same that is read. */
export function writeResult(result: Unmarked): ShellResults['result/write'] {
  const text = resultText(result)
  const message = said`The result is larger than one that is graded. Save it with a smaller lab.`
  return text === null ? { ok: false, failure: failure('too-large', message) } : { ok: true, text }
}

type Text = { readonly text: string } | { readonly why: string }

async function readText(path: string): Promise<Text> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
  )
  if (typeof file === 'string') return { why: file === 'ELOOP' ? 'it is a link' : `it cannot be read (${file})` }
  try {
    if (!(await file.stat()).isFile()) return { why: 'it is no regular file' }
    // One byte more than it may have.
    const { bytesRead, buffer } = await file.read(Buffer.alloc(submissionBytes + 1), 0, submissionBytes + 1, 0)
    if (bytesRead > submissionBytes) return { why: `it is larger than ${submissionBytes / 1024} KiB` }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead)) }
  } catch {
    return { why: 'it is no UTF-8 text' }
  } finally {
    await file.close()
  }
}
