/**
 * The vocabulary of changes to a lab file, in the kernel's words where it has one. One change is one thing that a hand
 * does; a gesture is a list of them. `null` takes a key out of the file: what it then is, is the kernel's choice.
 */
import type { ImpairEntry } from '../lab/impair.js'
import type { Endpoint, LabShare, LinkSetting } from '../lab/lab.js'
import type { NamesEntry } from '../lab/netns-files.js'
import type { RulesetKind } from '../lab/ruleset/refusal.js'
import type {
  CheckEntry,
  FirewallEntry,
  LabFile,
  NatEntry,
  NeighbourEntry,
  NoteEntry,
  RouteEntry,
  RuleEntry,
  ServiceEntry,
  TunnelEntry,
} from '../lab/schema.js'

export type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
export type InterfaceEntry = NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]>
export type BridgeEntry = NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>
export type VlanEntry = NonNullable<NonNullable<NamespaceEntry['vlans']>[string]>
export type MacvlanEntry = NonNullable<NonNullable<NamespaceEntry['macvlans']>[string]>
export type BondEntry = NonNullable<NonNullable<NamespaceEntry['bonds']>[string]>
export const bondKeys = ['mode', 'primary', 'miimon'] as const
export type VrfEntry = NonNullable<NonNullable<NamespaceEntry['vrfs']>[string]>
export const bridgeKeys = [
  ...(['priority', 'forward-delay', 'ageing', 'hairpin', 'isolated', 'learning'] as const),
  ...(['vlan-filtering', 'port-vlans'] as const),
] as const
export type BridgeKey = (typeof bridgeKeys)[number]
export type LinkEntry = NonNullable<LabFile['links']>[number]
export type { TunnelEntry }
/** What an entry says besides whose it is and what it is called. */
export type TunnelSettings = Settings<TunnelEntry>
type Settings<Entry> = Entry extends unknown ? Omit<Entry, 'namespace' | 'name'> : never

export interface Point {
  readonly x: number
  readonly y: number
}

interface At {
  readonly namespace: string
}
interface OfLink extends At {
  readonly name: string
}

export type NamespaceChange =
  | (At & { readonly op: 'namespace-add'; readonly entry?: NamespaceEntry; readonly at?: Point })
  /** With its cables, and with all that names it or them. */
  | (At & { readonly op: 'namespace-delete' })
  /** Everything that names it follows. */
  | (At & { readonly op: 'namespace-rename'; readonly to: string })
  | (At & { readonly op: 'forwarding-set'; readonly forwarding: boolean | null })
  | (At & { readonly op: 'sysctl-set'; readonly key: string; readonly value: string | number | null })
  /** Where its programs learn what a name stands for. */
  | (At & {
      readonly op: 'names-set'
      readonly keys: { readonly [Key in keyof NamesEntry]?: NamesEntry[Key] | null }
    })
  | (At & { readonly op: 'ruleset-set'; readonly kind: RulesetKind; readonly text: string | null })

