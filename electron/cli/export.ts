/**
 * `vethlab export FILE --to script|clab`: a lab for another tool, on stdout. What the other form has no words for is
 * named on stderr, a line each. Needs no privileges.
 *
 * `--json`: `{"lab":S,"text":S,"unexpressed":[S]}`.
 */
import { exportClab } from '../core/exchange/clab/to-clab.js'
import { exportScript } from '../core/exchange/to-script.js'
import { exitCode, type ExitCode } from './exit-code.js'
import type { CommonOptions } from './failure.js'
import { requireLab } from './lab-input.js'
import { note, paintNote, printable, printJson, printRaw } from './output.js'

export interface ExportOptions extends CommonOptions {
  readonly to: 'script' | 'clab'
}

export async function exportLab(file: string, { to, ...options }: ExportOptions): Promise<ExitCode> {
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  const { text, leftBehind } = to === 'clab' ? exportClab(valid.lab) : exportScript(valid.lab)
  if (options.json) {
    printJson({ lab: valid.lab.name, text, unexpressed: leftBehind })
    return exitCode.ok
  }
  for (const each of leftBehind) note(`${paintNote('yellow', 'not in the output:')} ${printable(each)}`)
  printRaw(process.stdout.isTTY ? printable(text) : text)
  return exitCode.ok
}
