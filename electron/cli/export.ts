/**
 * `vethlab export FILE --to script|clab`: a lab for another tool, on stdout. What the other form has no words for is
 * named on stderr, a line each. Needs no privileges.
 */
import { exportClab } from '../core/exchange/clab/to-clab.js'
import { exportScript } from '../core/exchange/to-script.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { requireLab } from './lab-input.js'
import { note, paintNote, printable, printRaw } from './output.js'

export interface ExportOptions {
  readonly to: 'script' | 'clab'
}

export async function exportLab(file: string, { to }: ExportOptions): Promise<ExitCode> {
  const valid = await requireLab(file, {})
  if (typeof valid === 'number') return valid
  const { text, leftBehind } = to === 'clab' ? exportClab(valid.lab) : exportScript(valid.lab)
  for (const each of leftBehind) note(`${paintNote('yellow', 'not in the output:')} ${printable(each)}`)
  printRaw(process.stdout.isTTY ? printable(text) : text)
  return exitCode.ok
}
