/** `vethlab state --as lab`: the live network as a lab file. */
import type { DeviceEntry } from '../lab/device-tables.js'
import { usesIpv6 } from '../lab/ipv6.js'
import { linkSettingEntries } from '../lab/link-settings.js'
import { netnsFiles, readNetnsFile, type NamesEntry } from '../lab/netns-files.js'
import { hostNamespace, type LabShare } from '../lab/lab.js'
import { interfaceNamePattern, labVersion, namespaceNamePattern } from '../lab/schema.js'
import type { LabFile } from '../lab/schema.js'
import { isTunnelKind } from '../lab/tunnel.js'
import type { LiveLink, LiveNamespace, LiveState } from '../live/state.js'
import { indexLive, isKernelAddress, isOwnRoute, linkKey, type LiveIndex } from './live-index.js'
import { cableImpair } from './impair-entry.js'
import { givenNeighbours } from './given-neighbours.js'
import { netnsDirectoryOf } from './netns-files.js'
import { livePolicies } from './policies.js'
import { isOwnRule } from './policy-rules.js'
import { dnsmasqEntries } from '../lab/dnsmasq.js'
import { bondEntry, hasUsualMtu } from './read-back-usual.js'
import { bridgeEntry } from './read-back-bridge.js'
import { isFallback, tunnelEntry, tunnelExit, wireguardEntry } from './read-back-tunnels.js'
import { readPolicy } from './read-back-policy.js'
import { addressOthers, linkOthers } from './read-back-others.js'
import { isSayable, routeEntry } from './read-back-routes.js'
import { readRules } from './read-back-rules.js'
import { readNeighbours, silencedPorts, writtenStations } from './read-back-stations.js'
import { ipv6Switch, readSysctls } from './read-back-sysctls.js'
import { withoutLeases } from './dhcp.js'
import { liveShare } from './shares.js'
import { said, type Said } from '../words/said.js'
import { wholeRoutes } from './whole-routes.js'

export interface ReadBack {
  readonly lab: LabFile
  /** What a lab file has no words for, one sentence or command each. */
  readonly unexpressed: readonly Said[]
}

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type LinkEntry = NonNullable<LabFile['links']>[number]

/** The uplink's tap, brought by slirp4netns, with its address and route: `uplink: on` stands for all of it. */
const isUplinkTap = (namespace: string, link: LiveLink): boolean =>
  namespace === hostNamespace && link.kind === 'tun' && link.name === 'eth0'

/** Kinds an `interfaces:` entry without a link stands for. */
const bareKinds = new Set(['ifb', 'physical', 'tun'])

/**
 * A plan for the result against the same live state is empty, and a fresh build of it gives the same network. MACs are
 * left out: the kernel does not tell a given one from its own choice.
 *
 * @param asMade false: settings that are merely the kernel's own are not written down, and become the lab's habits
 */
export function labFromLive(found: LiveState, name: string, asMade = true): ReadBack {
  const live = withoutLeases(found)
  const speaksIpv6 = live.namespaces.some(
    ({ addresses, routes, neighbours, proxies = [], rules, ruleset, sysctls }) =>
      addresses.some((each) => each.family === 'ipv6' && !isKernelAddress(each)) ||
      routes.some((each) => each.family === 'ipv6' && isOwnRoute(each)) ||
      givenNeighbours({ neighbours, proxies }).some((each) => each.family === 'ipv6') ||
      rules.some((each) => each.family === 'ipv6' && isOwnRule(each)) ||
      ruleset.iptables.some((each) => each.family === 'ipv6' && each.rule !== null) ||
      livePolicies(ruleset.iptables).some((each) => each.family === 'ipv6') ||
      ipv6Switch(sysctls, asMade) !== null,
  )
  const read = readState(live, name, speaksIpv6, asMade)
  if (usesIpv6(read.lab) === speaksIpv6) return read
  // What there is of IPv6 may turn out to be nothing a lab file can name, but for switches that a lab with IPv6 turns itself.
  return (speaksIpv6 ? withIpv6Switch(read, live, asMade) : null) ?? readState(live, name, !speaksIpv6, asMade)
}

function withIpv6Switch({ lab, unexpressed }: ReadBack, live: LiveState, asMade: boolean): ReadBack | null {
  for (const { name, sysctls } of live.namespaces) {
    const turned = ipv6Switch(sysctls, asMade)
    const entry = lab.namespaces?.[name]
    if (!turned || !entry) continue
    const namespaces = { ...lab.namespaces, [name]: { ...entry, sysctls: { ...entry.sysctls, ...turned } } }
    return { lab: { ...lab, namespaces }, unexpressed }
  }
  return null
}

