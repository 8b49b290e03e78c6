/** What one planning run knows: the lab, the kernel, and whose objects may be removed. */
import type { Endpoint, Lab, LabInterface } from '../lab/lab.js'
import { hostNamespace } from '../lab/lab.js'
import type { LabTunnel } from '../lab/tunnel.js'
import type { LiveLink, LiveTunnel } from '../live/state.js'
import type { LiveIndex } from './live-index.js'
import type { Marks } from './marks.js'
import type { Draft } from './order.js'

/**
 * Whose objects go when the lab does not have them: those of the former lab; nobody's (null); or all that the
 * namespaces of the lab and of the live state hold.
 */
export type Former = Lab | null | 'everything'

export interface Scope {
  readonly lab: Lab
  readonly index: LiveIndex
  readonly former: Former
  readonly draft: Draft
  /** Given to what the plan makes in `host`, where that is the machine's own; else null. */
  readonly marks: Marks | null
  /** Of the lab, and of the former one where there is one. */
  readonly interfaces: InterfaceIndex
  readonly formerInterfaces: InterfaceIndex
  /** Live links (`linkKey`) that this plan deletes, or that go with one it deletes. */
  readonly gone: ReadonlySet<string>
  /** Live namespaces that this plan deletes. */
  readonly goneNamespaces: ReadonlySet<string>
}

/** The former lab itself, where there is one. */
export function formerLab(former: Former): Lab | null {
  return former === 'everything' ? null : former
}

/** In the sandbox with its uplink on, the shell's slirp4netns brings the host's `eth0`; a plan neither makes nor removes it. */
export const uplinkInterface = 'eth0'

export function isUplink(lab: Lab, namespace: string, wanted: LabInterface): boolean {
  return lab.uplink && namespace === hostNamespace && wanted.kind === 'dummy' && wanted.name === uplinkInterface
}

/** A device that was there before any lab, or that somebody else brought: what is on it is not the lab's to clear. */
export function isProtected(link: LiveLink | undefined): boolean {
  return link !== undefined && (link.kind === 'physical' || link.kind === 'tun')
}

/** Interfaces of a lab by namespace and name. */
export type InterfaceIndex = ReadonlyMap<string, ReadonlyMap<string, LabInterface>>

export function indexInterfaces(lab: Lab | null): InterfaceIndex {
  return new Map(
    [...(lab?.namespaces ?? [])].map(([name, { interfaces }]) => [
      name,
      new Map(interfaces.map((each) => [each.name, each])),
    ]),
  )
}

/** Whether a live link is the one the lab means: same kind, and what cannot be changed on it is the same. */
export function isSameLink(index: LiveIndex, namespace: string, wanted: LabInterface, link: LiveLink): boolean {
  switch (wanted.kind) {
    case 'loopback':
    case 'bridge':
      return link.kind === wanted.kind
    case 'veth': {
      const peer = link.kind === 'veth' ? index.peer({ namespace, link }) : null
      return peer !== null && isEndpoint(wanted.peer, peer.namespace, peer.link.name)
    }
    case 'vxlan': {
      const { vxlan } = link
      return (
        vxlan !== null &&
        vxlan.id === wanted.id &&
        vxlan.local === wanted.local &&
        vxlan.remote === wanted.remote &&
        vxlan.port === wanted.port &&
        (vxlan.ttl ?? null) === wanted.ttl &&
        (vxlan.learning ?? true) === wanted.learning
      )
    }
    case 'dummy':
      if (wanted.exact) return link.kind === 'dummy'
      // ifb stands in where the kernel has no dummy, but takes a MAC only when it is made (ifb_netdev_ops).
      if (link.kind === 'ifb') return wanted.mac === null || wanted.mac === link.mac
      // On a real host the name may be a device of the machine.
      return link.kind === 'dummy' || isProtected(link)
    case 'bond': {
      const { bonding } = link
      return bonding?.mode === wanted.mode && bonding.miimon === wanted.miimon
    }
    case 'vrf':
      return link.kind === 'vrf' && link.table === wanted.table
    case 'vlan': {
      const { vlan } = link
      return vlan?.link === wanted.link && vlan.id === wanted.id && vlan.protocol === wanted.protocol
    }
    case 'macvlan':
    case 'ipvlan': {
      const parent = link.kind === wanted.kind ? index.parent({ namespace, link }) : null
      return (
        parent !== null &&
        isEndpoint(wanted.parent, parent.namespace, parent.link.name) &&
        link.share?.mode === wanted.mode
      )
    }
    case 'wireguard':
      return link.kind === wanted.kind
    default:
      return link.kind === wanted.kind && link.tunnel !== undefined && isSameTunnel(wanted, link.tunnel)
  }
}

const tunnelFields = ['local', 'remote', 'key', 'ttl', 'id', 'port'] as const

const isSameTunnel = (wanted: LabTunnel, live: LiveTunnel): boolean =>
  live.inputKey === undefined && tunnelFields.every((field) => live[field] === wanted[field])

function isEndpoint(end: Endpoint, namespace: string, name: string): boolean {
  return end.namespace === namespace && end.interface === name
}
