/** What is found on a machine, as `vethlab look --json` prints it. */
import type { NetworkName } from './networks.js'
import type { MachinePort } from './published.js'

export interface MachineName {
  readonly kind: 'container' | 'pod' | 'unit' | 'netns' | 'process'
  readonly engine: string | null
  readonly name: string
  readonly detail: string | null
}

export interface MachineInterface {
  readonly name: string
  readonly kind: string
  /** Empty for one without a hardware address. */
  readonly mac: string
  readonly mtu: number
  readonly up: boolean
  /** With their prefix lengths. */
  readonly addresses: readonly string[]
  readonly master: string | null
  /** The other end of a cable, where its namespace could be read. */
  readonly peer: { readonly id: string; readonly interface: string } | null
  /** Of a macvlan or ipvlan: whose cable it shares, where that namespace could be read. */
  readonly parent: { readonly id: string; readonly interface: string } | null
  /** The engine's network that this is the bridge of, or that a container is in by it. */
  readonly network: NetworkName | null
}

export interface MachineListener {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** Name of the program, where it could be found out. */
  readonly process: string | null
}

export interface MachineNamespace {
  /** As the link /proc/PID/ns/net says it. */
  readonly id: string
  /** Whoever looks stands in it: as a rule that of the machine's first process. */
  readonly default: boolean
  readonly names: readonly MachineName[]
  readonly readable: boolean
  readonly interfaces: readonly MachineInterface[]
  readonly listeners: readonly MachineListener[]
  /** By rules of a namespace that could be read. */
  readonly published: readonly MachinePort[]
}

export interface MachineView {
  /** There is more than what could be read. */
  readonly partial: boolean
  /** Why, and how to read it; null where nothing is missing. */
  readonly reason: string | null
  readonly namespaces: readonly MachineNamespace[]
}

/** The number in `net:[4026531833]`. */
export const namespaceId = (inode: number): string => `net:[${inode}]`

/** Longest name that is told (UTF-16 units): that of the longest path. */
const longestName = 4096

/** Names that say the most come first. */
const rank: Readonly<Record<MachineName['kind'], number>> = { container: 0, pod: 1, netns: 2, unit: 3, process: 4 }

/** Each once, bounded, in order. */
export function orderedNames(names: readonly MachineName[]): MachineName[] {
  const seen = new Map<string, MachineName>()
  for (const each of names) {
    const name = each.name.slice(0, longestName)
    const key = `${each.kind} ${each.engine ?? ''} ${name}`
    if (name !== '' && !seen.has(key)) seen.set(key, { ...each, name })
  }
  return [...seen.values()].toSorted((a, b) => rank[a.kind] - rank[b.kind])
}
