/** The network that the commands made, as a lab file. */
import { formatPrefix, isLinkLocalIpv6, parseAddress } from '../../lab/address.js'
import { dnsmasqEntries } from '../../lab/dnsmasq.js'
import { formatEndpoint } from '../../lab/endpoint.js'
import { usesIpv6 } from '../../lab/ipv6.js'
import { hostNamespace, usualMiimon } from '../../lab/lab.js'
import { mainTable, tableEntry } from '../../lab/table.js'
import { labVersion, type LabFile, type RouteEntry } from '../../lab/schema.js'
import { linkSettingEntries } from '../../lab/link-settings.js'
import { netnsFiles, readNetnsFile, type NamesEntry } from '../../lab/netns-files.js'
import { neighbourEntry } from '../../lab/normalise-neighbours.js'
import { freshWords } from '../../plan/fresh-settings.js'
import { cableImpair } from '../../plan/impair-entry.js'
import { readPolicy } from '../../plan/read-back-policy.js'
import { readRules } from '../../plan/read-back-rules.js'
import { bridgeNetfilterKeys } from '../../plan/sysctls.js'
import { nftText } from './nft-text.js'
import type { Tell } from '../notice.js'
import { quote } from '../../lab/describe.js'
import { bridgeKeys } from './bridge.js'
import { noDeviceHint } from './links.js'
import { keepPolicyRules } from './policy.js'
import { keepRules, policyLines } from './rules.js'
import { isWhole, spelledText } from './saved.js'
import { isSettled, settleTunnels } from './tunnel-ends.js'
import { netnsText, type Device, type DeviceKind, type Namespace, type Network, type Route } from './network.js'
import { said } from '../../words/said.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type LinkEntry = NonNullable<LabFile['links']>[number]
type InterfaceEntry = NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]>

const ipForward = 'net.ipv4.ip_forward'
const ipv6Forward = 'net.ipv6.conf.all.forwarding'
const disableIpv6 = 'net.ipv6.conf.all.disable_ipv6'
const acceptDad = 'net.ipv6.conf.default.accept_dad'

/**
 * What every lab does by itself is left out: IPv6 switched off where nobody speaks it, no search for duplicates of
 * addresses, no packet filter on bridges. A plan for the result asks for what the text asked for.
 */
export function labOf(network: Network, name: string, tell: Tell): LabFile {
  settleTunnels(network, tell)
  for (const namespace of network.namespaces.values()) dropLooseRules(namespace, tell)
  tellUnsaidNames(network, tell)
  const links = linkEntries(network)
  const namespaces = [...network.namespaces.values()]
  const speaks = namespaces.some(({ rules, policy, policies }) =>
    [...rules, ...policies.values(), ...policy.map(({ rule }) => rule)].some(({ family }) => family === 'ipv6'),
  )
  const build = (habits: Habits, speaksIpv6: boolean): LabFile => ({
    vethlab: labVersion,
    name,
    namespaces: Object.fromEntries(
      namespaces
        .map((each) => [each.name, namespaceEntry(each, habits, speaksIpv6, namesOf(network, each))] as const)
        .filter(([each, entry]) => each !== hostNamespace || Object.keys(entry).length > 0),
    ),
    ...(links.length > 0 ? { links: [...links] } : {}),
    ...tunnelEntries(namespaces),
  })
  // What only repeats the habits of a lab that speaks IPv6 goes, unless it is all that says that this lab does.
  if (usesIpv6(build('unspoken', true))) return build('ipv6', true)
  const spoken = build('none', speaks)
  return usesIpv6(spoken) ? spoken : build('none', false)
}

/** A lab file's rules name interfaces that are there. */
function dropLooseRules(namespace: Namespace, tell: Tell): void {
  const isThere = (devices: readonly string[], offset: number): boolean => {
    const missing = devices.find((name) => !namespace.devices.has(name))
    if (missing === undefined) return true
    const message = said`There is no interface ${quote(missing)} in ${quote(namespace.name)}; the rule is left out.`
    tell(offset, { message, hint: noDeviceHint(namespace, missing) })
    return false
  }
  const kept = namespace.rules.filter(({ devices, offset }) => isThere(devices, offset))
  keepRules(namespace.rules, kept)
  keepPolicyRules(namespace, ({ rule: { iif, oif }, offset }) =>
    isThere(
      [iif, oif].filter((name) => name !== null),
      offset,
    ),
  )
}

