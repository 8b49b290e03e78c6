import { canonicalPrefix } from './address.js'
import { masterEntries, sharesIn, type MasterTable, type ShareEntry } from './device-tables.js'
import { formatEndpoint } from './endpoint.js'
import { isShare, usualMiimon, type Endpoint, type LabInterface, type LabLink, type LabShare } from './lab.js'
import { linkSettingsOf } from './link-settings.js'
import { normaliseBridge } from './normalise-bridge.js'
import type { NamespaceEntry } from './rules/lab-index.js'
import { normaliseTunnel } from './normalise-tunnel.js'
import type { LabFile, TunnelEntry } from './schema.js'

type InterfaceEntry = NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]>

/** Every namespace's interfaces: `lo`, bridges, tunnels, those listed, then those that only a link names. */
export function normaliseInterfaces(
  labFile: LabFile,
  entries: ReadonlyMap<string, NamespaceEntry>,
  links: readonly LabLink[],
): ReadonlyMap<string, readonly LabInterface[]> {
  const cables = new Map<string, { readonly peer: Endpoint; readonly link: LabLink; readonly side: 0 | 1 }>()
  const ends = new Map<string, string[]>()
  for (const link of links) {
    for (const side of [0, 1] as const) {
      const [end, peer] = [link.ends[side], link.ends[side === 0 ? 1 : 0]]
      cables.set(formatEndpoint(end), { peer, link, side })
      const names = ends.get(end.namespace) ?? []
      names.push(end.interface)
      ends.set(end.namespace, names)
    }
  }
  const tunnels = new Map<string, TunnelEntry[]>()
  for (const tunnel of labFile.tunnels ?? []) {
    const known = tunnels.get(tunnel.namespace) ?? []
    known.push(tunnel)
    tunnels.set(tunnel.namespace, known)
  }

  const shares = sharesIn(labFile)

  const interfacesOf = (namespace: string, entry: NamespaceEntry): readonly LabInterface[] => {
    const made = new Map<string, LabInterface>()
    const add = (device: LabInterface): void => {
      if (!made.has(device.name)) made.set(device.name, device)
    }
    const said = new Map(Object.entries(entry.interfaces ?? {}))
    const masters = mastersOf(entry)
    const common = (name: string, own: InterfaceEntry | null | undefined) => ({
      name,
      addresses: canonicalAddresses(own?.addresses),
      mac: own?.mac?.toLowerCase() ?? null,
      mtu: own?.mtu ?? null,
      up: own?.up ?? true,
      master: null,
      ...(masters.get(name) ?? {}),
      ...linkSettingsOf(own),
    })
    add({ ...common('lo', said.get('lo')), kind: 'loopback' })
    for (const [name, bridge] of Object.entries(entry.bridges ?? {})) {
      add({ ...common(name, bridge), kind: 'bridge', ports: [], ...normaliseBridge(bridge) })
    }
    for (const [name, dummy] of Object.entries(entry.dummies ?? {}))
      add({ ...common(name, dummy), kind: 'dummy', exact: true })
    for (const [name, bond] of Object.entries(entry.bonds ?? {})) {
      const { mode = 'balance-rr', primary = null, miimon = usualMiimon(mode) } = bond ?? {}
      add({ ...common(name, bond), kind: 'bond', mode, primary, miimon })
    }
    for (const [name, { table, ...vrf }] of Object.entries(entry.vrfs ?? {}))
      add({ ...common(name, vrf), kind: 'vrf', table })
    for (const tunnel of tunnels.get(namespace) ?? []) {
      const more = normaliseTunnel(tunnel, labFile.tunnels ?? [])
      const about = said.get(tunnel.name)
      const addresses = [...(tunnel.addresses ?? []), ...(about?.addresses ?? [])]
      if (more) add({ ...common(tunnel.name, { ...about, addresses }), ...more })
    }
    const stacked = new Map(Object.entries(entry.vlans ?? {}))
    const shared = new Map((shares.get(namespace) ?? []).map((each) => [each.name, each]))
    for (const name of [...said.keys(), ...(ends.get(namespace) ?? [])]) {
      if (stacked.has(name) || shared.has(name)) continue
      const cable = cables.get(`${namespace}:${name}`)
      const own = common(name, said.get(name))
      if (!cable) add({ ...own, kind: 'dummy' })
      else {
        const { peer, link, side } = cable
        const up = own.up && link.unplugged !== link.ends[side]
        add({ ...own, kind: 'veth', up, mtu: own.mtu ?? link.mtu, peer, impair: link.impair[side] })
      }
    }
    for (const [name, { link, id, protocol = '802.1q', ...own }] of fromBelow(stacked)) {
      const about = common(name, own)
      // Nothing comes up on what is down (vlan_dev_open, net/8021q/vlan_dev.c).
      add({ ...about, kind: 'vlan', link, id, protocol, up: about.up && (made.get(link)?.up ?? true) })
    }
    for (const [name, share] of shared) {
      const about = said.get(name)
      const addresses = [...(share.said.addresses ?? []), ...(about?.addresses ?? [])]
      add({ ...common(name, { ...share.said, ...about, addresses }), ...normaliseShare(share) })
    }
    const ports = portsByBridge(masters, made)
    return [...made.values()].map((device) => {
      const member = withMaster(device, made)
      return member.kind === 'bridge' ? { ...member, ports: ports.get(member.name) ?? [] } : member
    })
  }
  return new Map([...entries].map(([name, entry]) => [name, interfacesOf(name, entry)]))
}

