/**
 * What the commands of a script have made so far: a small model of the kernel, as far as a lab file can say it. It is
 * not a simulation of packets; it knows names that are taken, what goes with what, and which routes can stand.
 */
import type { Prefix } from '../../lab/address.js'
import type { LabDnsmasq } from '../../lab/dnsmasq.js'
import {
  hostNamespace,
  type Impair,
  type LabBond,
  type LabNeighbour,
  type LabPolicy,
  type LinkSettings,
  type LabRule,
  type VlanProtocol,
} from '../../lab/lab.js'
import type { NetnsFile } from '../../lab/netns-files.js'
import type { TunnelEntry } from '../../lab/schema.js'
import type { TunnelKind } from '../../lab/tunnel.js'
import type { IptablesRule } from '../../live/state.js'
import type { Notice } from '../notice.js'
import { noTables, type SpelledTables } from './saved.js'
import { freshSwitchState, type SwitchState } from './bridge.js'
import { makeSubnets, type Subnets } from './subnets.js'
import type { Said } from '../../words/said.js'

export type DeviceKind =
  'loopback' | 'veth' | 'bridge' | 'vxlan' | 'dummy' | 'vlan' | 'macvlan' | 'ipvlan' | 'vrf' | 'bond' | TunnelKind

export interface Device {
  readonly kind: DeviceKind
  namespace: Namespace
  name: string
  mac: string | null
  /** Bytes, where somebody said so. */
  mtu: number | null
  up: boolean
  master: Device | null
  /** The other end of a veth pair. */
  peer: Device | null
  /** Of a bridge, or members of a VRF or a bond, in the order in which they came. */
  readonly ports: Set<Device>
  stp: boolean
  tunnel: TunnelSaid | null
  /** Where the text makes it; `by`: the interface that it is to leave by, and where that stands. */
  readonly tunnelAt: { readonly offset: number; readonly by: Device | null; readonly byOffset: number } | null
  /** Of a sub-interface. */
  readonly vlan: { readonly parent: Device; readonly id: number; readonly protocol: VlanProtocol } | null
  /** Of a macvlan or an ipvlan: the interface whose cable it shares. */
  share: { readonly parent: Device; readonly mode: string } | null
  /** Macvlans and ipvlans on it, in any namespace. */
  readonly shares: Set<Device>
  /** Of a bond. */
  bond: BondSaid | null
  /** Of a VRF: the number of its routing table. */
  readonly table: number | null
  /** Of a bridge, or of a port as long as it is one. */
  state: SwitchState
  /** A dummy device, and not the like of one. */
  readonly exact: boolean
  impair: Impair | null
  /** A DHCP client was started for it. */
  asksDhcp?: true
  /** What somebody set by `ip link set`. */
  settings: LinkSettings
  /** In the kernel's order; within an IPv4 subnet the first is the primary. */
  addresses: Prefix[]
  /** Those with a label of their own, such as `eth0:1`, as far as they are still there. */
  readonly labels: Map<string, Prefix>
  /** Routes that go through it. */
  readonly routes: Set<Route>
  /** By what the kernel tells them apart by (`neighbours.ts`). */
  readonly neighbours: Map<string, Neighbour>
}

/** `miimon` null: nobody said so. */
export type BondSaid = Omit<LabBond, 'miimon'> & { readonly miimon: number | null }

export type Neighbour = Omit<LabNeighbour, 'dev'>

/** A responder as a lab file has it. */
export interface Listener {
  readonly listen: 'tcp' | 'udp'
  readonly port: number
  readonly reply?: string
  readonly address?: string
}

/** What its entry in a lab file says besides whose it is and what it is called. */
export type TunnelSettings = Settings<Exclude<TunnelEntry, { readonly type: 'wireguard' }>>
/** `local` null: nobody said so. */
export type TunnelSaid = MayBeNull<TunnelSettings>
type MayBeNull<Entry> = Entry extends { readonly local: string }
  ? Omit<Entry, 'local'> & { readonly local: string | null }
  : Entry
type Settings<Entry> = Entry extends unknown ? Omit<Entry, 'namespace' | 'name'> : never

export interface Route {
  readonly to: Prefix
  readonly via: string | null
  /** The one that packets leave by, also where the route names none. Null for routes that lead nowhere. */
  readonly device: Device | null
  /** Whether the text names the interface. */
  readonly named: boolean
  readonly metric: number | null
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit'
  readonly onlink: boolean
  readonly table: number
  readonly source: string | null
  readonly mtu: number | null
  /** In place of `via` and `device`; empty where there is one way. */
  readonly nexthops: readonly RouteHop[]
}

export interface RouteHop {
  readonly via: string | null
  readonly device: Device
  readonly named: boolean
  readonly weight: number
}

/** iptables takes names of interfaces that are not there, or not yet; whether they ever come is known at the end. */
export interface PlacedRule extends IptablesRule {
  readonly devices: readonly string[]
  /** Where the text makes it. */
  readonly offset: number
}

/** A rule of policy routing. */
export interface PolicyRule {
  readonly rule: LabRule
  /** Where the text makes it. */
  readonly offset: number
}

