/** Reading a namespace into the live state's words. */
import type { LiveLink } from '../../core/live/state.js'
import { Refusal } from './errno.js'
import { allSections, sectionBits, type KernelSections } from './mirror.js'
import type { Namespace } from './namespace.js'
import type { Namespaces } from './namespaces.js'
import { dumpAddresses, withLabel } from './rtnetlink/address.js'
import { dumpFdb } from './rtnetlink/fdb.js'
import { dumpPortVlans } from './rtnetlink/bridge.js'
import { withAgeing } from './ageing.js'
import { dumpLinks, type DumpedLink } from './rtnetlink/link-dump.js'
import { dumpNeighbours, dumpProxies, isToldApart } from './rtnetlink/neighbour.js'
import { dumpGroups, type DumpedGroup } from './rtnetlink/mdb.js'
import { dumpNetconf, netconfAll, netconfDefault } from './rtnetlink/netconf.js'
import { dumpQdiscs, type DumpedQdisc } from './rtnetlink/qdisc.js'
import { dumpRoutes } from './rtnetlink/route.js'
import { dumpRules } from './rtnetlink/rule.js'
import { readSysctl, sysctlInterface } from './sysctl.js'
import { Wireguard } from './wireguard.js'

/** Sections that name interfaces by their index, which only a dump of links turns into names. */
const namesLinks =
  sectionBits.addresses | sectionBits.routes | sectionBits.neighbours | sectionBits.proxies | sectionBits.fdb

/** Thrown inside this file only, to leave a dump at the first refusal. */
class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message)
  }
}

function given<T>(value: T | Refusal): T {
  if (value instanceof Refusal) throw new Refused(value)
  return value
}