export type LinkChange =
  | {
      readonly op: 'veth-add'
      readonly ends: readonly [Endpoint, Endpoint]
      readonly mtu?: number
      readonly impair?: ImpairEntry
    }
  /** Plugs one end of a cable in elsewhere; what its interface has goes along. */
  | { readonly op: 'veth-move'; readonly end: Endpoint; readonly to: Endpoint }
  /** Of both ends, named by either. */
  | { readonly op: 'veth-mtu'; readonly end: Endpoint; readonly mtu: number | null }
  | { readonly op: 'impair-set'; readonly end: Endpoint; readonly impair: ImpairEntry | null }
  /** Pulls a cable out at that end; `null` plugs it in again, whichever end it was pulled out of. */
  | { readonly op: 'unplug-set'; readonly end: Endpoint; readonly unplugged: boolean | null }
  | (OfLink & { readonly op: 'bridge-add'; readonly entry?: BridgeEntry })
  | (OfLink & { readonly op: 'bridge-stp'; readonly stp: boolean | null })
  | { readonly op: 'tunnel-add'; readonly tunnel: TunnelEntry }
  | (OfLink & { readonly op: 'tunnel-set'; readonly tunnel: TunnelSettings })
  /** What else its entry says of it and of its ports. */
  | (OfLink & {
      readonly op: 'bridge-set'
      readonly keys: { readonly [Key in BridgeKey]?: NonNullable<BridgeEntry[Key]> | null }
    })
  /** An interface without a cable; `exact`: a dummy device and no other. */
  | (OfLink & { readonly op: 'dummy-add'; readonly entry?: InterfaceEntry; readonly exact?: boolean })
  | (OfLink & { readonly op: 'vlan-add'; readonly entry: VlanEntry })
  | (OfLink & { readonly op: 'vlan-set'; readonly entry: Pick<VlanEntry, 'link' | 'id' | 'protocol'> })
  /** `namespace` is that of the interface whose cable it shares. */
  | (OfLink & {
      readonly op: 'share-add'
      readonly share: LabShare['kind']
      readonly link: string
      readonly entry: Omit<MacvlanEntry, 'link' | 'mode'> & { readonly mode?: LabShare['mode'] | undefined }
    })
  /** `namespace` is that of the macvlan or ipvlan itself. */
  | (OfLink & { readonly op: 'share-set'; readonly mode: LabShare['mode'] })
  | (OfLink & { readonly op: 'bond-add'; readonly entry?: BondEntry })
  | (OfLink & { readonly op: 'bond-set'; readonly keys: Pick<BondEntry, (typeof bondKeys)[number]> })
  | (OfLink & { readonly op: 'vrf-add'; readonly entry: VrfEntry })
  | (OfLink & { readonly op: 'vrf-set'; readonly table: number })
  /** Of any kind, a cable with both ends; and all that names it. */
  | (OfLink & { readonly op: 'link-delete' })
  | (OfLink & { readonly op: 'link-rename'; readonly to: string })
  | (OfLink & { readonly op: 'link-up'; readonly up: boolean | null })
  | (OfLink & { readonly op: 'link-mtu'; readonly mtu: number | null })
  | (OfLink & { readonly op: 'link-mac'; readonly mac: string | null })
  | (OfLink & {
      readonly op: 'link-set'
      readonly keys: { readonly [Key in LinkSetting | 'dhcp4']?: NonNullable<InterfaceEntry[Key]> | null }
    })
  | (OfLink & { readonly op: 'link-master'; readonly master: string | null })
  | (At & { readonly op: 'address-add'; readonly dev: string; readonly address: string })
  | (At & { readonly op: 'address-set'; readonly dev: string; readonly at: number; readonly address: string })
  | (At & { readonly op: 'address-delete'; readonly dev: string; readonly address: string })

/** Entries of lists have no names: they are known by their place, as it is when their change has its turn. */
type ListOps<Name extends string, Entry> =
  | { readonly op: `${Name}-add`; readonly entry: Entry; readonly at?: number }
  | { readonly op: `${Name}-set`; readonly at: number; readonly entry: Entry }
  | { readonly op: `${Name}-delete`; readonly at: number }
  | { readonly op: `${Name}-move`; readonly at: number; readonly to: number }

export type EntryChange =
  | (At & ListOps<'route', RouteEntry>)
  | (At & ListOps<'rule', RuleEntry>)
  | (At & ListOps<'neighbour', NeighbourEntry>)
  | (At & ListOps<'nat', NatEntry>)
  | (At & ListOps<'firewall', FirewallEntry>)
  | (At & ListOps<'service', ServiceEntry>)
  | ListOps<'check', CheckEntry>
  | ListOps<'goal', CheckEntry>
  /** Drawing only. */
  | ListOps<'note', NoteEntry>

/** What the file says of the lab as a whole. */
export type LabKeys = Pick<LabFile, 'name' | 'title' | 'description' | 'broken' | 'uplink' | 'explanation' | 'guide'>

export type WholeChange =
  | {
      readonly op: 'lab-set'
      readonly keys: { readonly [Key in keyof LabKeys]?: LabKeys[Key] | null }
    }
  /** Drawing only. A part of a namespace is named behind a colon. */
  | { readonly op: 'layout-set'; readonly name: string; readonly at: Point | null }

export type LabChange = NamespaceChange | LinkChange | EntryChange | WholeChange
export type ChangeOp = LabChange['op']
export type ChangeOf<Op extends ChangeOp> = Extract<LabChange, { readonly op: Op }>
