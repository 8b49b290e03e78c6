import { hostNamespace, type Lab, type LabLink } from '../../electron/core/lab/lab.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Scene, SceneCable, SceneInterface, SceneNamespace } from './scene.js'
import { interfaceId, namespaceOf, outsideId } from './scene.js'
import { tunnelPairs } from './scene-tunnel.js'
import { presenceOf, sceneInterfaces, type NamespaceSources, type PeerNames } from './scene-interface.js'
import { firewallRules, sceneNat, sceneRoutes } from './scene-rules.js'

export interface SceneSources {
  readonly lab: Lab | null
  readonly live: LiveState | null
  /** The lab as it was last deployed: tells what is leaving from what was made in a terminal. */
  readonly standing?: Lab | null
  /** Words about namespaces, by name. */
  readonly captions?: ReadonlyMap<string, string>
}

/** Names that people give to the network beyond their own; the picture puts those on the right, with a globe. */
const farName = /^(internet|inet|wan|outside|world|isp|remote|cloud)\b/i

/** The whole picture's content. Pure; the same sources give an equal scene. */
export function buildScene({ lab, live, standing = null, captions }: SceneSources): Scene {
  const liveByName = new Map((live?.namespaces ?? []).map((each) => [each.name, each]))
  const names: PeerNames = new Map(
    (live?.namespaces ?? []).map((each) => [each.name, new Map(each.links.map((link) => [link.index, link.name]))]),
  )
  const order = new Set([hostNamespace, ...(lab?.namespaces.keys() ?? []), ...liveByName.keys()])
  const sources = [...order].map((name): NamespaceSources => ({
    name,
    lab: lab?.namespaces.get(name),
    live: liveByName.get(name),
    standing: standing?.namespaces.get(name),
  }))
  const interfaces = new Map<string, SceneInterface[]>()
  for (const source of sources) interfaces.set(source.name, sceneInterfaces(source, lab, names))
  const byId = new Map([...interfaces.values()].flat().map((each) => [each.id, each]))
  const neighbours = (name: string): Set<string> =>
    new Set(
      (interfaces.get(name) ?? []).flatMap((each) =>
        each.peer && byId.has(each.peer) ? [namespaceOf(each.peer)] : [],
      ),
    )

  const built = sources.map((source): SceneNamespace => {
    const caption = captions?.get(source.name)
    const made = namespace(source, lab, interfaces.get(source.name) ?? [], neighbours(source.name))
    return caption === undefined ? made : { ...made, caption }
  })
  const natPeers = new Set(
    built.flatMap((each) =>
      each.nat
        .filter((nat) => nat.dev !== null && nat.target !== 'DNAT')
        .map((nat) => byId.get(interfaceId(each.id, nat.dev as string))?.peer)
        .filter((peer) => peer !== undefined && peer !== null)
        .map(namespaceOf),
    ),
  )
  const namespaces = built
    .map((each): SceneNamespace => {
      const leaf = neighbours(each.id).size <= 1 && !each.interfaces.some((item) => item.kind === 'bridge')
      const far = each.role === 'edge' && leaf && (farName.test(each.name) || natPeers.has(each.id))
      return far ? { ...each, role: 'far', banded: false } : each
    })
    // A host that holds nothing but its lo has no part in the picture, unless it is all there is.
    .filter((each) => each.role !== 'host' || built.length === 1 || !isIdle(each))

  const cables = veths(byId, lab, standing)
  cables.push(...tunnels(byId), ...shared(byId))
  const uplink = [...byId.values()].find((each) => each.uplink)
  if (uplink) {
    const end = interfaceId(outsideId, 'uplink')
    namespaces.push(outside())
    cables.push({
      id: `${uplink.id}~${end}`,
      kind: 'uplink',
      ends: [uplink.id, end],
      presence: 'live',
      carries: uplink.state === 'up',
      ...unimpaired,
      tunnelId: null,
    })
  }
  return { namespaces, cables }
}

const isIdle = (each: SceneNamespace): boolean =>
  each.interfaces.every((item) => item.kind === 'loopback' && item.addresses.length === 0) &&
  each.nat.length === 0 &&
  each.routes.length === 0

