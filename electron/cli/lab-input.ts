/** Reads lab files for commands: bytes, problems, and the lab itself. */
import { statSync } from 'node:fs'
import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { excerptParts } from '../core/lab/excerpt.js'
import { isPage, labOfFilm } from '../core/film/film-file.js'
import type { Lab } from '../core/lab/lab.js'
import { parseLabText, type ParsedLab } from '../core/lab/parse.js'
import type { PlacedProblem, Problem } from '../core/lab/problem.js'
import { limits, type LabFile } from '../core/lab/schema.js'
import type { Failure } from '../core/rpc.js'
import { inEnglish } from '../core/words/said.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { note, paintNote, printable, printJson, type Paint } from './output.js'

/** The name by which problems call standard input. */
const stdinName = '<stdin>'

export interface ReadLab extends ParsedLab {
  /** As the user said it, for messages. */
  readonly name: string
  /** For excerpts. */
  readonly text: string
}

/** A name of a lab holds neither slash nor dot, so most arguments say by themselves whether they are a file. */
export function isLabFile(argument: string): boolean {
  if (argument === '-' || /\/|\.(?:ya?ml|html?)$/i.test(argument)) return true
  try {
    return statSync(argument).isFile()
  } catch {
    return false
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of its path is no directory',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOFILE: 'it is a pipe, a socket or a device. Give what such a thing says on standard input, as -',
}

type Unreadable = { readonly ok: false; readonly failure: Failure }

/**
 * Reads and parses `path`, `-` for standard input; of a film file the lab that it carries. The failure is about reading
 * alone; problems are part of the lab.
 */
export async function readLab(path: string): Promise<{ readonly ok: true; readonly read: ReadLab } | Unreadable> {
  const result = await readInput(path)
  if (!result.ok) return result
  const { name, bytes } = result
  const text = new TextDecoder().decode(bytes)
  if (!isPage(text)) return { ok: true, read: { name, text, ...parseLabText(bytes, name) } }
  const carried = labOfFilm(text)
  if (!carried.ok) return { ok: false, failure: failure('no-film', `${name}: ${inEnglish(carried.said)}`, name) }
  return { ok: true, read: { name, text: carried.text, ...parseLabText(carried.text, name) } }
}

/** The bytes of `path`, `-` for standard input, and the name by which messages call it. */
export async function readInput(
  path: string,
): Promise<{ readonly ok: true; readonly name: string; readonly bytes: Uint8Array } | Unreadable> {
  const name = path === '-' ? stdinName : path
  try {
    return { ok: true, name, bytes: path === '-' ? await gather(process.stdin) : await readBounded(path) }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    return { ok: false, failure: failure('unreadable', `Cannot read ${name}: ${reasons[code] ?? message}.`, name) }
  }
}

/** What is no file may never end, or do something when it is opened. */
const noFile = (): Error => Object.assign(new Error('it is no regular file'), { code: 'ENOFILE' })

/** A file's bytes, one more than the limit at most: parsing refuses larger ones. */
async function readBounded(path: string): Promise<Uint8Array> {
  const stats = await stat(path)
  if (!stats.isFile() && !stats.isDirectory()) throw noFile()
  // Something else may stand there by now; without O_NONBLOCK, opening a pipe waits for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const opened = await file.stat()
    if (!opened.isFile() && !opened.isDirectory()) throw noFile()
    return await gather(file.createReadStream({ autoClose: false, end: limits.fileBytes }))
  } finally {
    await file.close()
  }
}

async function gather(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).length
    if (length > limits.fileBytes) break
  }
  return Buffer.concat(chunks)
}

/** A problem with its excerpt, in colours. */
export function problemText(problem: PlacedProblem, text: string, paint: Paint): string {
  const { head, source, caret, hint } = excerptParts(problem, text)
  const [colour, word] = problem.severity === 'error' ? (['red', 'error'] as const) : (['yellow', 'warning'] as const)
  const lines = [printable(head).replace(`  ${word}  `, `  ${paint(colour, word)}  `)]
  if (source !== null && caret !== null) lines.push(`  ${source}`, `  ${paint(colour, caret)}`)
  if (hint !== null) lines.push(paint('dim', `  ${printable(hint)}`))
  return lines.join('\n')
}

/** As `--json` shows a problem. */
export const problemJson = ({
  severity,
  code,
  message,
  hint,
  line,
  column,
  path,
}: Problem & { readonly line: number | null; readonly column: number | null }): object => ({
  severity,
  code,
  message,
  hint,
  line,
  column,
  path,
})

export interface ValidLab {
  readonly lab: Lab
  readonly labFile: LabFile
  /** As it was read. */
  readonly text: string
  /** Absolute, or `-`. */
  readonly file: string
}

/** The lab for a command that needs a valid one; what is wrong is said, and the exit code comes back instead. */
export async function requireLab(path: string, options: CommonOptions): Promise<ValidLab | ExitCode> {
  const result = await readLab(path)
  if (!result.ok) return fail(exitCode.usage, result.failure, options)
  const { lab, labFile, problems, text, name } = result.read
  if (lab !== null && labFile !== null) {
    if (!options.json) for (const problem of problems) note(problemText(problem, text, paintNote))
    return { lab, labFile, text, file: path === '-' ? path : resolve(path) }
  }
  const errors = problems.filter(({ severity }) => severity === 'error')
  const first = errors[0]
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors`
  if (options.json) {
    const message = `${name} has ${count}${first ? `; the first, at ${first.line}:${first.column}: ${first.message}` : ''}`
    printJson({ ok: false, error: failure('invalid-lab', message, name), problems: problems.map(problemJson) })
  } else {
    for (const problem of problems) note(problemText(problem, text, paintNote))
    note(`${paintNote('red', 'vethlab:')} ${printable(name)} has ${count}; nothing was done.`)
  }
  return exitCode.usage
}