export interface Namespace {
  readonly name: string
  readonly devices: Map<string, Device>
  /** By table, destination and metric, which the kernel takes for one place in its tables. */
  readonly routes: Map<string, Route>
  /** The same routes by destination alone. */
  readonly destinations: Map<string, Set<Route>>
  /** Without those that every namespace has; the smallest priority first. */
  readonly policy: PolicyRule[]
  readonly subnets: Subnets<Device>
  /** Its own addresses, and how often it has each. */
  readonly own: Map<string, number>
  /** In the order of their chains, spelled as iptables-save does. */
  readonly rules: PlacedRule[]
  /** What the rules say, to find one that is there already. */
  readonly ruleValues: Set<string>
  /** Of chains of the packet filter, by family and chain. */
  readonly policies: Map<string, LabPolicy>
  /** The same rules as they are spelled, with those that no entry can say. */
  readonly spelled: SpelledTables
  /** What `nft` was given, in order, and the tables (`inet filter`) that it made. */
  readonly nft: { readonly lines: string[]; readonly tables: Set<string> }
  readonly sysctls: Map<string, string>
  /** Ports that programs of the script answer on. */
  readonly listeners: Listener[]
  /** What the last dnsmasq that was started there serves. */
  dnsmasq: LabDnsmasq | null
}

export interface Network {
  /** By the name that the text uses for it. */
  readonly namespaces: Map<string, Namespace>
  /** By the name that the lab has for it. */
  readonly names: Set<string>
  /** Files of /etc/netns, by `NAME/FILE` as the text names them. */
  readonly netnsFiles: Map<string, { readonly text: string; readonly offset: number }>
  /** First ends of veth pairs, in the order in which they were made. */
  readonly cables: Set<Device>
}

/**
 * More than anybody's lab has, so that nothing here is searched for among hundreds of thousands: interfaces of one
 * namespace, addresses of one interface, sysctls of one namespace.
 */
export const most = { devices: 20_000, addresses: 1000, sysctls: 1000 } as const

/** Why the kernel would say no; null where it would not. */
export type Refusal = Notice | null

export const refusal = (message: Said, hint: Said | null = null): Notice => ({ message, hint })

/** What is particular to a kind of device. */
export type DeviceData = Partial<Pick<Device, 'tunnel' | 'tunnelAt' | 'vlan' | 'share' | 'bond' | 'table' | 'exact'>>

export function makeDevice(kind: DeviceKind, namespace: Namespace, name: string, data: DeviceData = {}): Device {
  const device: Device = {
    ...{ kind, namespace, name, mac: null, mtu: null, up: false, master: null, peer: null, ports: new Set<Device>() },
    ...{
      tunnel: null,
      tunnelAt: null,
      vlan: null,
      share: null,
      bond: null,
      table: null,
      exact: false,
      state: freshSwitchState(),
      ...data,
    },
    ...{ stp: false, impair: null, settings: {}, addresses: [], routes: new Set<Route>(), neighbours: new Map() },
    labels: new Map(),
    shares: new Set<Device>(),
  }
  namespace.devices.set(name, device)
  device.share?.parent.shares.add(device)
  // All ipvlans on one interface have the mode of the last (ipvlan_set_port_mode, drivers/net/ipvlan/ipvlan_main.c).
  if (kind === 'ipvlan' && device.share) for (const each of device.share.parent.shares) each.share = { ...device.share }
  return device
}

/** A namespace as the kernel makes it: `lo`, switched off, and nothing else. */
export function makeNamespace(name: string): Namespace {
  const namespace: Namespace = {
    ...{ name, devices: new Map(), routes: new Map(), destinations: new Map(), subnets: makeSubnets<Device>() },
    ...{
      own: new Map(),
      policy: [],
      rules: [],
      ruleValues: new Set(),
      policies: new Map(),
      spelled: noTables(),
      nft: { lines: [], tables: new Set() },
      sysctls: new Map(),
      listeners: [],
      dnsmasq: null,
    },
  }
  makeDevice('loopback', namespace, 'lo')
  return namespace
}

export function switchOnLo({ devices }: Namespace): void {
  const lo = devices.get('lo')
  if (lo) lo.up = true
}

/** A host as a sandbox has it: nothing but `lo`, which is on, as on every machine. */
export function emptyNetwork(): Network {
  const host = makeNamespace(hostNamespace)
  switchOnLo(host)
  return {
    namespaces: new Map([[hostNamespace, host]]),
    names: new Set([hostNamespace]),
    netnsFiles: new Map(),
    cables: new Set(),
  }
}

/** The name that the text uses for it. */
export const keyOf = ({ namespaces }: Network, namespace: Namespace): string | undefined =>
  [...namespaces].find(([, each]) => each === namespace)?.[0]

/** What the text has written to a file that `ip netns exec` puts in place there; the machine's own is nobody's. */
export function netnsText(network: Network, namespace: Namespace, file: NetnsFile): string | undefined {
  if (network.netnsFiles.size === 0 || namespace.name === hostNamespace) return undefined
  return network.netnsFiles.get(`${keyOf(network, namespace)}/${file}`)?.text
}
