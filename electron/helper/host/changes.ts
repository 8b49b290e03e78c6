/** Carries out a remedy: each change is written into the journal before it is made, and undone with the lab. */
import { writeFileSync } from 'node:fs'
import { hostNamespace } from '../../core/lab/lab.js'
import { sysctlPath } from '../../core/lab/sysctl.js'
import { changeText, type HostChange } from '../../core/host/facts.js'
import type { JournalEntry } from '../journal/entry.js'
import { runIn } from '../run.js'
import { iptablesProgram } from './iptables.js'

export interface Carried {
  readonly text: string
  /** Null where it was done. */
  readonly output: string | null
}

export function entryOf(change: HostChange): JournalEntry {
  switch (change.op) {
    case 'rule-insert': {
      const { family, engine, table, chain, words } = change
      return { op: 'rule', family, engine, table, chain, words: [...words] }
    }
    case 'sysctl-set':
      return { op: 'sysctl', key: change.key, value: change.value, before: change.before, others: {} }
    case 'program':
      return { op: 'program', program: change.program, undo: [...change.undo] }
  }
}

/** @param write puts an entry into the journal; what it throws is the change's refusal */
export async function carryOutChange(change: HostChange, write: (entry: JournalEntry) => void): Promise<Carried> {
  const text = changeText(change)
  try {
    write(entryOf(change))
    return { text, output: await make(change) }
  } catch (error) {
    return { text, output: error instanceof Error ? error.message : String(error) }
  }
}

async function make(change: HostChange): Promise<string | null> {
  if (change.op === 'sysctl-set') {
    writeFileSync(`/proc/sys/${sysctlPath(change.key) ?? ''}`, `${change.value}\n`)
    return null
  }
  const [program, words] =
    change.op === 'program'
      ? [change.program, change.words]
      : [
          iptablesProgram(change.engine, change.family),
          ['-w', '5', '-t', change.table, '-I', change.chain, ...change.words],
        ]
  const ran = await runIn(hostNamespace, program, words)
  return ran.status === 0 ? null : ran.stderr.trim() || ran.stdout.trim() || `ended with ${ran.status}`
}
