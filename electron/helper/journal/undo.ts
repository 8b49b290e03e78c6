/**
 * Undoes everything that a journal speaks of, as far as it is still what the lab made. Can be broken off at any moment
 * and begun again.
 */
import { hostNamespace } from '../../core/lab/lab.js'
import { stepText } from '../../core/plan/text.js'
import { commandLine } from '../../core/plan/shell-quote.js'
import type { KernelWorker } from '../kernel/client.js'
import { iptablesProgram } from '../host/iptables.js'
import { removeNetnsFile } from '../netns-files.js'
import { runIn } from '../run.js'
import { entryRoute, entryRule, type EntryOf } from './entry.js'
import type { Journal } from './file.js'
import { foldJournal, type Folded } from './fold.js'
import { undoSysctls } from './undo-sysctls.js'
import { undoTables } from './undo-tables.js'
import type { JournalWriter } from './writer.js'

export interface Undone {
  /** Commands that were taken back, in that order. */
  readonly undone: readonly string[]
  /** What was left alone because it is no longer what the lab made. */
  readonly kept: readonly string[]
  /** What should have gone and did not; the journal must stay. */
  readonly refused: readonly string[]
}

export class Undoing {
  readonly undone: string[] = []
  readonly kept: string[] = []
  readonly refused: string[] = []
}

/** @param writer of the same journal: part of the undo is written ahead as well */
export async function undoJournal(worker: KernelWorker, journal: Journal, writer: JournalWriter): Promise<Undone> {
  const made = foldJournal(journal.entries)
  const result = new Undoing()
  for (const rule of made.rules) await undoRule(rule, result)
  await undoTables(made, result)
  await undoKernel(worker, made, result)
  for (const { namespace, file, texts } of made.files.values()) {
    const text = stepText({ op: 'netns-file', namespace, file, text: null, before: null })
    const outcome = removeNetnsFile(namespace, file, texts)
    if (outcome === 'removed') result.undone.push(text)
    else if (outcome === 'kept') result.kept.push(text)
  }
  for (const program of made.programs) await undoProgram(program, result)
  undoSysctls(made, writer, result)
  return result
}

/** How iptables says that there is no such rule, or no such chain. */
const noSuchRule = /does a matching rule exist|No chain\/target\/match by that name|does not exist/

async function undoRule({ engine, family, table, chain, words }: EntryOf<'rule'>, result: Undoing): Promise<void> {
  const program = iptablesProgram(engine, family)
  const text = commandLine([program, '-t', table, '-D', chain, ...words])
  const ran = await runIn(hostNamespace, program, ['-w', '5', '-t', table, '-D', chain, ...words])
  if (ran.status === 0) result.undone.push(text)
  else if (!noSuchRule.test(ran.stderr))
    result.refused.push(`${text}: ${ran.stderr.trim() || `ended with ${ran.status}`}`)
}

async function undoKernel(worker: KernelWorker, made: Folded, result: Undoing): Promise<void> {
  const { undone } = await worker.request('undo', {
    policyRules: made.policyRules.map(entryRule),
    routes: made.routes.map(entryRoute),
    addresses: made.addresses.map(({ dev, address }) => ({ dev, address })),
    links: [...made.links].map(([name, macs]) => ({
      name,
      macs: [...macs],
      indexes: [...(made.indexes.get(name) ?? [])],
    })),
    namespaces: [...made.namespaces].map(([name, cookies]) => ({
      name,
      cookies: [...cookies],
      begun: made.begun.get(name) ?? 0,
    })),
  })
  for (const { step, outcome, words } of undone) {
    const text = stepText(step)
    if (outcome === 'undone') result.undone.push(text)
    else if (outcome === 'foreign') result.kept.push(words ?? text)
    else if (outcome === 'refused') result.refused.push(`${text}: ${words ?? 'refused'}`)
  }
}

/** These keep settings by the name of a link that is gone by now; that they no longer know it is what was wanted. */
async function undoProgram({ program, undo }: EntryOf<'program'>, result: Undoing): Promise<void> {
  const ran = await runIn(hostNamespace, program, undo)
  if (ran.status === 0) result.undone.push(commandLine([program, ...undo]))
}
