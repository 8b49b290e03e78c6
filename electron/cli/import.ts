/**
 * `vethlab import FILE --from clab|script`: a lab file made of what another tool reads, on stdout. The file is read,
 * never run; each part of it that no lab can say is a warning on stderr. Needs no privileges.
 */
import { importClab } from '../core/exchange/clab/from-clab.js'
import { importScript } from '../core/exchange/from-script.js'
import { groupNotices, type NoticeGroup } from '../core/exchange/groups.js'
import type { Imported } from '../core/exchange/imported.js'
import { pathText } from '../core/lab/describe.js'
import { createLabText } from '../core/lab/print.js'
import type { Problem } from '../core/lab/problem.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure } from './failure.js'
import { untilDeath } from './fresh-lab.js'
import { defaultSeconds, runScript } from './import-run.js'
import { problemText, readInput } from './lab-input.js'
import { note, paintNote, printable, printRaw } from './output.js'

export interface ImportOptions {
  readonly from: 'script' | 'clab'
  readonly run?: boolean
  readonly timeout?: number
}

export async function importLab(file: string, { from, run, timeout }: ImportOptions): Promise<ExitCode> {
  const misused = run
    ? from === 'clab'
      ? '--run goes with --from script: a topology is no program.'
      : null
    : timeout === undefined
      ? null
      : '--timeout goes with --run: without it nothing is run.'
  if (misused !== null) return fail(exitCode.usage, failure('usage', misused), {})
  const input = await readInput(file)
  if (!input.ok) return fail(exitCode.usage, input.failure, {})
  const { name, bytes } = input
  const read = from === 'clab' ? importClab(bytes, name) : importScript(bytes, name)
  // What is no text is no script either.
  if (!run || read.notices.some(({ severity }) => severity === 'error')) return show(name, bytes, read)
  return untilDeath({}, async () => {
    const ran = await runScript({ name, path: file, bytes, seconds: timeout ?? defaultSeconds })
    return typeof ran === 'number' ? ran : show(name, bytes, ran)
  })
}

function show(name: string, bytes: Uint8Array, { labFile, notices, problems, followed }: Imported): ExitCode {
  const text = new TextDecoder().decode(bytes)
  for (const group of groupNotices(notices)) note(groupText(group, text))
  for (const problem of problems) note(placelessText(problem))
  if (followed && followed.named > followed.understood) note(runInstead(name, followed))
  const refused = (sentence: string): ExitCode => fail(exitCode.usage, failure('not-imported', sentence, name), {})
  if (labFile === null) {
    const unread = notices.some(({ severity }) => severity === 'error')
    return refused(unread ? `${name} cannot be read; no lab was made.` : `Nothing in ${name} makes a lab.`)
  }
  if (problems.some(({ severity }) => severity === 'error'))
    return refused(`What ${name} makes is no valid lab; nothing was printed. Repair it there.`)
  const made = createLabText(labFile)
  printRaw(process.stdout.isTTY ? printable(made) : made)
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