function linkEntries({ cables }: Network): readonly LinkEntry[] {
  return [...cables].flatMap((near): LinkEntry[] => {
    const far = near.peer
    if (!far) return []
    const [a, b] = [near, far].map((end) => formatEndpoint({ namespace: end.namespace.name, interface: end.name }))
    // A cable is told from the node to what it is plugged into.
    const hostFirst = near.namespace.name === hostNamespace && far.namespace.name !== hostNamespace
    const ends: [string, string] = hostFirst ? [b ?? '', a ?? ''] : [a ?? '', b ?? '']
    const impair = cableImpair(ends, hostFirst ? [far.impair, near.impair] : [near.impair, far.impair])
    return [impair ? { ends, impair } : ends]
  })
}

function tunnelEntries(namespaces: readonly Namespace[]): Pick<LabFile, 'tunnels'> {
  const tunnels = namespaces.flatMap(({ name: namespace, devices }) =>
    [...devices.values()].flatMap(({ name, tunnel }) =>
      tunnel && isSettled(tunnel) ? [{ ...tunnel, namespace, name }] : [],
    ),
  )
  return tunnels.length > 0 ? { tunnels } : {}
}

function tellUnsaidNames({ netnsFiles: written }: Network, tell: Tell): void {
  for (const [key, { text, offset }] of written)
    for (const line of readNetnsFile(key.endsWith('/hosts') ? 'hosts' : 'resolv.conf', text).rest)
      tell(offset, { message: said`${quote(line)} is left out; a lab file has no word for it.`, hint: null })
}

/** What the text has written to the files that `ip netns exec` puts in place there. */
function namesOf(network: Network, namespace: Namespace): NamesEntry {
  return netnsFiles.reduce<NamesEntry>(
    (read, file) => ({ ...read, ...readNetnsFile(file, netnsText(network, namespace, file) ?? '').entry }),
    {},
  )
}

const textKeys = { ipv4: 'iptables', ipv6: 'ip6tables' } as const

function namespaceEntry(namespace: Namespace, habits: Habits, speaksIpv6: boolean, names: NamesEntry): NamespaceEntry {
  const bridges: NonNullable<NamespaceEntry['bridges']> = {}
  const interfaces: Record<string, InterfaceEntry> = {}
  const dummies: Record<string, InterfaceEntry> = {}
  const vlans: NonNullable<NamespaceEntry['vlans']> = {}
  const bonds: NonNullable<NamespaceEntry['bonds']> = {}
  const vrfs: NonNullable<NamespaceEntry['vrfs']> = {}
  const [macvlans, ipvlans] = [shareEntries(namespace, 'macvlan'), shareEntries(namespace, 'ipvlan')]
  for (const device of namespace.devices.values()) {
    const entry = interfaceEntry(device)
    if (device.kind === 'bridge') {
      const ports = [...device.ports].map(({ name }) => name)
      bridges[device.name] = {
        ...entry,
        ...(ports.length > 0 ? { ports } : {}),
        ...(device.stp ? { stp: true } : {}),
        ...bridgeKeys(device),
      }
    } else if (device.share) {
      // Named where its parent is.
    } else if (device.vlan) {
      const { parent, id, protocol } = device.vlan
      vlans[device.name] = { link: parent.name, id, ...(protocol === '802.1q' ? {} : { protocol }), ...entry }
    } else if (device.bond) {
      const { mode, primary, miimon } = device.bond
      const members = [...device.ports].map(({ name }) => name)
      bonds[device.name] = {
        mode,
        ...(primary !== null && members.includes(primary) ? { primary } : {}),
        ...(miimon === null || miimon === usualMiimon(mode) ? {} : { miimon }),
        ...(members.length > 0 ? { members } : {}),
        ...entry,
      }
    } else if (device.table !== null) {
      const members = [...device.ports].map(({ name }) => name)
      vrfs[device.name] = { table: device.table, ...(members.length > 0 ? { members } : {}), ...entry }
    } else if (device.exact) {
      dummies[device.name] = entry
    } else if (Object.keys(entry).length > 0 || device.kind === 'dummy') {
      interfaces[device.name] = entry
    }
  }
  const texts = { iptables: spelledText(namespace, 'ipv4'), ip6tables: spelledText(namespace, 'ipv6') }
  const lines = [...policyLines(namespace), ...namespace.rules].filter(
    ({ family }) => !isWhole(namespace.spelled, family) || texts[textKeys[family]] === null,
  )
  const { nat, firewall } = readRules({ name: namespace.name, ruleset: { nft: [], iptables: lines } }, speaksIpv6)
  const native = nftText(namespace)
  const settings = settingsOf(namespace, habits)
  const routes = [...namespace.routes.values()].map((route) => routeEntry(namespace, route))
  const live = namespace.policy.map(({ rule }) => ({ ...rule, protocol: 'boot', others: [] }))
  const policy = readPolicy({ name: namespace.name, rules: live }, speaksIpv6)
  const neighbours = [...namespace.devices.values()].flatMap((device) =>
    [...device.neighbours.values()].map((each) => neighbourEntry({ ...each, dev: device.name })),
  )
  return {
    ...(settings.forwarding === undefined ? {} : { forwarding: settings.forwarding }),
    ...(Object.keys(bridges).length > 0 ? { bridges } : {}),
    ...(Object.keys(dummies).length > 0 ? { dummies } : {}),
    ...(Object.keys(vlans).length > 0 ? { vlans } : {}),
    ...(Object.keys(macvlans).length > 0 ? { macvlans: macvlans as NamespaceEntry['macvlans'] } : {}),
    ...(Object.keys(ipvlans).length > 0 ? { ipvlans: ipvlans as NamespaceEntry['ipvlans'] } : {}),
    ...(Object.keys(bonds).length > 0 ? { bonds } : {}),
    ...(Object.keys(vrfs).length > 0 ? { vrfs } : {}),
    ...(Object.keys(interfaces).length > 0 ? { interfaces } : {}),
    ...(policy.rules.length > 0 ? { rules: [...policy.rules] } : {}),
    ...(routes.length > 0 ? { routes } : {}),
    ...(neighbours.length > 0 ? { neighbours } : {}),
    ...names,
    ...(nat.length > 0 ? { nat: [...nat] } : {}),
    ...(firewall.length > 0 ? { firewall: [...firewall] } : {}),
    ...(native === null ? {} : { nft: native }),
    ...(texts.iptables === null ? {} : { iptables: texts.iptables }),
    ...(texts.ip6tables === null ? {} : { ip6tables: texts.ip6tables }),
    ...(Object.keys(settings.sysctls).length > 0 ? { sysctls: settings.sysctls } : {}),
    ...servedEntry(namespace, names),
  }
}

