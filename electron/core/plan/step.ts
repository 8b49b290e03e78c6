/**
 * The vocabulary of change: one step is one command of the tutorial world, done through rtnetlink, /proc/sys,
 * iptables-restore or a socket. A plan is a list of steps; `text.ts` spells each as iproute2, `undo.ts` takes it back.
 */
import type { BridgeSetting, Family, Impair, LabFirewall, LabNat, LabPolicy, LabRule, LabService } from '../lab/lab.js'
import type { Endpoint, LabBond, LabNeighbour, LabShare, LabVlan, LinkSetting, NextHop } from '../lab/lab.js'
import type { PortSetting, PortVlan, VxlanFdb } from '../lab/lab.js'
import type { LabDnsmasq } from '../lab/dnsmasq.js'
import type { NetnsFile } from '../lab/netns-files.js'
import type { RulesetKind } from '../lab/ruleset/refusal.js'
import type { LabTunnel, TunnelKind } from '../lab/tunnel.js'

interface At {
  /** The namespace it happens in; `host` is the lab's default namespace. */
  readonly namespace: string
}

export type KernelStep =
  | (At & { readonly op: 'namespace-add' })
  /** `restore` makes the namespace and what was in it again on undo. */
  | (At & { readonly op: 'namespace-delete'; readonly restore?: readonly Step[] })
  /** `value` null on undo of a key whose former value is unknown never occurs: planners record `before`. */
  | (At & { readonly op: 'sysctl-set'; readonly key: string; readonly value: string; readonly before: string | null })
  | (At & {
      readonly op: 'veth-add'
      readonly name: string
      readonly mac: string | null
      readonly mtu: number | null
      readonly peer: {
        readonly namespace: string
        readonly name: string
        readonly mac: string | null
        readonly mtu: number | null
      }
    })
  | (At & {
      readonly op: 'bridge-add'
      readonly name: string
      readonly stp: boolean
      readonly mac: string | null
      readonly mtu: number | null
    })
  | (At & {
      readonly op: 'vxlan-add'
      readonly name: string
      readonly id: number
      readonly local: string
      readonly remote: string | null
      readonly port: number
      /** Only where the kernel's own will not do. */
      readonly ttl?: number
      readonly learning?: false
      readonly mac: string | null
      readonly mtu: number | null
    })
  | (At &
      LabTunnel & {
        readonly op: 'tunnel-add'
        readonly kind: TunnelKind
        readonly name: string
        readonly mac: string | null
        readonly mtu: number | null
      })
  | (At & { readonly op: 'wireguard-add'; readonly name: string; readonly mac: null; readonly mtu: number | null })
  /** Makes a key; `publicKey`: gives back the one that it had, where it is remembered. `listen` null: any port. */
  | (At & {
      readonly op: 'wireguard-key'
      readonly name: string
      readonly listen: number | null
      readonly publicKey?: string
    })
  | (At & { readonly op: 'wireguard-listen'; readonly name: string; readonly listen: number; readonly before: number })
  | (At & WireguardPeerStep & { readonly op: 'wireguard-peer-set' | 'wireguard-peer-delete'; readonly name: string })
  /** Of a VXLAN: one more remote end for a hardware address. */
  | (At & VxlanFdb & { readonly op: 'vxlan-fdb-add' | 'vxlan-fdb-delete'; readonly name: string })
  | (At & {
      readonly op: 'dummy-add'
      readonly name: string
      readonly mac: string | null
      readonly mtu: number | null
      /** No other kind of link will do. */
      readonly exact?: boolean
    })
  | (At &
      LabVlan & {
        readonly op: 'vlan-add'
        readonly name: string
        readonly mac: string | null
        readonly mtu: number | null
      })
  /** `namespace` is where it is; its parent may be in another one. */
  | (At &
      LabShare & {
        readonly op: 'share-add'
        readonly name: string
        readonly mac: string | null
        readonly mtu: number | null
      })
  | (At &
      Omit<LabBond, 'primary'> & {
        readonly op: 'bond-add'
        readonly name: string
        readonly mac: string | null
        readonly mtu: number | null
      })
  /** The member that it prefers; null: none. */
  | (At & {
      readonly op: 'bond-primary'
      readonly name: string
      readonly primary: string | null
      readonly before: string | null
    })
  | (At & {
      readonly op: 'vrf-add'
      readonly name: string
      /** Number of its routing table. */
      readonly table: number
      readonly mac: string | null
      readonly mtu: number | null
    })
  /** `restore` recreates the link on undo, where the planner knows how. */
  | (At & { readonly op: 'link-delete'; readonly name: string; readonly restore: readonly KernelStep[] })
  | (At & { readonly op: 'link-up'; readonly name: string })
  | (At & { readonly op: 'link-down'; readonly name: string })
  | (At & { readonly op: 'link-mtu'; readonly name: string; readonly mtu: number; readonly before: number })
  | (At & { readonly op: 'link-mac'; readonly name: string; readonly mac: string; readonly before: string })
  | (At & {
      readonly op: 'link-master'
      readonly name: string
      readonly master: string | null
      readonly before: string | null
    })
  | (At & {
      readonly op: 'link-set'
      readonly name: string
      readonly setting: LinkSetting
      readonly value: number
      readonly before: number
    })
  | (At & { readonly op: 'bridge-stp'; readonly name: string; readonly stp: boolean })
  | (At & {
      readonly op: 'bridge-set'
      readonly name: string
      readonly setting: BridgeSetting
      readonly value: number
      readonly before: number
    })
  /** Of a bridge port. */
  | (At & {
      readonly op: 'port-set'
      readonly name: string
      readonly setting: PortSetting
      readonly value: boolean
      readonly before: boolean
    })
  /** `self`: of the bridge's own interface, and not of a port. */
  | (At & {
      readonly op: 'port-vlan-add' | 'port-vlan-delete'
      readonly name: string
      readonly vlan: PortVlan
      readonly self: boolean
    })
  | (At & { readonly op: 'address-add'; readonly dev: string; readonly address: string; readonly family: Family })
  | (At & { readonly op: 'address-delete'; readonly dev: string; readonly address: string; readonly family: Family })
  | (At & { readonly op: 'route-add'; readonly route: StepRoute })
  | (At & { readonly op: 'route-delete'; readonly route: StepRoute })
  | (At & { readonly op: 'policy-rule-add'; readonly rule: StepRule })
  | (At & { readonly op: 'policy-rule-delete'; readonly rule: StepRule })
  | (At & { readonly op: 'neighbour-add' | 'neighbour-delete'; readonly neighbour: LabNeighbour })
  | (At & {
      readonly op: 'impair-set'
      readonly dev: string
      readonly impair: Impair | null
      readonly before: Impair | null
    })

