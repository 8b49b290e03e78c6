/** What a fix may consist of: steps of a plan, and the few changes that no lab file has words for. */
import { hostNamespace } from '../lab/lab.js'
import type { Family } from '../lab/lab.js'
import type { LiveNeighbour } from '../live/state.js'
import { execWithin } from '../plan/exec-within.js'
import { commandLine } from '../plan/shell-quote.js'
import type { Step } from '../plan/step.js'
import { stepText } from '../plan/text.js'
import { undoOf } from '../plan/undo.js'

/** A rule of iptables by value, whoever made it. */
export interface SavedRule {
  readonly namespace: string
  readonly engine: 'nft' | 'legacy'
  readonly family: Family
  readonly table: string
  readonly chain: string
  /** As iptables-save spells it behind `-A CHAIN`. */
  readonly rule: string
  /** Place in its chain, from 1. */
  readonly position: number
}

export interface NftRule {
  readonly namespace: string
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly handle: number
  /** As nft lists it. */
  readonly rule: string
  /** Place in its chain, from 1. */
  readonly position: number
}

export type RepairStep =
  | Step
  /** A link-layer address that the kernel had learned, and will learn again. */
  | {
      readonly op: 'neighbour-forget'
      readonly namespace: string
      readonly dev: string
      readonly address: string
    }
  | ({ readonly op: 'saved-rule-delete' | 'saved-rule-insert' } & SavedRule)
  | ({ readonly op: 'nft-rule-delete' } & NftRule)
  | ({ readonly op: 'nft-rule-insert' } & Omit<NftRule, 'handle'>)
  /** What a port of a bridge floods, learns, or keeps to itself. */
  | {
      readonly op: 'port-flag'
      readonly namespace: string
      readonly name: string
      readonly flag: string
      readonly on: boolean
    }
  /** Makes a bridge forget behind which ports it has heard whom. */
  | { readonly op: 'fdb-flush'; readonly namespace: string; readonly name: string }
  /** An entry of a bridge's forwarding database that somebody wrote. */
  | {
      readonly op: 'fdb-delete' | 'fdb-add'
      readonly namespace: string
      readonly name: string
      readonly mac: string
      readonly kind: 'static' | 'permanent'
      /** It does not move to where the station is heard. */
      readonly sticky: boolean
    }

export interface Repair {
  readonly namespace: string
  readonly steps: readonly RepairStep[]
}

/** Makes a namespace ask again for a link-layer address; what somebody has set is put back on undo. */
export function forgetNeighbour(
  namespace: string,
  { dev, address, family, mac, state }: Pick<LiveNeighbour, 'dev' | 'address' | 'family' | 'mac' | 'state'>,
): RepairStep {
  return state === 'PERMANENT' && mac !== null
    ? { op: 'neighbour-delete', namespace, neighbour: { family, address, dev, mac } }
    : { op: 'neighbour-forget', namespace, dev, address }
}

/** A program with its arguments, for steps that no other engine carries out. */
export interface RepairCommand {
  readonly program: string
  readonly arguments: readonly string[]
}

/** Words of an iptables-save rule; it quotes comments and the like with double quotes. */
function ruleWords(rule: string): string[] {
  return [...rule.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) =>
    match[1] === undefined ? (match[2] ?? '') : match[1].replace(/\\(.)/g, '$1'),
  )
}

/** The command behind a step; null for steps of a plan. */
export function repairCommand(step: RepairStep): RepairCommand | null {
  switch (step.op) {
    case 'neighbour-forget':
      return { program: 'ip', arguments: ['neigh', 'del', step.address, 'dev', step.dev] }
    case 'saved-rule-delete':
    case 'saved-rule-insert': {
      const name = step.family === 'ipv4' ? 'iptables' : 'ip6tables'
      const program = step.engine === 'legacy' ? `${name}-legacy` : name
      const place = step.op === 'saved-rule-delete' ? ['-D', step.chain] : ['-I', step.chain, String(step.position)]
      return { program, arguments: ['-t', step.table, ...place, ...ruleWords(step.rule)] }
    }
    case 'nft-rule-delete':
      return {
        program: 'nft',
        arguments: ['delete', 'rule', step.family, step.table, step.chain, 'handle', String(step.handle)],
      }
    case 'nft-rule-insert': {
      const place = step.position > 1 ? ['add', 'rule'] : ['insert', 'rule']
      const after = step.position > 1 ? ['index', String(step.position - 2)] : []
      return { program: 'nft', arguments: [...place, step.family, step.table, step.chain, ...after, step.rule] }
    }
    case 'port-flag':
      return { program: 'bridge', arguments: ['link', 'set', 'dev', step.name, step.flag, step.on ? 'on' : 'off'] }
    case 'fdb-flush':
      return { program: 'ip', arguments: ['link', 'set', 'dev', step.name, 'type', 'bridge', 'fdb_flush'] }
    case 'fdb-delete':
      return { program: 'bridge', arguments: ['fdb', 'del', step.mac, 'dev', step.name, 'master'] }
    case 'fdb-add':
      return {
        program: 'bridge',
        arguments: [
          'fdb',
          'replace',
          step.mac,
          'dev',
          step.name,
          'master',
          step.kind,
          ...(step.sticky ? ['sticky'] : []),
        ],
      }
    default:
      return null
  }
}

/** The step as typed in the lab's host. */
export function repairText(step: RepairStep): string {
  const command = repairCommand(step)
  if (command === null) return stepText(step as Step)
  const { program, arguments: words } = command
  if (step.namespace === hostNamespace) return commandLine([program, ...words])
  if (program === 'ip') return commandLine(['ip', '-n', step.namespace, ...words])
  return commandLine([...execWithin(step.namespace), program, ...words])
}

/** The steps that take one back, in order. What the kernel had learned by itself it will learn again. */
export function undoRepair(step: RepairStep): RepairStep[] {
  switch (step.op) {
    case 'neighbour-forget':
      return []
    case 'saved-rule-delete':
      return [{ ...step, op: 'saved-rule-insert' }]
    case 'saved-rule-insert':
      return [{ ...step, op: 'saved-rule-delete' }]
    case 'nft-rule-delete':
      return [{ ...step, op: 'nft-rule-insert' }]
    case 'nft-rule-insert':
      // Its number is the kernel's to give: whoever adds it knows how to take it away.
      return []
    case 'port-flag':
      return [{ ...step, on: !step.on }]
    case 'fdb-flush':
      return []
    case 'fdb-delete':
      return [{ ...step, op: 'fdb-add' }]
    case 'fdb-add':
      return [{ ...step, op: 'fdb-delete' }]
    default:
      return undoOf(step)
  }
}
