/**
 * What the canvas shows, before it has any place: the lab and the kernel's state folded into one list of namespaces,
 * interfaces and cables. Live over lab: what is only in the lab is `planned`, what is only in the kernel is `foreign`
 * (made in a terminal) or `leaving` (it was deployed, and the lab no longer has it).
 */
import type { Impair, PortVlan } from '../../electron/core/lab/lab.js'

export type Presence = 'live' | 'planned' | 'foreign' | 'leaving'

/** `no-carrier`: switched on, but the other end is off or gone (IFF_LOWER_UP is clear). */
export type InterfaceState = 'up' | 'down' | 'no-carrier' | 'planned'

/** A value with its standing: an address, a route or a NAT rule. */
export interface Stated {
  readonly text: string
  readonly presence: Presence
}

export interface SceneInterface {
  /** `namespace:name`; unique in the scene because neither part may contain a colon. */
  readonly id: string
  readonly namespace: string
  readonly name: string
  /** `loopback`, `veth`, `bridge`, `vxlan`, `dummy`, `vlan`, `vrf`, `bond`, or the kernel's own word for another kind. */
  readonly kind: string
  readonly presence: Presence
  readonly state: InterfaceState
  /** Without 127.0.0.1, ::1 and link-local ones, which every namespace has and nobody asked for. */
  readonly addresses: readonly Stated[]
  /** The bridge that this interface is a port of. */
  readonly master: string | null
  /** The bridge that the lab makes it a port of, be it one already or not: places follow what is wanted. */
  readonly belongs: string | null
  /** Id of the interface at the other end of the cable. */
  readonly peer: string | null
  readonly tunnel: SceneTunnel | null
  readonly uplink: boolean
  /** Of a sub-interface. */
  readonly vlan?: { readonly id: number; readonly parent: string }
  /** The VRF that it is a member of. */
  readonly vrf?: string
  /** The bond that it is a member of. */
  readonly bond?: string
  /** Of a bond itself: its mode, and the member in use, where the kernel knows one. */
  readonly bonding?: { readonly mode: string; readonly active: string | null }
  /** Of a VRF itself: its routing table. */
  readonly table?: number
  /** Of a port, or the bridge itself, where the bridge goes by VLANs. */
  readonly vlans?: readonly PortVlan[]
  /** Of a macvlan or an ipvlan: how it shares the cable of another interface; `namespace` null: of its own. */
  readonly share?: {
    readonly mode: string
    readonly parent: { readonly name: string; readonly namespace: string | null }
  }
}

export interface SceneTunnel {
  /** The same in every language, such as `VXLAN 42`. */
  readonly label: string
  /** The same for ends that understand each other. */
  readonly network: string
  readonly id: number | null
  readonly local: string | null
  readonly remotes: readonly string[]
}

export interface SceneNat {
  /** The interface whose path the hexagon sits on. */
  readonly dev: string | null
  /** The iptables target: MASQUERADE, SNAT or DNAT. */
  readonly target: string
  /** Source range, or what is published to where. */
  readonly detail: string
  readonly presence: Presence
}

export interface SceneNamespace {
  readonly id: string
  readonly name: string
  /** What else is known of it, in a few words. */
  readonly caption?: string
  /** `outside`: not a namespace but the real network behind the uplink. */
  readonly role: 'host' | 'edge' | 'far' | 'outside'
  readonly presence: Presence
  /** Drawn with layer 2 and layer 3 bands, because it switches or routes. */
  readonly banded: boolean
  readonly forwarding: boolean
  readonly interfaces: readonly SceneInterface[]
  readonly nat: readonly SceneNat[]
  /** Rules and policies of the packet filter that are not plain "accept all". */
  readonly firewallRules: number
  /** Routes that somebody set, default first; connected ones are left out. */
  readonly routes: readonly Stated[]
}

export interface SceneCable {
  readonly id: string
  readonly kind: 'veth' | 'tunnel' | 'share' | 'uplink'
  /** Ids of interfaces. */
  readonly ends: readonly [string, string]
  readonly presence: Presence
  /** Both ends are up: frames can pass. */
  readonly carries: boolean
  /** What each end does to the frames that it sends. */
  readonly impair: readonly [Impair | null, Impair | null]
  /** The end at which it is pulled out, an id of an interface. */
  readonly unplugged: string | null
  /** Network identifier of a VXLAN or Geneve tunnel. */
  readonly tunnelId: number | null
  /** What kind of tunnel it is, and what tells it from others: the same in every language. */
  readonly tunnelLabel?: string
}

export interface Scene {
  readonly namespaces: readonly SceneNamespace[]
  readonly cables: readonly SceneCable[]
}

/** Colons are not allowed in names, so this can be no namespace's name. */
export const outsideId = ':outside'

export const interfaceId = (namespace: string, name: string): string => `${namespace}:${name}`
export const namespaceOf = (id: string): string => id.slice(0, id.lastIndexOf(':'))
