import { isShare, type Lab, type LabInterface, type LabNamespace, type PortVlan } from '../../electron/core/lab/lab.js'
import { usualVlans } from '../../electron/core/lab/normalise-bridge.js'
import type { LiveLink, LiveNamespace } from '../../electron/core/live/state.js'
import type { InterfaceState, Presence, SceneInterface, Stated } from './scene.js'
import { interfaceId } from './scene.js'
import { tunnelOf } from './scene-tunnel.js'
import { isFallback } from '../../electron/core/plan/read-back-tunnels.js'

/** Addresses that every interface has by itself; they would only be noise in the picture. */
const isAutomatic = (address: string): boolean =>
  address.startsWith('127.') || address.startsWith('::1/') || address.toLowerCase().startsWith('fe80:')

/** The standing of something: in the lab, in the kernel, in the lab as it was last deployed. */
export function presenceOf(inLab: boolean, inLive: boolean, inStanding: boolean, hasLab: boolean): Presence {
  if (inLab) return inLive ? 'live' : 'planned'
  if (!hasLab) return 'live'
  return inStanding ? 'leaving' : 'foreign'
}

/** Joins what is wanted with what is there, wanted order first. */
export function stated(
  wanted: readonly string[],
  there: readonly string[],
  standing: readonly string[],
  hasLab: boolean,
  whole: Presence,
): readonly Stated[] {
  // What is only in the file is never written like what the kernel has; inside something that is itself foreign or
  // leaving, every part shares its standing, and the whole says it.
  if (whole === 'planned') return wanted.map((text) => ({ text, presence: 'planned' as const }))
  if (whole !== 'live') return there.map((text) => ({ text, presence: 'live' as const }))
  const known = new Set(there)
  const asked = new Set(wanted)
  const old = new Set(standing)
  return [
    ...wanted.map((text) => ({ text, presence: presenceOf(true, known.has(text), old.has(text), hasLab) })),
    ...there
      .filter((text) => !asked.has(text))
      .map((text) => ({ text, presence: presenceOf(false, true, old.has(text), hasLab) })),
  ]
}

function stateOf(link: LiveLink | undefined): InterfaceState {
  if (!link) return 'planned'
  if (!link.up) return 'down'
  // A bridge without a live port has no carrier either, but it is its ports that say so.
  return link.carrier || link.kind === 'bridge' || link.kind === 'loopback' ? 'up' : 'no-carrier'
}

export interface NamespaceSources {
  readonly name: string
  readonly lab: LabNamespace | undefined
  readonly live: LiveNamespace | undefined
  readonly standing: LabNamespace | undefined
}

function peerId(wanted: LabInterface | undefined, link: LiveLink | undefined, names: PeerNames): string | null {
  if (link?.peer) {
    const { namespace, index } = link.peer
    const name = namespace === null ? undefined : names.get(namespace)?.get(index)
    return namespace !== null && name !== undefined ? interfaceId(namespace, name) : null
  }
  if (wanted?.kind === 'veth') return interfaceId(wanted.peer.namespace, wanted.peer.interface)
  return null
}

/** Interface names by index, by namespace. */
export type PeerNames = ReadonlyMap<string, ReadonlyMap<number, string>>

