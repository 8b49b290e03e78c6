/** Why a probe did not get through: one cause, its proof in the kernel's words, and what repairs it. */
import type { Message } from './words.js'

export const diagnosisCodes = [
  'no-route',
  'no-return-route',
  'gateway-unreachable',
  'forwarding-off',
  'interface-down',
  'peer-down',
  'no-address',
  'no-lease',
  'wrong-prefix',
  'duplicate-address',
  'duplicate-subnet',
  'neighbour-failed',
  'not-a-bridge-port',
  'firewall-drop',
  'firewall-reject',
  'rp-filter',
  'ttl-exceeded',
  'mtu',
  'nat-missing',
  'nat-wrong-interface',
  'bridge-netfilter',
  'port-closed',
  'local-down',
  'no-such-address',
  'duplicate-mac',
  'stp-blocking',
  'loop',
  'route-blocked',
  'policy-rule',
  'vrf-leak-missing',
  'bond-no-member',
  'address-on-port',
  'same-subnet-apart',
  'arp-off',
  'ipv6-off',
  'own-gateway',
  'wrong-gateway',
  'tunnel-mismatch',
  'hairpin',
  'asymmetric',
  'wrong-source',
  'dnat-loopback',
  'port-setting',
  'port-isolated',
  'vlan-mismatch',
  'unplugged',
  'impaired',
  'tunnel-mtu',
  'tunnel-unreachable',
  'wireguard-no-handshake',
  'wireguard-not-allowed',
  'fdb-entry',
  'conntrack-full',
  'untracked',
  'name-unresolved',
  'program-on-path',
  'unknown',
] as const
export type DiagnosisCode = (typeof diagnosisCodes)[number]

/** What a command printed, or what was read where a command would have read it; never edited. */
export interface Evidence {
  readonly command: string
  readonly output: string
}

/** A cause within a cause. */
export interface Inside {
  readonly code: DiagnosisCode
  readonly cause: string
  readonly message: Message
}

export interface Diagnosis {
  readonly code: DiagnosisCode
  readonly namespace: string | null
  readonly interface: string | null
  /** One sentence, in English. */
  readonly cause: string
  /** The same sentence by its key in the catalogue. */
  readonly message: Message
  readonly evidence: readonly Evidence[]
  /** Commands as typed in the lab's host, in order; null where no change of the lab would help for certain. */
  readonly fix: {
    readonly namespace: string
    readonly commands: readonly string[]
    /** It was carried out, the probe got further, and all was put back: so it will help. */
    readonly tried: boolean
  } | null
  /** What was looked at and is not the cause, in English, and by key. */
  readonly ruledOut: readonly string[]
  readonly ruledOutMessages: readonly Message[]
  /** Of a tunnel whose own packets end on their way: why those do. */
  readonly inside?: Inside
}
