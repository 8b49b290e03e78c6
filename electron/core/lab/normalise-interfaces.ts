import { canonicalPrefix, parseAddress } from './address.js'
import { formatEndpoint } from './endpoint.js'
import type { Endpoint, LabInterface, LabLink } from './lab.js'
import { linkSettingsOf } from './link-settings.js'
import { normaliseBridge } from './normalise-bridge.js'
import type { NamespaceEntry } from './rules/lab-index.js'
import { defaultVxlanPort } from './rules/tunnels.js'
import type { LabFile } from './schema.js'

type InterfaceEntry = NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]>
type TunnelEntry = NonNullable<LabFile['tunnels']>[number]

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
      master: masters.get(name) ?? null,
      ...linkSettingsOf(own),
    })
    add({ ...common('lo', said.get('lo')), kind: 'loopback', master: null })
    for (const [name, bridge] of Object.entries(entry.bridges ?? {})) {
      add({ ...common(name, bridge), master: null, kind: 'bridge', ports: [], ...normaliseBridge(bridge) })
    }
    for (const [name, dummy] of Object.entries(entry.dummies ?? {}))
      add({ ...common(name, dummy), kind: 'dummy', exact: true })
    for (const tunnel of tunnels.get(namespace) ?? []) {
      const [local, remote] = [parseAddress(tunnel.local), parseAddress(tunnel.remote)]
      if (!local || !remote || local.family !== remote.family) continue
      const port = tunnel.port ?? defaultVxlanPort
      add({
        ...common(tunnel.name, said.get(tunnel.name)),
        kind: 'vxlan',
        id: tunnel.id,
        local: local.text,
        remote: remote.text,
        port,
      })
    }
    const stacked = new Map(Object.entries(entry.vlans ?? {}))
    for (const name of [...said.keys(), ...(ends.get(namespace) ?? [])]) {
      if (stacked.has(name)) continue
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
    const ports = portsByBridge(masters, made)
    return [...made.values()].map((device) => {
      if (device.kind === 'bridge') return { ...device, ports: ports.get(device.name) ?? [] }
      // A master that is not there (in a lab broken on purpose) is none.
      return device.master !== null && made.get(device.master)?.kind !== 'bridge' ? { ...device, master: null } : device
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

/** Port -> bridge, in file order; of two bridges that claim a port, the first has it. */
function mastersOf(entry: NamespaceEntry): ReadonlyMap<string, string> {
  const masters = new Map<string, string>()
  for (const [bridge, said] of Object.entries(entry.bridges ?? {})) {
    for (const port of said?.ports ?? []) if (!masters.has(port)) masters.set(port, bridge)
  }
  return masters
}

/** Bridge -> its ports, in file order. */
function portsByBridge(
  masters: ReadonlyMap<string, string>,
  made: ReadonlyMap<string, LabInterface>,
): ReadonlyMap<string, readonly string[]> {
  const ports = new Map<string, string[]>()
  for (const [port, bridge] of masters) {
    if (made.get(port)?.master !== bridge) continue
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
