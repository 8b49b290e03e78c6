/**
 * `vethlab import FILE|FOLDER`: a lab file made of what another tool reads, on stdout. The file is read, and run only where
 * `--run` says so; each part of it that no lab can say is a warning on stderr. Needs no privileges.
 *
 * `--json`: `{"lab":S,"text":S,"problems":[{"severity":S,"code":S,"message":S,"hint":S|null,"line":N|null,"column":N|null,
 * "path":[S|N]}]}`; where no lab was made, the failure with the same `problems`.
 */
import { statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { labConf } from '../core/exchange/folder.js'
import { foreignKind, foreignKinds, isLabText, type Foreign } from '../core/exchange/foreign.js'
import { groupNotices, type NoticeGroup } from '../core/exchange/groups.js'
import type { Imported } from '../core/exchange/imported.js'
import { pathText } from '../core/lab/describe.js'
import { readForeignText } from '../core/exchange/read-foreign.js'
import { hostNamespace } from '../core/lab/lab.js'
import { createLabText } from '../core/lab/print.js'
import type { Problem } from '../core/lab/problem.js'
import type { LabFile } from '../core/lab/schema.js'
import { readKatharaFolder } from '../session/files/foreign-folder.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, failureJson, type CommonOptions } from './failure.js'
import { untilDeath } from './fresh-lab.js'
import { defaultSeconds, runScript } from './import-run.js'
import { problemJson, problemText, readInput } from './lab-input.js'
import { note, paintNote, printable, printJson, printRaw } from './output.js'

export interface ImportOptions extends CommonOptions {
  /** Undefined: what the file's name, or its text, says. */
  readonly from?: Foreign
  readonly run?: boolean
  readonly timeout?: number
}

export async function importLab(argument: string, options: ImportOptions): Promise<ExitCode> {
  const { from: told, run, timeout } = options
  const refuse = (sentence: string): ExitCode => fail(exitCode.usage, failure('usage', sentence), options)
  if (!run && timeout !== undefined) return refuse('--timeout goes with --run: without it nothing is run.')
  const file = isDirectory(argument) && (told ?? 'kathara') === 'kathara' ? join(argument, labConf) : argument
  const input = await readInput(file)
  if (!input.ok) return fail(exitCode.usage, input.failure, options)
  const { name, bytes } = input
  const text = new TextDecoder().decode(bytes.subarray(0, lookedAt))
  const from = told ?? foreignKind(name, text)
  if (from === null && isLabText(text)) return refuse(`${name} is a lab already; there is nothing to import.`)
  if (from === null)
    return refuse(`What ${name} is cannot be told by its name. Say it: --from ${foreignKinds.join('|')}`)
  if (run && from !== 'script') return refuse(`--run goes with --from script: ${nouns[from]} is no program.`)
  const folder = await folderOf(from, file, name, bytes)
  if (!folder.ok) return fail(exitCode.usage, folder.failure, options)
  const path = file === '-' ? name : resolve(file)
  const read = readForeignText(from, { name, path, text: bytes, folder: folder.folder })
  const textOf = (of: string): string => {
    const text = of === name ? bytes : folder.folder.files.get(of.slice(folder.folder.prefix.length))
    return typeof text === 'string' ? text : new TextDecoder().decode(text)
  }
  // What is no text is no script either.
  if (!run || read.notices.some(({ severity }) => severity === 'error')) return show(name, textOf, read, options)
  return untilDeath(options, async () => {
    const ran = await runScript({ name, path: file, bytes, seconds: timeout ?? defaultSeconds }, options)
    if (typeof ran === 'number') return ran
    const gone = takenAway(name, ran.labFile, read.labFile)
    if (gone === null) return show(name, textOf, ran, options)
    if (ran.labFile !== null) note(`${paintNote('yellow', 'warning:')} ${printable(gone)}`)
    return show(name, textOf, ran, options, gone)
  })
}

/**
 * Of a script that was run: that none of the namespaces stood at its end which its text makes, and what gives them; null
 * where one of them did, or the text makes none.
 */
function takenAway(name: string, ran: LabFile | null, read: LabFile | null): string | null {
  const made = namespacesOf(read)
  if (made.length === 0 ? ran !== null || read === null : namespacesOf(ran).length > 0) return null
  const [what, were] = made.length === 0 ? ['the network', 'was'] : [`the namespaces (${someOf(made)})`, 'were']
  return `When ${name} had ended, ${what} that its text makes ${were} not there. Without --run it is read, and the lab is the network as its text builds it.`
}

const namespacesOf = (lab: LabFile | null): readonly string[] =>
  Object.keys(lab?.namespaces ?? {}).filter((each) => each !== hostNamespace)

/** Names that one sentence holds. */
const named = 5
const someOf = (names: readonly string[]): string =>
  names.slice(0, named).join(', ') + (names.length > named ? ', ...' : '')

/** Bytes by which a file without a telling name is known. */
const lookedAt = 64 * 1024

const nouns: Readonly<Record<Foreign, string>> = {
  clab: 'a topology',
  kathara: 'a lab of Kathara',
  miniedit: 'a topology',
  script: 'a script',
}

/** What cannot be looked at is no folder; why not is said when it is read. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Of a lab that is a folder, what lies in it; of standard input nothing more than that is known. */
async function folderOf(
  from: Foreign,
  file: string,
  name: string,
  bytes: Uint8Array,
): Promise<Awaited<ReturnType<typeof readKatharaFolder>>> {
  if (from === 'kathara' && basename(file) === labConf)
    return readKatharaFolder(resolve(file), name.slice(0, -labConf.length), bytes)
  return { ok: true, folder: { prefix: '', files: new Map([[labConf, bytes]]), others: [], alone: true } }
}

function show(
  name: string,
  textOf: (file: string) => string,
  { labFile, notices, problems, followed }: Imported,
  { json }: CommonOptions,
  empty = `Nothing in ${name} makes a lab.`,
): ExitCode {
  if (!json) {
    for (const group of groupNotices(notices)) note(groupText(group, textOf(group.first.file)))
    for (const problem of problems) note(placelessText(problem))
    if (followed && followed.named > followed.understood) note(runInstead(name, followed))
  }
  const told = [
    ...notices.map(problemJson),
    // The lab has no text yet in which it could have a place.
    ...problems.map((problem) => problemJson({ ...problem, line: null, column: null })),
  ]
  const refused = (sentence: string): ExitCode => {
    const failed = failure('not-imported', sentence, name)
    if (!json) return fail(exitCode.usage, failed, {})
    printJson({ ok: false, error: failureJson(failed), problems: told })
    return exitCode.usage
  }
  if (labFile === null) {
    const unread = notices.some(({ severity }) => severity === 'error')
    return refused(unread ? `${name} cannot be read; no lab was made.` : empty)
  }
  if (problems.some(({ severity }) => severity === 'error'))
    return refused(`What ${name} makes is no valid lab; nothing was printed. Repair it there.`)
  const made = createLabText(labFile)
  if (json) printJson({ lab: labFile.name, text: made, problems: told })
  else printRaw(process.stdout.isTTY ? printable(made) : made)
  return exitCode.ok
}

/** Line numbers that are listed of one kind. */
const maxListed = 12

/** The first of its kind as any problem, the others by their lines. */
function groupText({ first, more }: NoticeGroup, text: string): string {
  const shown = problemText(first, text, paintNote)
  if (more.length === 0) return shown
  const lines = [...new Set(more.map(({ line }) => line))]
  const listed = lines.slice(0, maxListed).join(', ') + (lines.length > maxListed ? ', ...' : '')
  const where = `${lines.length === 1 ? 'line' : 'lines'} ${listed}`
  return `${shown}\n${paintNote('dim', `  and ${more.length} more like it, on ${where}`)}`
}

function runInstead(name: string, { understood, named }: NonNullable<Imported['followed']>): string {
  const sentence =
    `Only ${understood} of ${understood + named} commands of ${name} could be followed without running it; ` +
    'with --run it is run, in a sandbox of its own, and the lab is what it builds.'
  return `${paintNote('yellow', 'note')}  ${printable(sentence)}`
}

/** A problem of a lab that has no text yet: where it is says the path. */
function placelessText({ severity, message, hint, path }: Problem): string {
  const [colour, word] = severity === 'error' ? (['red', 'error'] as const) : (['yellow', 'warning'] as const)
  const place = message.startsWith(pathText(path)) ? '' : ` (${pathText(path)})`
  const head = `${paintNote(colour, word)}  ${printable(`${message}${place}`)}`
  return hint === null ? head : `${head}\n${paintNote('dim', `  ${printable(hint)}`)}`
}