/** Reads the sections whose bits are set, and the sysctls always: most of those change without an event. */
export function readNamespace(
  namespaces: Namespaces,
  namespace: Namespace,
  bits: number,
  sysctls: readonly string[],
): Refusal | null {
  const { mirror } = namespace
  let wanted = mirror.sections ? bits : allSections
  try {
    for (;;) {
      const unknown = readSections(namespaces, namespace, wanted, sysctls)
      // A link that came after the last dump of links: read all again, with it. One that is gone since has its event waiting.
      if (!unknown || wanted & sectionBits.links) return null
      wanted = allSections
    }
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

function readSections(
  namespaces: Namespaces,
  namespace: Namespace,
  bits: number,
  sysctlKeys: readonly string[],
): boolean {
  const { mirror, requests } = namespace
  let unknown = false
  const nameOf = (index: number): string => {
    const name = mirror.linkNames.get(index)
    if (name === undefined) unknown = true
    return name ?? `if${index}`
  }
  /** Moves `index` into `dev`. */
  const withName = <T extends { readonly index: number }>(dumped: T): Omit<T, 'index'> & { dev: string } => {
    const { index, ...rest } = dumped
    return { dev: nameOf(index), ...rest }
  }

  const before = mirror.sections
  if (bits & sectionBits.links || !before) {
    const links = withAgeing(given(dumpLinks(requests)), mirror.links)
    mirror.links = withWireguard(withVlans(links, requests), namespaces, namespace)
    mirror.qdiscs = byLink(given(dumpQdiscs(requests)))
    mirror.groups = links.some(({ bridge }) => bridge) ? given(dumpGroups(requests)) : []
    mirror.linkNames.clear()
    mirror.veths.clear()
    mirror.parents.clear()
    for (const link of mirror.links) {
      mirror.linkNames.set(link.index, link.name)
      if (link.other) mirror[link.shareMode === undefined ? 'veths' : 'parents'].set(link.index, link.other)
    }
  }
  const macs = new Map(mirror.links.map(({ index, mac }) => [index, mac]))
  const wants = (section: keyof typeof sectionBits): boolean => !before || (bits & sectionBits[section]) !== 0
  const sections: KernelSections = {
    links: wants('links') ? nameLinks(namespaces, namespace) : (before?.links ?? []),
    addresses: wants('addresses')
      ? given(dumpAddresses(requests)).map((each) => withLabel(withName(each)))
      : (before?.addresses ?? []),
    routes: wants('routes')
      ? given(dumpRoutes(requests)).map(({ index, ...route }) => ({
          ...route,
          dev: index === null ? null : nameOf(index),
        }))
      : (before?.routes ?? []),
    rules: wants('rules') ? given(dumpRules(requests)) : (before?.rules ?? []),
    neighbours: wants('neighbours')
      ? given(dumpNeighbours(requests))
          .filter((each) => isToldApart(each, macs.get(each.index)))
          .map(withName)
      : (before?.neighbours ?? []),
    proxies: wants('proxies') ? given(dumpProxies(requests)).map(withName) : (before?.proxies ?? []),
    fdb: wants('fdb')
      ? given(dumpFdb(requests)).map(({ index, masterIndex, ...entry }) => ({
          dev: nameOf(index),
          master: masterIndex === null ? null : nameOf(masterIndex),
          ...entry,
        }))
      : (before?.fdb ?? []),
    sysctls: readSysctls(namespaces, namespace, sysctlKeys),
  }
  mirror.sections = sections
  return unknown && (bits & namesLinks) !== 0
}

/** Asks for the VLANs of ports only where a bridge goes by them: few do. */
function withVlans(links: readonly DumpedLink[], requests: Namespace['requests']): readonly DumpedLink[] {
  const filtering = new Set(links.filter(({ bridge }) => bridge?.vlanFiltering).map(({ index }) => index))
  if (filtering.size === 0) return links
  const known = given(dumpPortVlans(requests))
  return links.map((link): DumpedLink => {
    const vlans = known.get(link.index) ?? []
    if (link.bridge && filtering.has(link.index)) return { ...link, bridge: { ...link.bridge, vlans } }
    const isPort = link.masterIndex !== null && filtering.has(link.masterIndex)
    return link.port && isPort ? { ...link, port: { ...link.port, vlans } } : link
  })
}

/** A link may have two: one for what leaves, and one for what comes in. */
function byLink(all: readonly (readonly [number, DumpedQdisc])[]): Map<number, DumpedQdisc> {
  const qdiscs = new Map<number, DumpedQdisc>()
  for (const [index, { impair, others }] of all) {
    const known = qdiscs.get(index)
    qdiscs.set(index, { impair: impair ?? known?.impair ?? null, others: [...(known?.others ?? []), ...others] })
  }
  return qdiscs
}

/** What its own family tells of WireGuard's devices; nothing where we may not ask. */
function withWireguard(
  links: readonly DumpedLink[],
  namespaces: Namespaces,
  namespace: Namespace,
): readonly DumpedLink[] {
  if (!links.some(({ kind }) => kind === 'wireguard')) return links
  const wireguard = namespaces.within(namespace, () => Wireguard.open())
  if (wireguard instanceof Refusal) return links
  const told = links.map((link): DumpedLink => {
    const read = link.kind === 'wireguard' ? wireguard.read(link.name) : null
    return read === null || read instanceof Refusal ? link : { ...link, wireguard: read }
  })
  wireguard.close()
  return told
}

/** Puts masters and peers into names, from what was last read. */
function nameLinks(namespaces: Namespaces, namespace: Namespace): LiveLink[] {
  const { mirror } = namespace
  mirror.unresolved = false
  given(namespaces.peers.learn(namespaces, namespace))
  return mirror.links.map((dumped) => {
    const { masterIndex, masterKind, other: _, tag, bondData, shareMode, leavesBy, others = [], ...link } = dumped
    const nameOf = (index: number | null): string | null =>
      index === null ? null : (mirror.linkNames.get(index) ?? null)
    const master = nameOf(masterIndex)
    const other = namespaces.peers.resolve(namespaces, namespace, dumped)
    const qdisc = mirror.qdiscs.get(link.index)
    const exit = nameOf(leavesBy ?? null)
    const said = [
      ...others,
      ...(qdisc?.others ?? []).map((words) => `tc qdisc add dev ${link.name} ${words}`),
      ...mirror.groups
        .filter(({ bridge }) => bridge === link.index)
        .map((group) => joinWords(link.name, group, nameOf)),
    ]
    return {
      ...link,
      ...(tag ? { vlan: { id: tag.id, protocol: tag.protocol, link: nameOf(tag.parent) } } : {}),
      ...(bondData
        ? { bonding: { ...bondData, primary: nameOf(bondData.primary), active: nameOf(bondData.active) } }
        : {}),
      master: masterKind === 'vrf' || masterKind === 'bond' ? null : master,
      ...(masterKind === 'vrf' && master !== null ? { vrf: master } : {}),
      ...(masterKind === 'bond' && master !== null ? { bond: master } : {}),
      peer: shareMode === undefined ? other : null,
      ...(shareMode !== undefined && other ? { share: { mode: shareMode, parent: other } } : {}),
      impair: qdisc?.impair ?? null,
      ...(exit === null ? {} : { leavesBy: exit }),
      ...(said.length > 0 ? { others: said } : {}),
    }
  })
}

/** The command that would join the group again. */
function joinWords(
  bridge: string,
  { port, group, source, vlan }: DumpedGroup,
  nameOf: (index: number) => string | null,
): string {
  const more = [...(source === null ? [] : ['src', source]), 'permanent', ...(vlan === null ? [] : ['vid', vlan])]
  return `bridge mdb add dev ${bridge} port ${nameOf(port) ?? `if${port}`} grp ${group} ${more.join(' ')}`
}

/** Looks again for peers that were in no known namespace, without asking for the links anew. */
export function renameLinks(namespaces: Namespaces, namespace: Namespace): Refusal | null {
  const { mirror } = namespace
  try {
    if (mirror.sections) mirror.sections = { ...mirror.sections, links: nameLinks(namespaces, namespace) }
    return null
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

function readSysctls(namespaces: Namespaces, namespace: Namespace, keys: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  const entered = namespaces.within(namespace, () => {
    for (const key of keys) {
      const value = readSysctl(key)
      if (value !== null) values[key] = value
    }
  })
  given(entered ?? null)
  for (const { index, rpFilter } of given(dumpNetconf(namespace.requests))) {
    const name =
      index === netconfAll ? 'all' : index === netconfDefault ? 'default' : namespace.mirror.linkNames.get(index)
    if (name !== undefined) values[`net.ipv4.conf.${sysctlInterface(name)}.rp_filter`] = String(rpFilter)
  }
  return values
}