function namespace(
  source: NamespaceSources,
  lab: Lab | null,
  interfaces: readonly SceneInterface[],
  neighbours: ReadonlySet<string>,
): SceneNamespace {
  const isHost = source.name === hostNamespace
  const hasLab = lab !== null
  const presence = presenceOf(
    source.lab !== undefined || isHost,
    source.live !== undefined,
    source.standing !== undefined,
    hasLab,
  )
  const sysctl = source.live?.sysctls['net.ipv4.ip_forward'] ?? source.live?.sysctls['net.ipv4.conf.all.forwarding']
  const forwarding = source.live ? sysctl === '1' : source.lab?.forwarding === true
  const cabled = interfaces.some((each) => each.kind !== 'loopback')
  const routes = forwarding || source.lab?.forwarding !== undefined
  const nat = sceneNat(source, hasLab)
  return {
    id: source.name,
    name: source.name,
    role: isHost ? 'host' : 'edge',
    presence,
    banded:
      interfaces.some((each) => each.kind === 'bridge') ||
      (cabled && (isHost || routes || nat.length > 0 || neighbours.size >= 2)),
    forwarding,
    interfaces,
    nat,
    firewallRules: firewallRules(source.lab, source.live),
    routes: sceneRoutes(source, hasLab, presence),
  }
}

function outside(): SceneNamespace {
  const name = 'uplink'
  return {
    id: outsideId,
    name: '',
    role: 'outside',
    presence: 'live',
    banded: false,
    forwarding: false,
    interfaces: [
      {
        id: interfaceId(outsideId, name),
        namespace: outsideId,
        name,
        kind: 'uplink',
        presence: 'live',
        state: 'up',
        addresses: [],
        master: null,
        belongs: null,
        peer: null,
        tunnel: null,
        uplink: false,
      },
    ],
    nat: [],
    firewallRules: 0,
    routes: [],
  }
}

/** One cable per veth pair, whichever of its ends is known first. */
function veths(byId: ReadonlyMap<string, SceneInterface>, lab: Lab | null, standing: Lab | null): SceneCable[] {
  const linkKey = (link: LabLink): string => pairKey(link.ends.map((end) => interfaceId(end.namespace, end.interface)))
  const links = new Map((lab?.links ?? []).map((link) => [linkKey(link), link]))
  const old = new Set((standing?.links ?? []).map(linkKey))
  const cables = new Map<string, SceneCable>()
  for (const end of byId.values()) {
    const other = end.peer === null ? undefined : byId.get(end.peer)
    if (!other || other.id === end.id) continue
    const key = pairKey([end.id, other.id])
    if (cables.has(key)) continue
    const inLive = end.state !== 'planned' && other.state !== 'planned'
    cables.set(key, {
      id: key,
      kind: 'veth',
      ends: [end.id, other.id],
      presence: presenceOf(links.has(key), inLive, old.has(key), lab !== null),
      carries: inLive ? end.state === 'up' && other.state === 'up' : true,
      ...impairedAt(links.get(key), end.id),
      tunnelId: null,
    })
  }
  return [...cables.values()]
}

const unimpaired = { impair: [null, null], unplugged: null } as const

/** In the order in which the cable is drawn: from `first`. */
function impairedAt(link: LabLink | undefined, first: string): Pick<SceneCable, 'impair' | 'unplugged'> {
  if (!link) return unimpaired
  const ids = link.ends.map((end) => interfaceId(end.namespace, end.interface))
  const [a, b] = link.impair
  const pulled = link.unplugged
  return {
    impair: ids[0] === first ? [a, b] : [b, a],
    unplugged: pulled && interfaceId(pulled.namespace, pulled.interface),
  }
}

const pairKey = (ends: readonly string[]): string => [...ends].sort().join('~')

/** From a macvlan or an ipvlan to the interface of another namespace whose cable it shares. */
function shared(byId: ReadonlyMap<string, SceneInterface>): SceneCable[] {
  return [...byId.values()].flatMap((end): SceneCable[] => {
    const parent = end.share?.parent
    const other = parent && parent.namespace !== null ? byId.get(interfaceId(parent.namespace, parent.name)) : undefined
    if (!other) return []
    return [
      {
        id: pairKey([end.id, other.id]),
        kind: 'share',
        ends: [end.id, other.id],
        presence: end.presence,
        carries: end.state !== 'down' && other.state !== 'down',
        ...unimpaired,
        tunnelId: null,
      },
    ]
  })
}

function tunnels(byId: ReadonlyMap<string, SceneInterface>): SceneCable[] {
  return tunnelPairs(byId).map(([end, other]) => ({
    id: pairKey([end.id, other.id]),
    kind: 'tunnel',
    ends: [end.id, other.id],
    presence: end.presence === 'live' ? other.presence : end.presence,
    carries: end.state !== 'down' && other.state !== 'down',
    ...unimpaired,
    tunnelId: end.tunnel?.id ?? null,
    ...(end.tunnel ? { tunnelLabel: end.tunnel.label } : {}),
  }))
}
