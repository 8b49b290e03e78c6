/** All that a diagnosis may look at: the film of the failed probe, the live state, the lab, and what was counted. */
import type { Lab } from '../lab/lab.js'
import type { Outcome } from '../lab/schema.js'
import type { LiveState } from '../live/state.js'
import type { TracedHop } from '../packet/hop.js'
import type { Death } from './death.js'
import type { Network } from './network.js'

export interface ProbeFacts {
  readonly from: string
  /** Address. */
  readonly target: string
  readonly protocol: 'icmp' | 'tcp' | 'udp'
  readonly port: number | null
  /** TTL that was asked for; null: the namespace's own default. */
  readonly ttl: number | null
  /** Bytes of payload; null: as many as `ping` sends, or none. */
  readonly size: number | null
  readonly outcome: Outcome
  /** The kernel's words for the end, as ping prints them. */
  readonly message: string | null
}

/** Who and where a packet was when a rule looked at it. */
export interface RulePacket {
  readonly src: string
  readonly dst: string
  /** `icmp`, `tcp`, `udp`, `icmpv6`, or a number; `arp` for its questions and answers. */
  readonly protocol: string
  /** Of tcp and udp. */
  readonly ports: { readonly src: number; readonly dst: number } | null
  /** Of icmp and icmpv6; `id` of echoes only. */
  readonly icmp: { readonly type: number; readonly id: number | null } | null
}

/** What one rule, or a chain's policy, decided about a packet. */
export interface RuleVerdict {
  readonly namespace: string
  readonly engine: 'nft' | 'legacy'
  readonly family: 'inet' | 'ip' | 'ip6' | 'bridge' | 'arp' | 'netdev'
  readonly table: string
  readonly chain: string
  /** As iptables-save spells it for tables of iptables, else as nft lists it; null: the chain's policy. */
  readonly rule: string | null
  /** nft's number of the rule. */
  readonly handle: number | null
  /** Place within its chain, from 1; null for a policy, or where it is not known. */
  readonly position: number | null
  /** `continue` of rules that let it go on and changed what becomes of it. */
  readonly verdict: string
  /** Null for legacy rules: counters do not name packets. */
  readonly packet: RulePacket | null
  /** Interfaces by name. */
  readonly iif: string | null
  readonly oif: string | null
}

export interface Scene {
  readonly probe: ProbeFacts
  readonly hops: readonly TracedHop[]
  readonly live: LiveState
  readonly network: Network
  readonly lab: Lab | null
  /** Where the packet was last, and what became of it; null where the film does not say. */
  readonly death: Death | null
  /** By how much counters moved, by namespace and name (nstat(8)). */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly verdicts: readonly RuleVerdict[]
}
