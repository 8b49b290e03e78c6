/**
 * `vethlab up FILE --host`: builds the lab on the machine itself, after it has said what that changes and what stands in
 * the way; then a shell there, and leaving it takes the lab down. Needs root, for which it never asks by itself.
 */
import { createInterface } from 'node:readline/promises'
import type { LeftBehind, Params, Results } from '../core/rpc.js'
import { hostShell } from '../session/host-shell.js'
import { isRoot, startRootHelper } from '../session/root-helper.js'
import type { Session } from '../session/session.js'
import { rootCommand } from '../session/sudo.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { deployCode, fail, failure, type CommonOptions } from './failure.js'
import { ask, untilDeath, untilEnd } from './fresh-lab.js'
import { own } from './interrupt.js'
import type { ValidLab } from './lab-input.js'
import { tellPreflight } from './host-plan-text.js'
import { note, paintNote, printable } from './output.js'
import { startProgress } from './progress.js'
import { runShell } from './run-inside.js'
import { noteSilence } from './silence.js'
import { vethlab } from '../session/own-command.js'

export interface UpHostOptions extends CommonOptions {
  readonly hostUplink?: string
  readonly yes?: boolean
}

export async function upOnHost(valid: ValidLab, options: UpHostOptions): Promise<ExitCode> {
  const { file } = valid
  const words = [
    'up',
    file,
    '--host',
    ...(options.hostUplink ? ['--host-uplink', options.hostUplink] : []),
    ...(options.yes ? ['--yes'] : []),
  ]
  if (!isRoot())
    return fail(
      exitCode.machine,
      failure('needs-root', `A lab on the machine itself needs administrator rights. Type: ${rootCommand(words)}`),
      options,
    )
  const started = await startRootHelper()
  if (!started.ok) return fail(exitCode.machine, started.failure, options)
  const { session } = started
  const owned = own(() => session.close())
  try {
    return await untilDeath(options, () => onHost(session, valid, options))
  } finally {
    await owned.free()
  }
}

async function onHost(session: Session, valid: ValidLab, options: UpHostOptions): Promise<ExitCode> {
  const { lab } = valid
  if (session.left) return fail(exitCode.usage, leftFailure(session.left), options)
  const agreed = await agree(session, valid, options)
  if (typeof agreed === 'number') return agreed
  const progress = startProgress('Building the lab ...')
  const stop = session.on('deploy/progress', ({ done, total, text }) =>
    progress.show(`${lab.name}: step ${done} of ${total}: ${text}`),
  )
  let applied: Results['lab/apply']
  try {
    applied = await ask(session, 'lab/apply', agreed)
  } finally {
    stop()
    progress.end()
  }
  if (!applied.ok && applied.failure.code === 'plan-changed' && !options.yes) {
    note(printable(applied.failure.message))
    return onHost(session, valid, options)
  }
  if (!applied.ok) return fail(deployCode(applied.failure), applied.failure, options)
  const { steps, deployMs } = applied
  note(
    `${paintNote('bold', lab.name)} is up on this machine: ${steps} steps in ${deployMs.toFixed(1)} ms, until you leave this shell.`,
  )
  // The shell has the terminal: what happens to the helper meanwhile is said at once, not when the shell is left.
  const stopNoting = noteSilence(session)
  void session.ended.then(({ reason, message }) => reason === 'died' && note(printable(message)))
  await runShell(hostShell(lab.name)).finally(stopNoting)
  const cleared = await ask(session, 'lab/clear', {})
  if (!cleared.ok) return fail(exitCode.refused, cleared.failure, options)
  tellDown(lab.name, cleared)
  return exitCode.ok
}

/** Shows everything that will run, and asks; what was agreed to is that and nothing else, however long it took. */
async function agree(
  session: Session,
  { labFile: lab }: ValidLab,
  options: UpHostOptions,
): Promise<Params<'lab/apply'> | ExitCode> {
  const uplink = options.hostUplink === undefined ? {} : { uplink: options.hostUplink }
  const looked = await ask(session, 'host/preflight', { lab, ...uplink })
  if (!looked.ok) return fail(exitCode.usage, looked.failure, options)
  const { preflight } = looked
  tellPreflight(preflight)
  const stuck = preflight.conflicts.find(({ severity, remedy }) => severity === 'blocks' && remedy === null)
  if (stuck)
    return fail(
      exitCode.usage,
      failure(stuck.code, 'Nothing was changed: see what stands in the way above.', stuck.where),
      options,
    )
  const says = untilEnd(session, isAgreed(options))
  if (!(await says)) return fail(exitCode.usage, failure('not-agreed', 'Nothing was changed.'), options)
  const remedies = preflight.conflicts.flatMap(({ id, remedy }) => (remedy ? [id] : []))
  return { lab, former: 'standing', remedies, shown: preflight.shown, ...uplink }
}

/** Says no more than was compared. */
function tellDown(name: string, { kept, differs }: Extract<Results['lab/clear'], { readonly ok: true }>): void {
  for (const text of kept) note(`${paintNote('yellow', 'left alone:')} ${printable(text)}.`)
  if (differs?.length === 0) return note(`${name} is down; this machine is as it was.`)
  note(`${name} is down.`)
  if (differs === null) return
  note('Since it was built, this has changed on this machine (- before, + now):')
  for (const line of differs) note(printable(`  ${line}`))
}

const leftFailure = ({ lab, kept }: LeftBehind) =>
  failure(
    'left-behind',
    `The lab ${lab} ${kept ? 'was kept' : 'was left'} on this machine by an earlier session. Undo it first with: ${vethlab('recover')}`,
    lab,
  )

/** Without a terminal only `--yes` is a yes. */
async function isAgreed({ yes }: UpHostOptions): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) {
    note('Nobody is there to ask; say --yes to go on.')
    return false
  }
  const line = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await line.question('Go on? [y/N] ')).trim())
  } finally {
    line.close()
  }
}
