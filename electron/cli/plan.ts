/**
 * `vethlab plan FILE`: the exact commands, in order; `--script` as a script to run. Needs no privileges.
 *
 * `--json`: `{"lab":S,"steps":[{"namespace":S,"command":S,"undo":[S]}]}`, with `--script` also `"script":S`.
 */
import { diff } from '../core/plan/diff.js'
import { emptyLive } from '../core/plan/empty.js'
import { planScript, planText } from '../core/plan/script.js'
import { stepText } from '../core/plan/text.js'
import { exitCode, type ExitCode } from './exit-code.js'
import type { CommonOptions } from './failure.js'
import { requireLab } from './lab-input.js'
import { printable, printJson, printRaw } from './output.js'

export interface PlanOptions extends CommonOptions {
  readonly script?: boolean
}

export async function plan(file: string, options: PlanOptions): Promise<ExitCode> {
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  const steps = diff(valid.lab, emptyLive())
  const script = options.script ? planScript(valid.lab, steps) : null
  if (options.json) {
    const listed = steps.map(({ step, text, undo }) => ({
      namespace: step.namespace,
      command: text,
      undo: undo.map(stepText),
    }))
    printJson({ lab: valid.lab.name, steps: listed, ...(script === null ? {} : { script }) })
  } else {
    const text = script ?? planText(steps)
    printRaw(process.stdout.isTTY ? printable(text) : text)
  }
  return exitCode.ok
}
