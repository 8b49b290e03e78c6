/**
 * `vethlab state FILE|LAB`: what the kernel has. `--json` prints the live state as `core/live/state.ts` describes it;
 * `--as lab` prints a lab file that would build it, with `--json` as `{"lab":S,"text":S,"unexpressed":[S]}`.
 */
import { inEnglish } from '../core/words/said.js'
import { createLabText } from '../core/lab/print.js'
import type { LiveState } from '../core/live/state.js'
import { labFromLive } from '../core/plan/read-back.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail } from './failure.js'
import { ask, deployFresh, untilDeath } from './fresh-lab.js'
import { isLabFile, requireLab } from './lab-input.js'
import { note, paint, paintNote, print, printable, printJson, printRaw } from './output.js'
import { findLab } from './running-labs.js'
import { stateText } from './state-text.js'
import { misplacedUplink, type UplinkOptions } from './uplink.js'

export interface StateOptions extends UplinkOptions {
  readonly as?: 'lab'
}

export async function state(argument: string, options: StateOptions): Promise<ExitCode> {
  const misplaced = misplacedUplink(argument, options)
  if (misplaced !== null) return fail(exitCode.usage, misplaced, options)
  return untilDeath(options, () => (isLabFile(argument) ? ofFile(argument, options) : ofRunning(argument, options)))
}

async function ofFile(file: string, options: StateOptions): Promise<ExitCode> {
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  const fresh = await deployFresh(valid, options)
  if (typeof fresh === 'number') return fresh
  let live: LiveState
  try {
    live = (await ask(fresh.session, 'live/refresh', {})).live
  } finally {
    await fresh.end()
  }
  return show(live, valid.lab.name, options)
}

async function ofRunning(name: string, options: StateOptions): Promise<ExitCode> {
  const found = findLab(name)
  if (!found.ok) return fail(found.code, found.failure, options)
  const { attachTo } = await import('../session/running/attach.js')
  const attached = await attachTo(found.directory, found.lab)
  if (!attached.ok) return fail(exitCode.machine, attached.failure, options)
  const { session } = attached
  try {
    return show((await ask(session, 'live/refresh', {})).live, name, options)
  } finally {
    await session.close()
  }
}

function show(live: LiveState, name: string, options: StateOptions): ExitCode {
  if (options.as === 'lab') {
    const { lab, unexpressed: said } = labFromLive(live, name)
    const unexpressed = said.map(inEnglish)
    const text = createLabText(lab)
    if (options.json) printJson({ lab: name, text, unexpressed })
    else {
      for (const each of unexpressed) note(printable(`${paintNote('yellow', 'not in the file:')} ${each}`))
      printRaw(process.stdout.isTTY ? printable(text) : text)
    }
  } else if (options.json) printJson(live)
  else print(stateText(live, paint))
  return exitCode.ok
}
