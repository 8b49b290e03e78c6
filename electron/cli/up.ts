/**
 * `vethlab up FILE`: builds the lab and opens a shell in its host; leaving the shell takes the lab down. With `-d` a
 * keeper holds the lab in the background and the command returns.
 *
 * `--json` (with `-d`): `{"ok":true,"lab":S,"deployMs":N,"steps":N,"pid":N}`;
 * with an uplink also `"uplink"`, what it gave the host: `{"interface":S,"address":S,"gateway":S,"nameserver":S,
 * "resolves":BOOL,"pingRefusedBy":S|null}`.
 */
import { hostNamespace } from '../core/lab/lab.js'
import type { DeployReport } from '../core/rpc.js'
import type { KeepStage } from '../session/running/keep.js'
import { startKeeper, type Keeper } from '../session/running/start-keeper.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { deployCode, fail, failure } from './failure.js'
import { isInterrupted, own, type Owned } from './interrupt.js'
import { requireLab, type ValidLab } from './lab-input.js'
import { note, paintNote, printJson } from './output.js'
import { startProgress } from './progress.js'
import { runInside } from './run-inside.js'
import { noteLost, notePlugged, noteUnplugged, unaskedUplink, type UplinkOptions } from './uplink.js'

import { upOnHost, type UpHostOptions } from './up-host.js'
import { vethlab } from '../session/own-command.js'

export interface UpOptions extends UpHostOptions, UplinkOptions {
  readonly detach?: boolean
  readonly host?: boolean
}

const codeOf: Record<Exclude<KeepStage, 'deploy'>, ExitCode> = { name: exitCode.usage, sandbox: exitCode.machine }

export async function up(file: string, options: UpOptions): Promise<ExitCode> {
  const misused = wrongTogether(options)
  if (misused) return fail(exitCode.usage, failure('usage', misused), options)
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
  if (options.host) return upOnHost(valid, options)
  const unasked = unaskedUplink(valid.lab, options)
  if (unasked !== null) return fail(exitCode.usage, unasked, options)
  noteUnplugged(valid.lab, options)
  return options.detach ? inBackground(valid, options) : inForeground(valid, options)
}

function wrongTogether({ host, detach, uplink, hostUplink, yes }: UpOptions): string | null {
  if (host && detach) return '--host goes without -d: on the machine itself a lab stands as long as its shell.'
  if (host && uplink)
    return '--uplink plugs a sandbox in; on the machine itself the way out is there, and --host-uplink chooses another.'
  if (host) return null
  if (hostUplink !== undefined) return '--host-uplink goes with --host: a sandbox has no interface of this machine.'
  return yes ? '--yes goes with --host: a sandbox changes nothing that one would have to agree to.' : null
}

/** Starts a keeper for the lab; failures are said, and the exit code comes back. */
async function start(
  { lab, labFile, file }: ValidLab,
  attached: boolean,
  options: UpOptions,
): Promise<{ readonly keeper: Keeper; readonly owned: Owned } | ExitCode> {
  const line = startProgress('Starting the sandbox ...', options.json)
  const owned: Owned[] = []
  const started = await startKeeper({
    lab: labFile,
    file,
    attached,
    uplink: options.uplink === true,
    progress: (done, total, text) => line.show(`${lab.name}: step ${done} of ${total}: ${text}`),
    owns: (giveUp) => void owned.push(own(giveUp)),
    uplinkLost: (failure) => noteLost(failure, options),
  })
  line.end()
  const [ownership] = owned
  if (ownership === undefined) throw new Error('a keeper is owned from the start')
  if (started.ok) {
    const { uplink } = started.keeper
    if (uplink !== null) notePlugged(uplink, options)
    return { keeper: started.keeper, owned: ownership }
  }
  // Whoever ended it knows why it did not come up.
  if (isInterrupted()) return new Promise(() => {})
  ownership.leave()
  const { stage, failure: refused } = started
  return fail(stage === 'deploy' ? deployCode(refused) : codeOf[stage], refused, options)
}

const upText = (name: string, { deployMs, steps }: DeployReport): string =>
  `${paintNote('bold', name)} is up: ${steps} ${steps === 1 ? 'step' : 'steps'} in ${deployMs.toFixed(1)} ms,`

async function inBackground(valid: ValidLab, options: UpOptions): Promise<ExitCode> {
  const started = await start(valid, false, options)
  if (typeof started === 'number') return started
  started.owned.leave()
  const { entry, report, uplink } = started.keeper
  const { deployMs, steps } = report
  const plugged = uplink === null ? {} : { uplink }
  if (options.json) printJson({ ok: true, lab: entry.name, deployMs, steps, pid: entry.keeper.pid, ...plugged })
  else {
    note(`${upText(entry.name, report)} in the background.`)
    note(
      `Enter it with: ${vethlab(`exec ${entry.name} ${hostNamespace}`)}   Stop it with: ${vethlab(`down ${entry.name}`)}`,
    )
  }
  return exitCode.ok
}

/** Exit code of a shell that SIGKILL ended (128 and its number). */
const killed = 137
/** The end of a keeper is heard of within so many milliseconds of that of its sandbox. */
const deathLimitMs = 1000

async function inForeground(valid: ValidLab, options: UpOptions): Promise<ExitCode> {
  const started = await start(valid, true, options)
  if (typeof started === 'number') return started
  const { entry, report, ended } = started.keeper
  note(`${upText(entry.name, report)} until you leave this shell.`)
  const { anchor } = entry
  if (anchor === null) throw new Error('a lab that is up has an anchor')
  const shell = runInside({ lab: entry.name, anchor, namespace: hostNamespace }, [])
  let end = await Promise.race([shell, ended])
  // A dying sandbox takes the shell along, and either may be heard of first.
  if (end === killed)
    end = await Promise.race([ended, new Promise<null>((resolve) => setTimeout(resolve, deathLimitMs, null))])
  await started.owned.free()
  if (typeof end === 'string') return fail(exitCode.machine, failure('sandbox-died', end, 'sandbox'), options)
  note(`${entry.name} is down.`)
  return exitCode.ok
}
