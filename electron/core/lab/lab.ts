/**
 * A lab in the form the planner and the canvas work on: every default written out, every address canonical,
 * bridges, tunnels and veth ends all interfaces of one namespace. Made from a valid `LabFile` by `normalise`.
 */
import type { ConnectionState, FilterRuleEntry, GuideStep, NatPart, Outcome, Text, NoteEntry } from './schema.js'

import type { LabDnsmasq } from './dnsmasq.js'
import type { NetnsTexts } from './netns-files.js'
import type { bondModes, ipvlanModes, macvlanModes } from './schema.js'
import type { RulesetKind } from './ruleset/refusal.js'
import type { LabTunnel, TunnelKind } from './tunnel.js'

/** The reserved name of the lab's default namespace. */
export const hostNamespace = 'host'

export type Family = 'ipv4' | 'ipv6'

export interface Endpoint {
  readonly namespace: string
  readonly interface: string
}

/** What slows or loses frames on their way out of an interface. */
export interface Impair {
  /** Microseconds. */
  readonly delayUs: number | null
  /** How far the delay varies to both sides, microseconds; only with a delay. */
  readonly jitterUs?: number
  /** Per cent, 0..100. */
  readonly lossPercent: number | null
  /** Of frames that are sent twice, that have one bit wrong, and that overtake the delay; per cent, 0..100. */
  readonly duplicatePercent?: number
  readonly corruptPercent?: number
  readonly reorderPercent?: number
  /** Bits per second. */
  readonly rateBit: number | null
}

/** What `ip link set` may say of any interface besides; switches are 0 or 1, `txqueuelen` counts frames. */
export const linkSettings = ['multicast', 'promisc', 'arp', 'txqueuelen', 'group'] as const
export type LinkSetting = (typeof linkSettings)[number]
export type LinkSettings = Readonly<Partial<Record<LinkSetting, number>>>

interface InterfaceCommon {
  readonly name: string
  /** Canonical `address/prefix-length`, host bits kept, in file order. */
  readonly addresses: readonly string[]
  /** Lower case, or null: the kernel chooses. */
  readonly mac: string | null
  /** Bytes, or null: the kernel's default for the kind. */
  readonly mtu: number | null
  readonly up: boolean
  /** The bridge of the same namespace that this interface is a port of. */
  readonly master: string | null
  /** The VRF of the same namespace that it is a member of. An interface has one master. */
  readonly vrf?: string
  /** The bond of the same namespace that it is a member of. */
  readonly bond?: string
  /** What the file says; absent where it says nothing. */
  readonly linkSettings?: LinkSettings
}

export type LabInterface =
  | (InterfaceCommon & { readonly kind: 'loopback' })
  | (InterfaceCommon & { readonly kind: 'veth'; readonly peer: Endpoint; readonly impair: Impair | null })
  | (InterfaceCommon & LabBridge & { readonly kind: 'bridge' })
  | (InterfaceCommon & LabVxlan & { readonly kind: 'vxlan' })
  | (InterfaceCommon & LabWireguard & { readonly kind: 'wireguard' })
  | (InterfaceCommon & LabTunnel & { readonly kind: TunnelKind })
  /** No cable: a dummy device; unless `exact`, the nearest that the kernel has will do. */
  | (InterfaceCommon & { readonly kind: 'dummy'; readonly exact?: boolean })
  | (InterfaceCommon & LabVlan & { readonly kind: 'vlan' })
  | (InterfaceCommon & LabShare)
  | (InterfaceCommon & LabBond & { readonly kind: 'bond' })
  /** `table`: the routing table that what comes in by its members is looked up in. */
  | (InterfaceCommon & { readonly kind: 'vrf'; readonly table: number })

/** What the kernel calls the master of an interface (IFLA_MASTER), of any kind. */
export const masterOf = (each: {
  readonly master: string | null
  readonly vrf?: string
  readonly bond?: string
}): string | null => each.master ?? each.vrf ?? each.bond ?? null

export type BondMode = (typeof bondModes)[number]

export interface LabBond {
  readonly mode: BondMode
  /** The member that is used as long as it has a carrier; null: none before the others. */
  readonly primary: string | null
  /** Milliseconds between two looks at the carriers of the members; 0: never. */
  readonly miimon: number
}

/** The kernel looks by itself in these modes, every 100 ms (bond_option_mode_set, drivers/net/bonding/bond_options.c). */
export const usualMiimon = (mode: BondMode): number =>
  ['802.3ad', 'balance-tlb', 'balance-alb'].includes(mode) ? 100 : 0

export interface LabWireguard {
  /** UDP port; null: the kernel chooses one. */
  readonly listen: number | null
  readonly peers: readonly WireguardPeer[]
}

export interface WireguardPeer {
  /** The tunnel whose key it has. */
  readonly of: Endpoint
  /** `address:port`, IPv6 in brackets; null: where it is heard from. */
  readonly endpoint: string | null
  /** Canonical prefixes, sorted: what it may send from, and what is sent to it. */
  readonly allowed: readonly string[]
}