function sceneInterface(
  source: NamespaceSources,
  wanted: LabInterface | undefined,
  link: LiveLink | undefined,
  labs: { lab: Lab | null; names: PeerNames },
): SceneInterface {
  const name = (link?.name ?? wanted?.name) as string
  const old = source.standing?.interfaces.find((candidate) => candidate.name === name)
  const uplink = source.name === 'host' && link !== undefined && isUplink(link, labs.lab)
  const kind = wanted && wanted.kind !== 'dummy' ? wanted.kind : (link?.kind ?? wanted?.kind ?? 'dummy')
  const implied = uplink || kind === 'loopback'
  const presence = presenceOf(wanted !== undefined || implied, link !== undefined, old !== undefined, labs.lab !== null)
  const there = (source.live?.addresses ?? [])
    .filter((address) => address.dev === name)
    .map((address) => address.address)
  const addresses = stated(
    wanted?.addresses ?? (implied ? there : []),
    there,
    old?.addresses ?? [],
    labs.lab !== null,
    presence,
  ).filter((address) => !isAutomatic(address.text))
  const vlan = vlanOf(wanted, link)
  const vlans = vlansOf(source, wanted, link)
  const share = shareOf(source.name, wanted, link, labs.names)
  const vrf = link ? link.vrf : wanted?.vrf
  const bond = link ? link.bond : wanted?.bond
  const bonding = link?.bonding ?? (wanted?.kind === 'bond' ? { mode: wanted.mode, active: null } : undefined)
  const table = link?.table ?? (wanted?.kind === 'vrf' ? wanted.table : undefined)
  return {
    ...(vlan ? { vlan } : {}),
    ...(vlans ? { vlans } : {}),
    ...(share ? { share } : {}),
    ...(vrf === undefined ? {} : { vrf }),
    ...(bond === undefined ? {} : { bond }),
    ...(bonding === undefined ? {} : { bonding: { mode: bonding.mode, active: bonding.active } }),
    ...(table === undefined ? {} : { table }),
    id: interfaceId(source.name, name),
    namespace: source.name,
    name,
    kind,
    presence,
    state: stateOf(link),
    addresses,
    master: link ? link.master : (wanted?.master ?? null),
    belongs: wanted ? wanted.master : (link?.master ?? null),
    peer: peerId(wanted, link, labs.names),
    tunnel: tunnelOf(wanted, link, source.live?.fdb ?? []),
    uplink,
  }
}

function vlanOf(wanted: LabInterface | undefined, link: LiveLink | undefined): SceneInterface['vlan'] | null {
  if (link?.vlan) return { id: link.vlan.id, parent: link.vlan.link ?? '?' }
  return wanted?.kind === 'vlan' ? { id: wanted.id, parent: wanted.link } : null
}

/** What a macvlan or an ipvlan is on; the namespace is said only where it is another one. */
function shareOf(
  own: string,
  wanted: LabInterface | undefined,
  link: LiveLink | undefined,
  names: PeerNames,
): SceneInterface['share'] | null {
  const parentIn = (namespace: string | null, name: string) => ({
    name,
    namespace: namespace === own ? null : namespace,
  })
  if (link?.share) {
    const { namespace, index } = link.share.parent
    const parent = parentIn(namespace, names.get(namespace ?? '')?.get(index) ?? '?')
    return { mode: link.share.mode, parent }
  }
  if (!wanted || !isShare(wanted)) return null
  return { mode: wanted.mode, parent: parentIn(wanted.parent.namespace, wanted.parent.interface) }
}

/** What the kernel has, or what the file says while there is none. */
function vlansOf(
  { lab }: NamespaceSources,
  wanted: LabInterface | undefined,
  link: LiveLink | undefined,
): readonly PortVlan[] | null {
  if (link) return link.port?.vlans ?? link.bridge?.vlans ?? null
  if (!wanted) return null
  const bridge = wanted.kind === 'bridge' ? wanted : lab?.interfaces.find(({ name }) => name === wanted.master)
  if (bridge?.kind !== 'bridge' || bridge.settings['vlan-filtering'] !== 1) return null
  return bridge.portVlans.get(wanted.name) ?? usualVlans
}

/**
 * An interface that leads out of the machine; or the tap out of the sandbox, which is drawn whenever it is plugged in: it
 * must never be there unseen.
 */
function isUplink({ kind, name }: LiveLink, lab: Lab | null): boolean {
  if (kind === 'tun' && name === 'eth0') return true
  return lab?.uplink === true && (kind === 'tun' || kind === 'tap' || kind === 'physical')
}

/** Interfaces of one namespace: the lab's in file order, then the kernel's further ones by index. */
export function sceneInterfaces(source: NamespaceSources, lab: Lab | null, names: PeerNames): SceneInterface[] {
  const links = new Map((source.live?.links ?? []).map((link) => [link.name, link]))
  const wanted = source.lab?.interfaces ?? []
  const asked = new Set(wanted.map((each) => each.name))
  const context = { lab, names }
  return [
    ...wanted.map((each) => sceneInterface(source, each, links.get(each.name), context)),
    ...[...links.values()]
      .filter((link) => !asked.has(link.name) && !isFallback(link))
      .map((link) => sceneInterface(source, undefined, link, context)),
  ]
}
