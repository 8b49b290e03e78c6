/** What a preflight knows, and what it finds. Finders are pure: they name the commands that prove what they say. */
import { hostNamespace, type Family, type Lab, type LabInterface, type LabNamespace } from '../lab/lab.js'
import type { LiveNamespace, LiveState } from '../live/state.js'
import { commandLine } from '../plan/shell-quote.js'
import type { Plan } from '../plan/step.js'
import type { Conflict, Uplink } from '../rpc.js'
import type { Own } from './own-view.js'
import { inEnglish, type Said } from '../words/said.js'

export type Engine = 'nft' | 'legacy'

/** A command and what it said. */
export interface Printed {
  readonly command: string
  readonly output: string
}

export interface HostFacts {
  /** As it was written, and as it is to be built here (`placeOnHost`). */
  readonly lab: Lab
  readonly placed: Lab
  readonly live: LiveState
  readonly own: Own
  readonly plan: Plan
  /** Every name in /run/netns, of whatever kind. */
  readonly names: readonly string[]
  /** The interface that was asked for as uplink, and what was found. */
  readonly wantedUplink: string | null
  readonly uplink: Uplink | null
  /** What `iptables` is on this machine. */
  readonly engine: Engine
  /** A sysctl of the machine, or null. */
  readonly sysctl: (key: string) => string | null
  /** Programs that manage networks, with how they said that they run. */
  readonly running: Partial<Record<'firewalld' | 'ufw' | 'networkManager' | 'networkd', Printed>>
  /** Configuration of systemd-networkd. */
  readonly networkFiles: readonly { readonly path: string; readonly text: string }[]
}

/** Something that a remedy does beside the lab's own steps. */
export type HostChange =
  | {
      readonly op: 'rule-insert'
      readonly family: Family
      readonly engine: Engine
      readonly program: string
      readonly table: string
      readonly chain: string
      readonly words: readonly string[]
    }
  | { readonly op: 'sysctl-set'; readonly key: string; readonly value: string; readonly before: string }
  | {
      readonly op: 'program'
      readonly program: 'nmcli' | 'firewall-cmd'
      readonly words: readonly string[]
      readonly undo: readonly string[]
    }

export interface Remedy {
  /** Before the lab's own steps, or when its links are there. */
  readonly when: 'before' | 'after'
  readonly changes: readonly HostChange[]
}

export interface CommandToRun {
  readonly program: string
  readonly words: readonly string[]
}

export interface Finding extends Omit<Conflict, 'evidence' | 'remedy'> {
  readonly evidence: readonly (Printed | CommandToRun)[]
  readonly remedy: Remedy | null
}

export type Finder = (facts: HostFacts) => Iterable<Finding>

export function changeText(change: HostChange): string {
  switch (change.op) {
    case 'rule-insert':
      return commandLine([change.program, ...tableWords(change.table), '-I', change.chain, ...change.words])
    case 'sysctl-set':
      return commandLine(['sysctl', '-w', `${change.key}=${change.value}`])
    case 'program':
      return commandLine([change.program, ...change.words])
  }
}

export function changeUndoText(change: HostChange): string {
  switch (change.op) {
    case 'rule-insert':
      return commandLine([change.program, ...tableWords(change.table), '-D', change.chain, ...change.words])
    case 'sysctl-set':
      return commandLine(['sysctl', '-w', `${change.key}=${change.before}`])
    case 'program':
      return commandLine([change.program, ...change.undo])
  }
}

const tableWords = (table: string): string[] => (table === 'filter' ? [] : ['-t', table])

export const hostOf = ({ live }: { readonly live: LiveState }): LiveNamespace | undefined =>
  live.namespaces.find(({ name }) => name === hostNamespace)

const nobody: readonly LabInterface[] = []

/** The lab's interfaces on the machine itself, without `lo`. */
export const hostInterfaces = (lab: Lab): readonly LabInterface[] =>
  lab.namespaces.get(hostNamespace)?.interfaces.filter(({ kind }) => kind !== 'loopback') ?? nobody

export const labHost = (lab: Lab): LabNamespace | undefined => lab.namespaces.get(hostNamespace)

/** Stable while the host and the lab are what they are. */
export const finding = (
  severity: Conflict['severity'],
  code: string,
  where: string,
  said: Said,
  evidence: Finding['evidence'],
  remedy: Remedy | null = null,
): Finding => ({ id: `${code}:${where}`, code, severity, where, message: inEnglish(said), said, evidence, remedy })
