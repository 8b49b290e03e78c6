/**
 * What the kernel has, in the kernel's words. The helper mirrors it; nobody else owns it.
 * Plain JSON throughout: the same objects travel to the window unchanged.
 */

import type { LabDnsmasq } from '../lab/dnsmasq.js'
import type { NetnsTexts } from '../lab/netns-files.js'
import type { Impair, LabService, LinkSettings, PortVlan, VlanProtocol } from '../lab/lab.js'
import type { LabTunnel } from '../lab/tunnel.js'
import type { LiveConnection } from './connection.js'

export type Family = 'ipv4' | 'ipv6'

/** A network interface (rtnetlink `ifinfomsg` and its attributes, linux/if_link.h). */
export interface LiveLink {
  readonly index: number
  readonly name: string
  /** IFLA_INFO_KIND; `loopback` for lo, `physical` where the kernel names none. */
  readonly kind: string
  /** Lower case, or null for links without a hardware address. */
  readonly mac: string | null
  readonly mtu: number
  /** IFF_UP: somebody switched it on. */
  readonly up: boolean
  /** IFF_LOWER_UP: the other end is there and on. */
  readonly carrier: boolean
  /** IFLA_OPERSTATE in words of `ip link`: up, down, lowerlayerdown, unknown, ... */
  readonly operstate: string
  /** Name of the bridge this link is a port of. */
  readonly master: string | null
  /** Name of the VRF this link is a member of; the kernel calls that its master, too. */
  readonly vrf?: string
  /** Name of the bond this link is a member of. */
  readonly bond?: string
  /** Of a bond's member: the address it was made with, which it has again behind the bond. */
  readonly permanentMac?: string
  /** The other end of a veth pair. `namespace` is null where it is in none that we know. */
  readonly peer: { readonly namespace: string | null; readonly index: number } | null
  /** What is not as a new interface of its kind has it; absent where all of it is. */
  readonly settings?: LinkSettings
  readonly bridge: LiveBridge | null
  /** Set on bridge ports. */
  readonly port: LivePort | null
  /** Set on VLAN sub-interfaces. `link` is null where its parent is in another namespace. */
  readonly vlan?: { readonly id: number; readonly protocol: VlanProtocol; readonly link: string | null }
  /** Of a macvlan or an ipvlan: how it shares its parent's cable, and the parent as a veth's `peer`. */
  readonly share?: { readonly mode: string; readonly parent: NonNullable<LiveLink['peer']> }
  /** Of a bond itself. */
  readonly bonding?: LiveBond
  /** Of a VRF itself: the number of its routing table. */
  readonly table?: number
  readonly vxlan: {
    readonly id: number
    readonly local: string | null
    readonly remote: string | null
    readonly port: number
    /** Only where somebody gave it one. */
    readonly ttl?: number
    /** Only where it learns no addresses from what arrives. */
    readonly learning?: false
  } | null
  /** Of a tunnel: the interface that its packets must leave by, where somebody said so (`dev`). */
  readonly leavesBy?: string
  /** Of the other kinds of tunnels (`core/lab/tunnel.ts`). */
  readonly tunnel?: LiveTunnel
  /** Absent where we may not ask. */
  readonly wireguard?: LiveWireguard
  /** What delays, loses or limits frames on their way out (tc root qdisc of kind netem or tbf). */
  readonly impair: Impair | null
  /** What else it was set to, one command each: nobody's to make again. Absent where there is nothing. */
  readonly others?: readonly string[]
}

/** IFLA_GRE_*, IFLA_IPTUN_*, IFLA_GENEVE_*; null: any, none, or the kernel's choice. */
export interface LiveTunnel extends Omit<LabTunnel, 'remote'> {
  readonly remote: string | null
  /** Of what arrives, only where it differs from `key`, which is put on what leaves. */
  readonly inputKey?: number | null
}

/** WGDEVICE_A_*, WGPEER_A_* (linux/wireguard.h). Keys are public ones, in base64. */
export interface LiveWireguard {
  /** Null where it has no key. */
  readonly publicKey: string | null
  /** UDP port; 0 while it has none. */
  readonly listen: number
  readonly peers: readonly {
    readonly publicKey: string
    /** `address:port`, where it was told or last heard; IPv6 in brackets. */
    readonly endpoint: string | null
    /** Canonical prefixes, sorted. */
    readonly allowed: readonly string[]
  }[]
}