function readState(live: LiveState, name: string, speaksIpv6: boolean, asMade: boolean): ReadBack {
  const index = indexLive(live)
  const unexpressed: Said[] = []
  const readable = live.namespaces.filter((each) => {
    const fits = namespaceNamePattern.test(each.name)
    if (!fits) unexpressed.push(said`Namespace ${JSON.stringify(each.name)}: its name does not fit a lab file.`)
    return fits
  })
  const links = new Links(index, new Set(readable.map((each) => each.name)), unexpressed)
  const namespaces: Record<string, NamespaceEntry> = {}
  for (const namespace of readable)
    namespaces[namespace.name] = readNamespace(namespace, links, speaksIpv6, asMade, unexpressed)
  for (const { home, ...share } of links.shares)
    namespaces[share.from] = putShare(namespaces[share.from] ?? {}, home, share)
  const uplink = index.link(hostNamespace, 'eth0')
  const lab: LabFile = {
    vethlab: labVersion,
    name,
    namespaces,
    ...(links.entries.length > 0 ? { links: links.entries } : {}),
    ...(links.tunnels.length > 0 ? { tunnels: links.tunnels } : {}),
    ...(uplink && isUplinkTap(hostNamespace, uplink) ? { uplink: 'on' as const } : {}),
  }
  return { lab, unexpressed }
}

interface ReadShare {
  readonly from: string
  readonly name: string
  readonly share: LabShare
  readonly said: DeviceEntry
}

/** Into the namespace of its parent, with the one where it is. */
function putShare(entry: NamespaceEntry, home: string, { from, name, share, said }: ReadShare): NamespaceEntry {
  const moved = { ...(home === from ? {} : { in: home }), ...said }
  const link = share.parent.interface
  return share.kind === 'macvlan'
    ? { ...entry, macvlans: { ...entry.macvlans, [name]: { link, mode: share.mode, ...moved } } }
    : { ...entry, ipvlans: { ...entry.ipvlans, [name]: { link, mode: share.mode, ...moved } } }
}

/** Collects the veth pairs and tunnels of all namespaces, and knows which links a lab file can hold. */
class Links {
  readonly entries: LinkEntry[] = []
  readonly tunnels: NonNullable<LabFile['tunnels']> = []
  readonly shares: (ReadShare & { readonly home: string })[] = []
  readonly #index: LiveIndex
  readonly #namespaces: ReadonlySet<string>
  readonly #unexpressed: Said[]
  readonly #verdicts = new Map<string, Said | null>()
  readonly #paired = new Set<string>()
  readonly #shared = new Map<string, string>()

  constructor(index: LiveIndex, namespaces: ReadonlySet<string>, unexpressed: Said[]) {
    this.#index = index
    this.#namespaces = namespaces
    this.#unexpressed = unexpressed
  }

  /** Whether the lab file has this link; makes its `links` or `tunnels` entry the first time. */
  read(namespace: string, link: LiveLink): boolean {
    const why = this.#refuse(namespace, link)
    if (why !== null) this.#unexpressed.push(said`Interface ${link.name} in ${namespace}: ${why}.`)
    return why === null
  }

