/** What a lab will do on the machine itself, in full: every command, what undoes it, and what stands in the way. */
import type { Conflict, Preflight } from '../core/rpc.js'
import { note, paintNote, printable } from './output.js'

export function tellPreflight({ first, plan, conflicts, uplink }: Preflight): void {
  if (first.length > 0) {
    note(paintNote('bold', 'First the lab that stands there is taken down:'))
    for (const text of first) note(printable(`  ${text}`))
  }
  const onHost = plan.filter((line) => line.onHost)
  const inside = plan.filter((line) => !line.onHost)
  note(paintNote('bold', 'On this machine itself these commands will be carried out:'))
  for (const line of onHost) tellLine(line)
  if (inside.length > 0) {
    note(paintNote('bold', "And these inside the lab's namespaces, which are gone with them:"))
    for (const line of inside) tellLine(line)
  }
  if (uplink) note(printable(`The lab's eth0 is ${uplink.name} here (${uplink.addresses.join(', ') || 'no address'}).`))
  for (const conflict of conflicts) tellConflict(conflict)
}

function tellLine({ text, undo }: Preflight['plan'][number]): void {
  const back = undo.length > 0 ? `   # undone by: ${undo.join('; ')}` : ''
  note(`  ${printable(text)}${paintNote('dim', printable(back))}`)
}

function tellConflict({ severity, message, evidence, remedy }: Conflict): void {
  note('')
  note(
    `${severity === 'blocks' ? paintNote('red', 'In the way:') : paintNote('yellow', 'Note:')} ${printable(message)}`,
  )
  for (const { command, output } of evidence)
    for (const line of [`$ ${command}`, ...output.split('\n')]) note(paintNote('dim', printable(`    ${line}`)))
  if (!remedy) return
  note('  Carried out with the lab:')
  for (const command of remedy.commands) note(printable(`    ${command}`))
  note('  Taken back with it:')
  for (const command of remedy.undo) note(printable(`    ${command}`))
}