/** A peer is known by the interface whose key it has, or by that key, in base64. */
export interface WireguardPeerStep {
  readonly of: Endpoint | null
  readonly publicKey: string | null
  readonly endpoint: string | null
  readonly allowed: readonly string[]
  /** Of a peer that is there already. */
  readonly before?: { readonly endpoint: string | null; readonly allowed: readonly string[] }
}

/** A rule of policy routing. */
export interface StepRule extends LabRule {
  /** FRA_PROTOCOL, where the rule carries a mark of its maker (`marks.ts`); else none. */
  readonly protocol?: number
}

export interface StepRoute {
  readonly family: Family
  readonly to: string
  readonly via: string | null
  readonly dev: string | null
  readonly metric: number | null
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit'
  readonly onlink: boolean
  /** Number of the routing table; main where it is not said. */
  readonly table?: number
  /** RTA_PREFSRC. */
  readonly source?: string | null
  /** RTAX_MTU, bytes. */
  readonly mtu?: number | null
  /** RTA_MULTIPATH, in place of `via` and `dev`; none where there is one way. */
  readonly nexthops?: readonly NextHop[]
  /** RTA_PROTOCOL, where the route carries a mark of its maker (`host/marks.ts`); else `boot`. */
  readonly protocol?: number
}

/** Packet filter and NAT: appended at the end of its chain, removed by value, which a `comment` is part of. */
export type RuleStep =
  | (At & { readonly op: 'nat-add' | 'nat-delete'; readonly rule: LabNat; readonly comment?: string })
  | (At & { readonly op: 'firewall-add' | 'firewall-delete'; readonly rule: LabFirewall; readonly comment?: string })

/** The policy of a built-in chain of the packet filter. */
export type PolicyStep = At & {
  readonly op: 'policy-set'
  readonly family: Family
  readonly chain: LabPolicy['chain']
  readonly policy: LabPolicy['policy']
  readonly before: LabPolicy['policy']
}

/** What iptables-restore carries out, line by line. */
export type IptablesStep = RuleStep | PolicyStep

/**
 * Loads a text of rules in one go: first the tables of `clears` are taken away (nft) or emptied (iptables), then `text` is
 * read by its program.
 */
export type RulesetStep = At & {
  readonly op: 'ruleset-load'
  readonly kind: RulesetKind
  /** `inet filter` of nft, `filter` of iptables. */
  readonly clears: readonly string[]
  readonly text: string
}

/** Responders are kept by the helper itself. */
export type ServiceStep = At & { readonly op: 'service-start' | 'service-stop'; readonly service: LabService }

/** The dnsmasq of a namespace, one process that the helper keeps. */
export type DnsmasqStep = At & { readonly op: 'dnsmasq-start' | 'dnsmasq-stop'; readonly serves: LabDnsmasq }

/** The DHCP client of an interface, one process that the helper keeps; what it was given goes with it. */
export type DhcpStep = At & { readonly op: 'dhcp-start' | 'dhcp-stop'; readonly dev: string }

/** A file of /etc/netns/NAME; null: there is none. */
export type NetnsFileStep = At & {
  readonly op: 'netns-file'
  readonly file: NetnsFile
  readonly text: string | null
  readonly before: string | null
}

export type Step = NetnsFileStep | KernelStep | IptablesStep | RulesetStep | ServiceStep | DnsmasqStep | DhcpStep
export type StepOp = Step['op']

/** Whether the helper itself keeps what a step is about: on a machine somebody else does. */
export function isHelpersOwn(step: Step): step is ServiceStep | DnsmasqStep | DhcpStep {
  return helpersOwn.some((each) => each === step.op)
}
const helpersOwn: readonly StepOp[] = [
  ...(['service-start', 'service-stop'] as const),
  ...(['dnsmasq-start', 'dnsmasq-stop'] as const),
  ...(['dhcp-start', 'dhcp-stop'] as const),
]

/** Whether a step changes the packet filter or NAT, which is read anew only where somebody did. */
export function changesRules({ op }: Step): boolean {
  return op === 'policy-set' || op === 'ruleset-load' || op.startsWith('nat-') || op.startsWith('firewall-')
}

/** A step in a plan, with everything a person is shown of it. */
export interface PlannedStep {
  readonly step: Step
  /** One iproute2/sysctl/iptables command, shell-quoted, as typed in the lab's host. Services have a comment line. */
  readonly text: string
  /** The steps that take it back, in order. */
  readonly undo: readonly Step[]
}

export type Plan = readonly PlannedStep[]