  /** Asked once of each, by itself or for what is on it: what can be said is put down by asking. */
  #refuse(namespace: string, link: LiveLink): Said | null {
    const key = linkKey(namespace, link.name)
    const known = this.#verdicts.get(key)
    if (known !== undefined) return known
    const verdict = this.#judge(namespace, link)
    this.#verdicts.set(key, verdict)
    return verdict
  }

  #judge(namespace: string, link: LiveLink): Said | null {
    // `__proto__` is refused in a lab file: as a key of a plain object it would be lost.
    if (!interfaceNamePattern.test(link.name) || link.name === '__proto__')
      return said`its name does not fit a lab file`
    if (['loopback', 'bridge', 'dummy', 'bond', 'vrf'].includes(link.kind) || bareKinds.has(link.kind)) return null
    if (link.share) return this.#share(namespace, link)
    if (link.kind === 'vlan') return this.#parent(namespace, link)
    if (link.kind === 'vxlan' || isTunnelKind(link.kind)) return this.#tunnel(namespace, link)
    if (link.kind === 'wireguard') return this.#wireguard(namespace, link)
    return link.kind === 'veth' ? this.#pair(namespace, link) : said`a lab file has no ${link.kind} devices`
  }

  #tunnel(namespace: string, link: LiveLink): Said | null {
    const live = this.#index.namespaces.get(namespace)?.live
    const entry = live ? tunnelEntry(namespace, link, live) : said`its namespace cannot be read`
    if (!('type' in entry)) return entry
    this.tunnels.push(entry)
    return null
  }

  #wireguard(namespace: string, link: LiveLink): Said | null {
    if (!link.wireguard) return said`its keys and peers cannot be read`
    const { entry, unknown } = wireguardEntry(namespace, link.name, link.wireguard, this.#index)
    for (const key of unknown)
      this.#unexpressed.push(
        said`Interface ${link.name} in ${namespace}: no tunnel of the lab has the key of its peer ${key}.`,
      )
    this.tunnels.push(entry)
    return null
  }

  /** A sub-interface goes as far as the one that it is on. */
  #parent(namespace: string, { vlan }: LiveLink): Said | null {
    const below = vlan?.link ?? null
    const parent = below === null ? undefined : this.#index.link(namespace, below)
    if (!parent) return said`what it is on is in another namespace`
    return this.#refuse(namespace, parent) === null ? null : said`what it is on, ${parent.name}, is not in the file`
  }

  /** It is named in the namespace of its parent, where a name can stand once. */
  #share(namespace: string, link: LiveLink): Said | null {
    const parent = this.#index.parent({ namespace, link })
    const share = liveShare(this.#index, { namespace, link })
    if (!parent || !share || !this.#namespaces.has(parent.namespace))
      return said`what it is on is in no namespace of the lab`
    if (link.master !== null || link.bond !== undefined) return said`a lab file has no ${link.kind} with such a master`
    if (this.#refuse(parent.namespace, parent.link) !== null)
      return said`what it is on, ${parent.link.name}, is not in the file`
    const key = `${parent.namespace} ${link.kind} ${link.name}`
    const holder = this.#shared.get(key) ?? namespace
    this.#shared.set(key, holder)
    return holder === namespace ? null : said`${parent.namespace} has a ${link.kind} of that name in ${holder} already`
  }

  /** Of one that `read` has taken. */
  addShare(home: string, link: LiveLink, said: DeviceEntry): void {
    const share = liveShare(this.#index, { namespace: home, link })
    const parent = this.#index.parent({ namespace: home, link })
    if (!share || !parent) return
    const { mtu, ...others } = said
    const isOwnMtu = mtu !== undefined && share.kind === 'macvlan' && link.mtu !== parent.link.mtu
    this.shares.push({
      ...{ home, from: parent.namespace, name: link.name, share },
      said: { ...others, ...(isOwnMtu ? { mtu } : {}) },
    })
  }

  #pair(namespace: string, link: LiveLink): Said | null {
    const peer = this.#index.peer({ namespace, link })
    if (!peer || !this.#namespaces.has(peer.namespace) || !interfaceNamePattern.test(peer.link.name)) {
      return said`its other end is in no namespace of the lab`
    }
    const [near, far] = [linkKey(namespace, link.name), linkKey(peer.namespace, peer.link.name)]
    if (this.#paired.has(near)) return null
    this.#paired.add(near).add(far)
    // A cable is told from the node to what it is plugged into; host comes first in the live state.
    const ends: [string, string] = namespace === hostNamespace ? [far, near] : [near, far]
    const impairs = [link.impair, peer.link.impair] as const
    const impair = cableImpair(ends, namespace === hostNamespace ? [impairs[1], impairs[0]] : impairs)
    this.entries.push(impair ? { ends, impair } : ends)
    return null
  }
}

function readNamespace(
  live: LiveNamespace,
  links: Links,
  speaksIpv6: boolean,
  asMade: boolean,
  unexpressed: Said[],
): NamespaceEntry {
  const bridges: NonNullable<NamespaceEntry['bridges']> = {}
  const dummies: NonNullable<NamespaceEntry['dummies']> = {}
  const vlans: NonNullable<NamespaceEntry['vlans']> = {}
  const bonds: NonNullable<NamespaceEntry['bonds']> = {}
  const vrfs: NonNullable<NamespaceEntry['vrfs']> = {}
  const interfaces: NonNullable<NamespaceEntry['interfaces']> = {}
  const skipped = new Set<string>()
  for (const link of live.links) {
    if (isUplinkTap(live.name, link) || isFallback(link)) {
      skipped.add(link.name)
    } else if (!links.read(live.name, link)) {
      skipped.add(link.name)
    } else {
      unexpressed.push(...linkOthers(live, link), ...tunnelExit(live, link), ...addressOthers(live, link.name))
      const addresses = live.addresses.filter((each) => each.dev === link.name && !isKernelAddress(each))
      const said = {
        ...(addresses.length > 0 ? { addresses: addresses.map(({ address }) => address) } : {}),
        ...((hasUsualMtu(live, link) && !link.share) || link.bond !== undefined ? {} : { mtu: link.mtu }),
        ...(link.up ? {} : { up: false }),
        ...linkSettingEntries(link.settings),
        ...(live.dhcp?.some(({ dev }) => dev === link.name) ? { dhcp4: true } : {}),
      }
      const members = live.links.filter(({ master }) => master === link.name)
      const ports = members.flatMap(({ name: port, share }) => (share ? [] : [port]))
      if (link.kind === 'bridge') {
        bridges[link.name] = {
          ...said,
          ...(ports.length > 0 ? { ports } : {}),
          ...(link.bridge?.stp ? { stp: true } : {}),
          ...bridgeEntry(link, members),
        }
      } else if (link.share) {
        links.addShare(live.name, link, said)
      } else if (link.kind === 'dummy') {
        dummies[link.name] = said
      } else if (link.vlan && link.vlan.link !== null) {
        const { id, protocol, link: parent } = link.vlan
        vlans[link.name] = { link: parent, id, ...(protocol === '802.1q' ? {} : { protocol }), ...said }
      } else if (link.bonding) {
        const members = live.links.flatMap(({ name, bond }) => (bond === link.name ? [name] : []))
        bonds[link.name] = { ...bondEntry(link.bonding), ...(members.length > 0 ? { members } : {}), ...said }
      } else if (link.kind === 'vrf') {
        const members = live.links.flatMap(({ name, vrf }) => (vrf === link.name ? [name] : []))
        vrfs[link.name] = { table: link.table ?? 0, ...(members.length > 0 ? { members } : {}), ...said }
      } else if (Object.keys(said).length > 0 || bareKinds.has(link.kind)) {
        interfaces[link.name] = said
      }
    }
  }
  const routes = wholeRoutes(live.routes).filter((route) => isSayable(live, route, skipped, unexpressed))
  const neighbours = readNeighbours(live, skipped, unexpressed)
  unexpressed.push(...writtenStations(live), ...silencedPorts(live))
  const policy = readPolicy(live, speaksIpv6)
  unexpressed.push(...policy.unexpressed)
  const rules = readRules(live, speaksIpv6)
  unexpressed.push(...rules.unexpressed)
  const sysctls = readSysctls(live, speaksIpv6, asMade)
  return {
    ...(live.sysctls['net.ipv4.ip_forward'] === '1' ? { forwarding: true } : {}),
    ...(Object.keys(bridges).length > 0 ? { bridges } : {}),
    ...(Object.keys(dummies).length > 0 ? { dummies } : {}),
    ...(Object.keys(vlans).length > 0 ? { vlans } : {}),
    ...(Object.keys(bonds).length > 0 ? { bonds } : {}),
    ...(Object.keys(vrfs).length > 0 ? { vrfs } : {}),
    ...(Object.keys(interfaces).length > 0 ? { interfaces } : {}),
    ...(policy.rules.length > 0 ? { rules: [...policy.rules] } : {}),
    ...(routes.length > 0 ? { routes: routes.map((route) => routeEntry(live, route)) } : {}),
    ...(neighbours.length > 0 ? { neighbours } : {}),
    ...readNames(live, unexpressed),
    ...(rules.nat.length > 0 ? { nat: [...rules.nat] } : {}),
    ...(rules.firewall.length > 0 ? { firewall: [...rules.firewall] } : {}),
    ...rules.texts,
    ...(Object.keys(sysctls).length > 0 ? { sysctls } : {}),
    ...(live.services.length > 0 || live.dnsmasq
      ? {
          services: [
            ...live.services.map((service) => ({ ...service })),
            ...(live.dnsmasq ? dnsmasqEntries(live.dnsmasq) : []),
          ],
        }
      : {}),
  }
}

function readNames({ name, files = {} }: LiveNamespace, unexpressed: Said[]): NamesEntry {
  if (name === hostNamespace) return {}
  return netnsFiles.reduce<NamesEntry>((read, file) => {
    const { entry, rest } = readNetnsFile(file, files[file] ?? '')
    unexpressed.push(...rest.map((line) => said`${`${netnsDirectoryOf(name)}/${file}`}: ${line}`))
    return { ...read, ...entry }
  }, {})
}