/** What shares cables of the namespace, wherever it is; it has its parent's size, and what it cannot have but from there. */
function shareEntries(namespace: Namespace, kind: 'macvlan' | 'ipvlan'): Record<string, object> {
  const shares = [...namespace.devices.values()].flatMap((device) => [...device.shares])
  return Object.fromEntries(
    shares.flatMap((each) => {
      if (each.kind !== kind || !each.share) return []
      const { parent, mode } = each.share
      const { mac, mtu, ...entry } = interfaceEntry(each)
      const own = kind === 'macvlan'
      const isSmaller = mtu !== undefined && mtu < (parent.mtu ?? usualMtu[parent.kind] ?? mtu)
      const said = {
        ...{ link: parent.name, mode },
        ...(each.namespace === namespace ? {} : { in: each.namespace.name }),
        ...(own && mode !== 'passthru' && mac !== undefined ? { mac } : {}),
        ...(own && isSmaller ? { mtu } : {}),
      }
      return [[each.name, { ...said, ...entry }] as const]
    }),
  )
}

/** Bytes that an interface of the kind has anyway; null where that depends on others. */
const usualMtu: Readonly<Partial<Record<DeviceKind, number>>> = { loopback: 65536, veth: 1500, dummy: 1500, bond: 1500 }

/** Forwarding goes by the namespace's own resolver; without one it would go nowhere. */
function servedEntry(
  { name, dnsmasq, listeners }: Namespace,
  { resolver }: NamesEntry,
): Pick<NamespaceEntry, 'services'> {
  const services: NonNullable<NamespaceEntry['services']> = [...listeners]
  if (dnsmasq) {
    const { dns } = dnsmasq
    const forward = dns?.forward === true && (name === hostNamespace || resolver !== undefined)
    services.push(...dnsmasqEntries({ ...dnsmasq, dns: dns && { ...dns, forward } }))
  }
  return services.length > 0 ? { services } : {}
}