/** Each behind the one that it stands on; of those that stand on themselves, in a broken lab, none. */
function fromBelow<T extends { readonly link: string }>(
  stacked: ReadonlyMap<string, T>,
): readonly (readonly [name: string, entry: T])[] {
  const ordered = new Map<string, T>()
  const put = (name: string, passed: ReadonlySet<string>): boolean => {
    const entry = stacked.get(name)
    if (entry === undefined || ordered.has(name)) return true
    if (passed.has(name) || !put(entry.link, new Set([...passed, name]))) return false
    ordered.set(name, entry)
    return true
  }
  for (const name of stacked.keys()) put(name, new Set())
  return [...ordered]
}

/** Docker's modes, where none is said. */
function normaliseShare({ table, from, said }: ShareEntry): LabShare {
  const parent = { namespace: from, interface: said.link }
  return table === 'macvlans'
    ? { kind: 'macvlan', parent, mode: said.mode ?? 'bridge' }
    : { kind: 'ipvlan', parent, mode: said.mode ?? 'l2' }
}

type Master = Pick<LabInterface, 'master' | 'vrf' | 'bond'>

const asMaster: Readonly<Record<MasterTable, (name: string) => Master>> = {
  bridges: (master) => ({ master }),
  bonds: (bond) => ({ master: null, bond }),
  vrfs: (vrf) => ({ master: null, vrf }),
}

/** Whose each is, in file order; of two that claim one, the first has it. */
function mastersOf(entry: NamespaceEntry): ReadonlyMap<string, Master> {
  const masters = new Map<string, Master>()
  for (const [table, name, given] of masterEntries(entry))
    for (const each of given) if (!masters.has(each)) masters.set(each, asMaster[table](name))
  return masters
}

/** What stands over others itself is no member of a bond. */
const bondless: ReadonlySet<LabInterface['kind']> = new Set<LabInterface['kind']>([
  ...(['bridge', 'bond', 'vlan', 'macvlan', 'ipvlan', 'vxlan'] as const),
])

/** A master that is not there, or that takes no such interface (in a lab broken on purpose), is none. */
function withMaster(device: LabInterface, made: ReadonlyMap<string, LabInterface>): LabInterface {
  const { vrf, bond, ...without } = device
  const isThere = (name: string | null | undefined, kind: LabInterface['kind']): boolean =>
    name !== null && name !== undefined && made.get(name)?.kind === kind
  const takesNone = device.kind === 'loopback' || device.kind === 'vrf'
  const isPort = !takesNone && device.kind !== 'bridge' && !isShare(device) && isThere(device.master, 'bridge')
  const isMember = !takesNone && isThere(vrf, 'vrf')
  const isBonded = !takesNone && !bondless.has(device.kind) && isThere(bond, 'bond')
  return {
    ...without,
    ...(isBonded && bond !== undefined ? { bond } : {}),
    master: isPort ? device.master : null,
    ...(isMember && vrf !== undefined ? { vrf } : {}),
  }
}

/** Bridge -> its ports, in file order. */
function portsByBridge(
  masters: ReadonlyMap<string, Master>,
  made: ReadonlyMap<string, LabInterface>,
): ReadonlyMap<string, readonly string[]> {
  const ports = new Map<string, string[]>()
  for (const [port, { master: bridge }] of masters) {
    const device = made.get(port)
    if (bridge === null || !device || withMaster(device, made).master !== bridge) continue
    const known = ports.get(bridge) ?? []
    known.push(port)
    ports.set(bridge, known)
  }
  return ports
}

/** In file order, each once; text that is no address is left out. */
function canonicalAddresses(texts: readonly string[] | undefined): readonly string[] {
  return [...new Set((texts ?? []).flatMap((text) => canonicalPrefix(text) ?? []))]
}
