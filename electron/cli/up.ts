/**
 * `vethlab up FILE`: builds the lab and opens a shell in its host; leaving the shell takes the lab down. With `-d` a
 * keeper holds the lab in the background and the command returns.
 *
 * `--json` (with `-d`): `{"ok":true,"lab":S,"deployMs":N,"steps":N,"skipped":[{"text":S,"reason":S}],"pid":N}`.
 */
import { hostNamespace } from '../core/lab/lab.js'
import type { DeployReport } from '../core/rpc.js'
import { startInBackground } from '../session/running/background.js'
import { runtimeDirectory } from '../session/running/directory.js'
import { keepLab, type KeepStage } from '../session/running/keep.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { noteSkipped } from './fresh-lab.js'
import { own } from './interrupt.js'
import { requireLab, type ValidLab } from './lab-input.js'
import { note, paintNote, printable, printJson } from './output.js'
import { startProgress } from './progress.js'
import { runInside } from './run-inside.js'

export interface UpOptions extends CommonOptions {
  readonly detach?: boolean
}

const codeOf: Record<KeepStage, ExitCode> = {
  name: exitCode.usage,
  sandbox: exitCode.machine,
  deploy: exitCode.refused,
}

export async function up(file: string, options: UpOptions): Promise<ExitCode> {
  if (options.json && !options.detach) {
    return fail(
      exitCode.usage,
      failure('usage', '--json goes with -d: without it the terminal belongs to the shell in the lab.'),
      options,
    )
  }
  if (file === '-' && !options.detach) {
    return fail(
      exitCode.usage,
      failure('usage', 'A lab from standard input goes with -d: the shell in the lab needs the input.'),
      options,
    )
  }
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  return options.detach ? inBackground(valid, options) : inForeground(valid, options)
}

function startNote(
  { lab }: ValidLab,
  json: boolean | undefined,
): { readonly progress: (done: number, total: number, text: string) => void; end(): void } {
  const line = startProgress('Starting the sandbox ...', json)
  return {
    progress: (done, total, text) => line.show(`${lab.name}: step ${done} of ${total}: ${text}`),
    end: () => line.end(),
  }
}

async function inBackground(valid: ValidLab, options: UpOptions): Promise<ExitCode> {
  const { progress, end } = startNote(valid, options.json)
  let leave = (): void => {}
  const started = await startInBackground({
    lab: valid.labFile,
    file: valid.file,
    progress,
    owns: (giveUp) => void (leave = own(giveUp).leave),
  })
  end()
  leave()
  if (!started.ok) return fail(codeOf[started.stage], started.failure, options)
  const { entry, report } = started
  const { deployMs, steps, skipped } = report
  if (options.json) printJson({ ok: true, lab: entry.name, deployMs, steps, skipped, pid: entry.keeper.pid })
  else {
    noteSkipped(report)
    note(`${upText(entry.name, report)} in the background.`)
    note(`Enter it with: vethlab exec ${entry.name} ${hostNamespace}   Stop it with: vethlab down ${entry.name}`)
  }
  return exitCode.ok
}

const upText = (name: string, { deployMs, steps }: DeployReport): string =>
  `${paintNote('bold', name)} is up: ${steps} ${steps === 1 ? 'step' : 'steps'} in ${deployMs.toFixed(1)} ms,`

/** Exit code of a shell that SIGKILL ended (128 and its number). */
const killed = 137
/** The end of a sandbox is heard of within so many milliseconds of that of its processes. */
const deathLimitMs = 500

async function inForeground(valid: ValidLab, options: UpOptions): Promise<ExitCode> {
  const directory = runtimeDirectory()
  if (!directory.ok) return fail(exitCode.machine, directory.failure, options)
  const line = startNote(valid, options.json)
  let end = (): Promise<void> => Promise.resolve()
  const started = await keepLab({
    directory: directory.path,
    lab: valid.labFile,
    file: valid.file,
    progress: line.progress,
    owns: (free) => void (end = own(free).free),
  })
  line.end()
  if (!started.ok) {
    await end()
    return fail(codeOf[started.stage], started.failure, options)
  }
  const { entry, session, report } = started.kept
  noteSkipped(report)
  note(`${upText(entry.name, report)} until you leave this shell.`)
  const { anchor } = entry
  if (anchor === null) throw new Error('a lab that is up has an anchor')
  const died = session.ended.then(({ message }) => message)
  const shell = runInside({ lab: entry.name, anchor, namespace: hostNamespace }, [])
  let message = await Promise.race([shell, died])
  // A dying sandbox takes the shell along, and either may be heard of first.
  if (message === killed)
    message = await Promise.race([died, new Promise<number>((resolve) => setTimeout(resolve, deathLimitMs, killed))])
  await end()
  if (typeof message === 'string') return fail(exitCode.machine, failure('sandbox-died', message, 'sandbox'), options)
  note(printable(`${entry.name} is down.`))
  return exitCode.ok
}