function interfaceEntry({ kind, addresses, mac, mtu, up, settings, asksDhcp }: Device): InterfaceEntry {
  return {
    ...(addresses.length > 0 ? { addresses: addresses.map(formatPrefix) } : {}),
    ...(mac === null ? {} : { mac }),
    ...(mtu === null || mtu === usualMtu[kind] ? {} : { mtu }),
    ...(up ? {} : { up: false }),
    ...linkSettingEntries(settings),
    ...(asksDhcp ? { dhcp4: true } : {}),
  }
}

function routeEntry(
  namespace: Namespace,
  { to, via, device, named, metric, type, onlink, table, source, mtu, nexthops }: Route,
): RouteEntry {
  // `default` takes its family from the gateway; without one the prefix must say it.
  const target =
    to.length === 0 && [{ via }, ...nexthops].some((hop) => hop.via !== null) ? 'default' : formatPrefix(to)
  // A lab file does not count neighbours by a default route; there the route itself says that its gateway is one.
  const lone = via !== null && !onlink && device !== null && !isNeighbour(namespace, via, device)
  const dev = device && (named || via === null || lone) ? device.name : null
  // The gateway alone says which way, unless no subnet or more than one holds it.
  const plain = via !== null && !onlink && !lone && onlyWay(namespace, via) === device
  const hops = nexthops.map((hop) => ({
    ...(hop.via === null ? {} : { via: hop.via }),
    ...(hop.via !== null && (!hop.named || onlyWay(namespace, hop.via) === hop.device) ? {} : { dev: hop.device.name }),
    ...(hop.weight === 1 ? {} : { weight: hop.weight }),
  }))
  return {
    to: target,
    ...(via === null ? {} : { via }),
    ...(dev === null || plain ? {} : { dev }),
    ...(hops.length > 0 ? { nexthops: hops } : {}),
    ...(metric === null ? {} : { metric }),
    ...(type === 'unicast' ? {} : { type }),
    ...(onlink || lone ? { onlink: true } : {}),
    ...(table === mainTable ? {} : { table: tableEntry(table) }),
    ...(source === null ? {} : { source }),
    ...(mtu === null ? {} : { mtu }),
  }
}

function isNeighbour({ subnets }: Namespace, via: string, device: Device): boolean {
  const gateway = parseAddress(via)
  if (!gateway || isLinkLocalIpv6(gateway)) return true
  for (const each of subnets.reaching(gateway, 1)) if (each === device) return true
  return false
}

function onlyWay(namespace: Namespace, via: string): Device | null {
  const gateway = parseAddress(via)
  if (!gateway || isLinkLocalIpv6(gateway)) return null
  let only: Device | null = null
  for (const device of namespace.subnets.reaching(gateway, 1)) {
    if (only !== null && only !== device) return null
    only = device
  }
  return only
}

/**
 * Which settings of IPv6 go without saying: all that a lab with IPv6 makes, the same without those that must then be
 * said, or that it is off.
 */
type Habits = 'ipv6' | 'unspoken' | 'none'

/** A namespace that the text has made has these without a word, whatever the machine hands on. */
const fresh: ReadonlyMap<string, string> = new Map(
  freshWords.map((word) => word.split('=') as [key: string, value: string]),
)

interface Settings {
  readonly forwarding: boolean | undefined
  readonly sysctls: Record<string, string>
}

function settingsOf({ name, sysctls, devices }: Namespace, habits: Habits): Settings {
  const settings = new Map([...sysctls].filter(([key, value]) => name === hostNamespace || fresh.get(key) !== value))
  const forwards = settings.get(ipForward)
  const forwarding = forwards === '1' ? true : forwards === '0' ? false : undefined
  if (forwarding !== undefined) settings.delete(ipForward)
  if (habits !== 'none') {
    if (settings.get(acceptDad) === '0') settings.delete(acceptDad)
    if (settings.get(disableIpv6) === '0') settings.delete(disableIpv6)
    // `forwarding` speaks for both families in a lab that speaks IPv6.
    const forwards6 = settings.get(ipv6Forward)
    if (forwarding !== undefined && forwards6 === (forwarding ? '1' : '0')) settings.delete(ipv6Forward)
    else if (habits === 'ipv6' && forwarding === true && forwards6 === undefined) settings.set(ipv6Forward, '0')
  } else if (settings.get(disableIpv6) === '1') {
    settings.delete(disableIpv6)
  }
  if ([...devices.values()].some(({ kind }) => kind === 'bridge'))
    for (const key of bridgeNetfilterKeys) if (settings.get(key) === '0') settings.delete(key)
  return { forwarding, sysctls: Object.fromEntries(settings) }
}
