/**
 * `vethlab trace FILE|LAB --from NS --to ADDR`: one probe, its hops, and why it failed. With a file, in a fresh sandbox.
 *
 * `--json`: `{"lab":S,"probe":{"from":S,"to":S,"protocol":S,"port"?:N},"outcome":S,"rttUs":N|null,"ttl":N|null,"hops":[...],
 * "diagnosis":D|null}`; `incomplete: {dropped, beyond}` besides where frames are missing.
 */
import { version } from '../../package.json'
import { isAnswer, traceJson, tracePcap, type Trace } from '../core/diagnosis/trace.js'
import type { Failure } from '../core/rpc.js'
import { aimed } from './aim.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail } from './failure.js'
import { deployFresh, untilDeath } from './fresh-lab.js'
import { isLabFile, requireLab } from './lab-input.js'
import { paint, print, printJson } from './output.js'
import { OutputFile } from './output-file.js'
import { send, type ProbeOptions } from './probe.js'
import { findLab } from './running-labs.js'
import { traceText } from './trace-text.js'
import { misplacedUplink } from './uplink.js'

export interface TraceOptions extends ProbeOptions {
  /** File for the capture. */
  readonly pcapng?: string
  /** Every hop, however many. */
  readonly all?: boolean
}

export async function trace(argument: string, asked: TraceOptions): Promise<ExitCode> {
  const options = aimed(asked)
  if ('code' in options) return fail(exitCode.usage, options, asked)
  const misplaced = misplacedUplink(argument, options)
  if (misplaced !== null) return fail(exitCode.usage, misplaced, options)
  const isFile = isLabFile(argument)
  const output = OutputFile.named('--pcapng', 'capture', options.pcapng, isFile ? [argument] : [])
  if (output !== null && 'code' in output) return fail(exitCode.usage, output, options)
  return untilDeath(options, async () => {
    const traced = await (isFile ? ofFile(argument, options) : ofRunning(argument, options))
    return typeof traced === 'number' ? traced : show(traced, output, options)
  })
}

async function ofFile(file: string, options: TraceOptions): Promise<Trace | Failure | ExitCode> {
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  const fresh = await deployFresh(valid, options)
  if (typeof fresh === 'number') return fresh
  try {
    return await send(fresh.session, options)
  } finally {
    await fresh.end()
  }
}

async function ofRunning(name: string, options: TraceOptions): Promise<Trace | Failure | ExitCode> {
  const found = findLab(name)
  if (!found.ok) return fail(found.code, found.failure, options)
  const { attachTo } = await import('../session/running/attach.js')
  const attached = await attachTo(found.directory, found.lab)
  if (!attached.ok) return fail(exitCode.machine, attached.failure, options)
  try {
    return await send(attached.session, options)
  } finally {
    await attached.session.close()
  }
}

async function show(traced: Trace | Failure, output: OutputFile | null, options: TraceOptions): Promise<ExitCode> {
  if ('code' in traced) return fail(exitCode.usage, traced, options)
  const unwritable = (await output?.write(tracePcap(traced, `vethlab ${version}`))) ?? null
  if (unwritable !== null) return fail(exitCode.usage, unwritable, options)
  if (options.json) printJson(traceJson(traced))
  else print(traceText(traced, paint, options))
  return isAnswer(traced.outcome) ? exitCode.ok : exitCode.failed
}