export interface LabVxlan {
  readonly id: number
  readonly local: string
  /** Null: only `fdb` says which frames go where. */
  readonly remote: string | null
  /** UDP destination port. */
  readonly port: number
  /** Of the outer packets; null: the kernel's own. */
  readonly ttl: number | null
  readonly learning: boolean
  /** Without what stands for `remote`. */
  readonly fdb: readonly VxlanFdb[]
}

/** Where a VXLAN sends frames for a hardware address. */
export interface VxlanFdb {
  /** Lower case; all zero: for whatever has no entry. */
  readonly mac: string
  readonly remote: string
}

/** IEEE 802.1Q tags, or the outer ones of 802.1ad. */
export type VlanProtocol = '802.1q' | '802.1ad'

export interface LabVlan {
  /** The interface of the same namespace that it is on. */
  readonly link: string
  readonly id: number
  readonly protocol: VlanProtocol
}

/** What shares the cable of an interface, its `parent`, which may be in another namespace. */
export type LabShare =
  | { readonly kind: 'macvlan'; readonly parent: Endpoint; readonly mode: (typeof macvlanModes)[number] }
  | { readonly kind: 'ipvlan'; readonly parent: Endpoint; readonly mode: (typeof ipvlanModes)[number] }

export const isShareKind = (kind: string): kind is LabShare['kind'] => kind === 'macvlan' || kind === 'ipvlan'

export const isShare = <T extends { readonly kind: string }>(each: T): each is Extract<T, { kind: LabShare['kind'] }> =>
  isShareKind(each.kind)

/** One VLAN of a bridge port, as `bridge vlan` shows it. */
export interface PortVlan {
  readonly id: number
  /** What comes in without a tag belongs to it. */
  readonly pvid: boolean
  /** What goes out of it loses its tag. */
  readonly untagged: boolean
}

/** Numbers of a bridge, in the units of the lab file; `vlan-filtering` is 0 or 1. */
export const bridgeSettings = ['vlan-filtering', 'priority', 'forward-delay', 'ageing'] as const
export type BridgeSetting = (typeof bridgeSettings)[number]

/** Switches of a bridge port. */
export const portSettings = ['hairpin', 'isolated', 'learning'] as const
export type PortSetting = (typeof portSettings)[number]

export interface LabBridge {
  readonly ports: readonly string[]
  readonly stp: boolean
  /** What the file says; what it leaves out has the kernel's value. */
  readonly settings: Readonly<Partial<Record<BridgeSetting, number>>>
  /** By port: what is not as the kernel makes it. */
  readonly portSettings: ReadonlyMap<string, Readonly<Partial<Record<PortSetting, boolean>>>>
  /** By port, and by its own name. A port that is not there has VLAN 1. */
  readonly portVlans: ReadonlyMap<string, readonly PortVlan[]>
}

/** One of several ways of a route. */
export interface NextHop {
  readonly via: string | null
  readonly dev: string | null
  /** Its share, among those of the others. */
  readonly weight: number
}

export interface LabRoute {
  readonly family: Family
  /** Canonical prefix; the default route is `0.0.0.0/0` or `::/0`. */
  readonly to: string
  readonly via: string | null
  readonly dev: string | null
  readonly metric: number | null
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit'
  readonly onlink: boolean
  /** Number of the routing table. */
  readonly table: number
  /** Preferred source address. */
  readonly source: string | null
  /** Bytes; null: the interface's. */
  readonly mtu: number | null
  /** In place of `via` and `dev`; empty where there is one way. */
  readonly nexthops: readonly NextHop[]
}

/** A rule of policy routing. */
export interface LabRule {
  readonly family: Family
  /** The smallest is asked first. */
  readonly priority: number
  /** Canonical prefixes; null: any. */
  readonly from: string | null
  readonly to: string | null
  readonly iif: string | null
  readonly oif: string | null
  readonly fwmark: number | null
  readonly not: boolean
  readonly action: 'to-table' | 'blackhole' | 'unreachable' | 'prohibit'
  /** Number of the routing table; 0 where the action is another. */
  readonly table: number
}

/** Whom a namespace knows without asking, or for whom an interface answers. */
export interface LabNeighbour {
  readonly family: Family
  /** Canonical. */
  readonly address: string
  readonly dev: string
  /** Lower case; null: the interface answers for the address with its own (proxy ARP, proxy NDP). */
  readonly mac: string | null
}

interface NatCommon {
  readonly family: Family
  /** Canonical prefix. */
  readonly destination?: string
  /** Of these it must be another one; sorted. */
  readonly not?: readonly NatPart[]
}

/** Source NAT: in the chain POSTROUTING. */
interface NatOfSource extends NatCommon {
  readonly source: string
  /** Null: any. */
  readonly out: string | null
  readonly protocol?: 'tcp' | 'udp'
  readonly port?: number
}