export interface LiveBond {
  /** In words of `ip link`. */
  readonly mode: string
  /** Milliseconds; 0: the carriers of members are not looked at. */
  readonly miimon: number
  /** Names; null where there is none. */
  readonly primary: string | null
  readonly active: string | null
}

export interface LiveBridge {
  readonly stp: boolean
  readonly vlanFiltering: boolean
  /** 0 to 65535, seconds, seconds; absent where nobody has asked. */
  readonly priority?: number
  readonly forwardDelay?: number
  readonly ageing?: number
  /** Of the bridge's own interface; only where it filters. */
  readonly vlans?: readonly PortVlan[]
}

export interface LivePort {
  readonly number: number
  /** In words of `bridge link`: disabled, listening, learning, forwarding, blocking. */
  readonly state: string
  /** Absent where nobody has asked: then as the kernel makes a port. */
  readonly hairpin?: boolean
  readonly isolated?: boolean
  readonly learning?: boolean
  /** What the bridge has not learned, and what is for all, does not leave by it; absent: it does. */
  readonly flood?: false
  readonly bcastFlood?: false
  /** Only where its bridge filters. */
  readonly vlans?: readonly PortVlan[]
}

export interface LiveAddress {
  readonly dev: string
  readonly family: Family
  /** `address/prefix-length`. */
  readonly address: string
  /** global, site, link, host, nowhere. */
  readonly scope: string
  /** Of IFA_F_*: permanent, tentative, dadfailed, deprecated, secondary, nodad, ... */
  readonly flags: readonly string[]
  /** What else it says that a lab has no words for, in those of `ip address`; absent where there is nothing. */
  readonly others?: readonly string[]
}

export interface LiveRoute {
  readonly family: Family
  /** Canonical prefix; default is `0.0.0.0/0` or `::/0`. */
  readonly to: string
  readonly via: string | null
  readonly dev: string | null
  /** Preferred source address. */
  readonly src: string | null
  /** RTA_PRIORITY; IPv4 without one is 0. */
  readonly metric: number
  /** unicast, blackhole, unreachable, prohibit, ... Of the local table only what is not the kernel's own. */
  readonly type: string
  /** kernel, boot, static, ra, ... */
  readonly protocol: string
  readonly scope: string
  readonly table: number
  /** RTAX_MTU, bytes; null where the route has none of its own. */
  readonly mtu: number | null
  /** Of one of several next hops, each of which is an entry of its own; null where the route has one. */
  readonly weight: number | null
  /** onlink, linkdown, dead, offload. */
  readonly flags: readonly string[]
  /** What else it says that a lab has no words for, in those of `ip route`; absent where there is nothing. */
  readonly others?: readonly string[]
}

export interface LiveRule {
  readonly family: Family
  readonly priority: number
  readonly from: string | null
  readonly to: string | null
  readonly iif: string | null
  readonly oif: string | null
  readonly fwmark: number | null
  /** FIB_RULE_INVERT: packets that are not like that. */
  readonly not: boolean
  /** 0 where the action is another. */
  readonly table: number
  /** to-table, blackhole, unreachable, prohibit, goto. */
  readonly action: string
  /** FRA_PROTOCOL: kernel; unspec where `ip` made it. */
  readonly protocol: string
  /** What else it says, by the words of `ip rule`: such a rule is nobody's to make again. */
  readonly others: readonly string[]
}

export interface LiveNeighbour {
  readonly dev: string
  readonly family: Family
  readonly address: string
  readonly mac: string | null
  /** REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE, PERMANENT, NOARP. */
  readonly state: string
  readonly router: boolean
}

/** An address of others that an interface answers for (`ip neigh show proxy`). */
export interface LiveProxy {
  readonly dev: string
  readonly family: Family
  readonly address: string
}

/** One entry of a bridge's or a VXLAN's forwarding database (`bridge fdb`). */
export interface LiveFdbEntry {
  /** The port or tunnel the address is behind. */
  readonly dev: string
  readonly mac: string
  /** The bridge that learned it; null for an interface's own list (`self`). */
  readonly master: string | null
  readonly vlan: number | null
  /** VXLAN: the remote tunnel end. */
  readonly dst: string | null
  readonly permanent: boolean
  /** Written by hand, so that nothing that is learned takes its place (`bridge fdb ... static`). */
  readonly static?: true
}

/** Packet filter and NAT, in both of its spellings. */
export interface LiveRuleset {
  /** The `nftables` array of `nft -j list ruleset`, without `metainfo`; our own tables left out. */
  readonly nft: readonly unknown[]
  /** Lines of `iptables-save` and `ip6tables-save` by table, without counters: the form the lab's rules are compared in. */
  readonly iptables: readonly IptablesRule[]
  /** Rule sets as whole texts; only where there is one that entries of a lab cannot say. */
  readonly listing?: RulesetListing
}

/** What the programs themselves print of it, without counters: the form that texts of rules are compared in. */
export interface RulesetListing {
  /** Every table as `nft -s list ruleset` has it; what packets have put into sets left out. */
  readonly nft: readonly { readonly family: string; readonly name: string; readonly text: string }[]
  /** As iptables-save and ip6tables-save, without comments. */
  readonly iptables: string
  readonly ip6tables: string
  /** What texts became when they were loaded here: as long as the listing is the same, they stand. */
  readonly loaded: readonly LoadedText[]
}

export interface LoadedText {
  readonly kind: 'nft' | 'iptables' | 'ip6tables'
  readonly text: string
  /** Of the tables that the text names. */
  readonly listing: string
}

export interface IptablesRule {
  readonly family: Family
  readonly table: string
  readonly chain: string
  /** The rule as iptables-save spells it behind `-A CHAIN`; for a built-in chain's policy, null. */
  readonly rule: string | null
  /** Of a policy entry: ACCEPT or DROP. */
  readonly policy: string | null
  readonly packets: number
  readonly bytes: number
  /** Which of the two engines holds it; legacy rules send no events. */
  readonly engine: 'nft' | 'legacy'
}

/** A DHCP client that the lab asked for and the helper keeps. */
export interface LiveDhcpClient {
  readonly dev: string
  readonly program: 'udhcpc' | 'dhcpcd'
  /** Null: it asks, and has none. */
  readonly lease: LiveLease | null
  /** The last that it said of itself, in its own words. */
  readonly last: string
}

export interface LiveLease {
  /** `address/prefix-length`. */
  readonly address: string
  /** Who gave it. */
  readonly server: string
  /** What the server gave it for, seconds. */
  readonly seconds: number
  readonly routers: readonly string[]
  readonly nameservers: readonly string[]
}

/** A responder that the lab asked for and the helper keeps. */
export type LiveService = LabService

export interface LiveNamespace {
  readonly name: string
  /** Inode number of the namespace, as in `net:[4026532418]`. */
  readonly inode: number
  readonly links: readonly LiveLink[]
  readonly addresses: readonly LiveAddress[]
  readonly routes: readonly LiveRoute[]
  readonly rules: readonly LiveRule[]
  readonly neighbours: readonly LiveNeighbour[]
  /** The kernel tells no event of them: as of the last change that it told. */
  readonly proxies?: readonly LiveProxy[]
  readonly fdb: readonly LiveFdbEntry[]
  readonly ruleset: LiveRuleset
  /** Dotted `net.*` keys: the ones that are watched, and those that the lab sets. */
  readonly sysctls: Readonly<Record<string, string>>
  readonly services: readonly LiveService[]
  /** What the helper's dnsmasq serves there; null or absent where there is none. */
  readonly dnsmasq?: LabDnsmasq | null
  /** The helper's DHCP clients there, by interface; absent where there is none. */
  readonly dhcp?: readonly LiveDhcpClient[]
  /** Of /etc/netns; absent where there are none. */
  readonly files?: NetnsTexts
  /** What conntrack follows, as of the last `live/look`; absent where nobody has looked. */
  readonly connections?: readonly LiveConnection[]
}

/** The parts of a namespace that change, and are sent, each as a whole. */
export type LiveSection = Exclude<keyof LiveNamespace, 'name' | 'inode'>

export interface LiveState {
  /** Grows by one with every change that is sent. */
  readonly revision: number
  /** `host` first, then in order of appearance. */
  readonly namespaces: readonly LiveNamespace[]
}

/** One namespace's part of a change: whole sections, or its end. A namespace not yet known comes with every section. */
export type LiveChange =
  | { readonly namespace: string; readonly removed: true }
  | ({ readonly namespace: string; readonly inode: number; readonly removed?: never } & Partial<
      Pick<LiveNamespace, LiveSection>
    >)