/** Destination NAT: in PREROUTING, or in OUTPUT for what starts here. */
interface NatOfDestination extends NatCommon {
  readonly chain?: 'output'
  readonly source?: string
  /** Null: any. */
  readonly protocol: 'tcp' | 'udp' | null
  readonly port: number | null
  readonly in: string | null
  readonly out?: string
  /** Null: the port stays. */
  readonly toPort: number | null
}

export type LabNat =
  | (NatOfSource & { readonly kind: 'masquerade' })
  | (NatOfSource & { readonly kind: 'snat'; readonly to: string })
  | (NatOfDestination & { readonly kind: 'dnat'; readonly toAddress: string })
  | (NatOfDestination & { readonly kind: 'redirect' })

/** A firewall entry that names no address counts for both families; `families` says which rule sets it goes into. */
export interface LabFirewall extends Omit<FilterRuleEntry, 'source' | 'destination' | 'ctstate'> {
  readonly families: readonly Family[]
  /** Canonical prefix. */
  readonly source?: string
  readonly destination?: string
  /** In the order in which iptables prints them. */
  readonly ctstate?: readonly ConnectionState[]
}

/** Of one built-in chain of the packet filter. */
export interface LabPolicy {
  readonly family: Family
  readonly chain: 'input' | 'forward' | 'output'
  readonly policy: 'accept' | 'drop'
}

/** A responder. */
export interface LabService {
  readonly listen: 'tcp' | 'udp'
  readonly port: number
  readonly reply: string
  /** It listens there only. */
  readonly address?: string
}

export interface LabNamespace {
  readonly name: string
  /** Undefined: the lab does not say, the kernel's default stands. */
  readonly forwarding: boolean | undefined
  /** `lo` first, then bridges, tunnels and the rest in file order. `lo` is always there. */
  readonly interfaces: readonly LabInterface[]
  readonly rules: readonly LabRule[]
  readonly routes: readonly LabRoute[]
  readonly neighbours: readonly LabNeighbour[]
  /** Texts of its files in /etc/netns. */
  readonly files: NetnsTexts
  readonly nat: readonly LabNat[]
  readonly firewall: readonly LabFirewall[]
  readonly policies: readonly LabPolicy[]
  /** Rules as texts, by the program that reads them. */
  readonly texts: Readonly<Partial<Record<RulesetKind, string>>>
  /** Dotted keys, values as the kernel prints them. Does not repeat `forwarding`. */
  readonly sysctls: Readonly<Record<string, string>>
  readonly services: readonly LabService[]
  /** Names, leases and router advertisements; absent where it serves none. */
  readonly dnsmasq?: LabDnsmasq
  /** Interfaces on which a DHCP client asks for an address; absent where there is none. */
  readonly dhcp4?: readonly string[]
}

export interface LabLink {
  readonly ends: readonly [Endpoint, Endpoint]
  readonly mtu: number | null
  /** What each end does to the frames that it sends. */
  readonly impair: readonly [Impair | null, Impair | null]
  /** The end at which it is pulled out: that interface is down, and the other end has no carrier. */
  readonly unplugged: Endpoint | null
}

interface CheckHead {
  /** In English: by it the check is asked for, and its result is known. */
  readonly name: string
  /** The name in each language the lab has it in. */
  readonly title: Text
  readonly from: string
}

/** A check that sends a probe. */
export type ProbeCheck = CheckHead & {
  readonly expect: Outcome
  readonly ttl: number | null
  readonly path: readonly string[] | null
  readonly snat: string | null
} & (
    | {
        readonly kind: 'ping'
        readonly target: string
        /** Bytes of payload. */
        readonly size: number
        readonly df: boolean
        readonly count: number
      }
    | { readonly kind: 'tcp' | 'udp'; readonly target: string; readonly port: number }
  )

/** A check that asks for a name. */
export interface NameCheck extends CheckHead {
  readonly kind: 'dns'
  /** The name. */
  readonly target: string
  readonly expect: 'resolved' | 'unresolved'
  /** One of the addresses that it must stand for; null: any. */
  readonly answer: string | null
}

export type LabCheck = ProbeCheck | NameCheck

export interface Lab {
  readonly name: string
  readonly title: Text
  readonly description: Text | null
  readonly broken: boolean
  /** Whether any part of the lab speaks IPv6; if not, IPv6 is turned off in its namespaces. */
  readonly ipv6: boolean
  /** `host` first, the others in file order. */
  readonly namespaces: ReadonlyMap<string, LabNamespace>
  readonly links: readonly LabLink[]
  readonly uplink: boolean
  readonly layout: Readonly<Record<string, { readonly x: number; readonly y: number }>>
  /** Words on the canvas; `x` and `y` as in `layout`. */
  readonly notes: readonly NoteEntry[]
  readonly checks: readonly LabCheck[]
  /** What holds once the lab is repaired. */
  readonly goal: readonly LabCheck[]
  /** Told at the end of the guide or of the repair. */
  readonly explanation: Text | null
  readonly guide: readonly GuideStep[]
}
