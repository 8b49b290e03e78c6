/** Changes of interfaces, bridges, tunnels and cables, and of the addresses on them. */
import { canonicalPrefix } from '../lab/address.js'
import { quote } from '../lab/describe.js'
import { devicePath, makingPath, masterEntries, masterTables } from '../lab/device-tables.js'
import { endsOf } from '../lab/ends.js'
import { formatEndpoint } from '../lab/endpoint.js'
import { error } from '../lab/finding.js'
import type { Finding } from '../lab/finding.js'
import { isByEnd } from '../lab/impair.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabPath } from '../lab/problem.js'
import { said } from '../words/said.js'
import { namespaceOf, noInterface, noNamespace } from './draft.js'
import type { Carry, Draft } from './draft.js'
import { hasInterface, removeInterface, renameAll } from './follow.js'
import { bondKeys, type LinkChange, type LinkEntry } from './lab-change.js'
import { isThere } from './namespace-ops.js'
import { interfaceReferences } from './references.js'

const taken = ({ namespace, interface: name }: Endpoint): Finding =>
  error(
    'name-taken',
    ['namespaces', namespace],
    said`There is an interface ${quote(name)} in namespace ${quote(namespace)} already.`,
    said`Choose another name.`,
  )

/** Whether a new interface can have this name there; an entry without a cable is no obstacle to a cable. */
function mayCome(draft: Draft, end: Endpoint): Finding | null {
  if (!isThere(draft, end.namespace)) return noNamespace(end.namespace)
  return hasInterface(draft.labFile, end) ? taken(end) : null
}

/** Where the entry of an interface is, or would be: what is made by its entry has a table of its kind. */
const entryPath = (draft: Draft, namespace: string, name: string): LabPath =>
  devicePath(draft.labFile, { namespace, interface: name })

function onEntry(draft: Draft, namespace: string, name: string, key: string, value: unknown): Finding | null {
  if (!isThere(draft, namespace)) return noNamespace(namespace)
  const path = entryPath(draft, namespace, name)
  const isUplink = draft.labFile.uplink === 'on'
  if (!isUplink && !hasInterface(draft.labFile, { namespace, interface: name })) return noInterface(namespace, name)
  draft.put([...path, key], value)
  return null
}

/** The cable that has this end. */
function cableOf(draft: Draft, end: Endpoint): { readonly path: LabPath; readonly side: 0 | 1 } | null {
  const text = formatEndpoint(end)
  for (const [i, link] of (draft.labFile.links ?? []).entries()) {
    const side = endsOf(link).indexOf(text)
    if (side === 0 || side === 1) return { path: ['links', i], side }
  }
  return null
}

/** Settings of an interface that no cable and no tunnel brings: no obstacle to one that does. */
const isBare = (draft: Draft, { namespace, interface: name }: Endpoint): boolean =>
  name !== 'lo' &&
  Object.hasOwn(namespaceOf(draft, namespace).interfaces ?? {}, name) &&
  cableOf(draft, { namespace, interface: name }) === null &&
  !(draft.labFile.tunnels ?? []).some((each) => each.namespace === namespace && each.name === name)

/** A key of a cable, which has none in its short form. */
function onCable(draft: Draft, end: Endpoint, key: 'mtu' | 'impair' | 'unplugged', value: unknown): Finding | null {
  const cable = cableOf(draft, end)
  if (!cable) return noInterface(end.namespace, end.interface)
  const entry = draft.at(cable.path)
  if (!Array.isArray(entry)) draft.put([...cable.path, key], value)
  else if (value !== null) draft.set(cable.path, { ends: entry, [key]: value })
  return null
}

/** What a cable says of one of its ends, when that is called otherwise. */
function followOnCable(draft: Draft, path: LabPath, from: string, to: string): void {
  const entry = draft.at(path)
  if (Array.isArray(entry)) return
  const { unplugged, impair } = entry as Exclude<LinkEntry, readonly unknown[]>
  if (unplugged === from) draft.set([...path, 'unplugged'], to)
  if (!impair || !isByEnd(impair) || !Object.hasOwn(impair, from)) return
  const renamed = Object.entries(impair).map(([key, keys]) => [key === from ? to : key, keys])
  draft.set([...path, 'impair'], Object.fromEntries(renamed))
}

const endPath = (draft: Draft, { path, side }: { readonly path: LabPath; readonly side: 0 | 1 }): LabPath =>
  Array.isArray(draft.at(path)) ? [...path, side] : [...path, 'ends', side]

/** Of the entry that says its addresses: a tunnel's own one may, or the one below `interfaces`. */
function addressPath(draft: Draft, namespace: string, name: string): LabPath {
  const at = (draft.labFile.tunnels ?? []).findIndex(
    (each) => each.namespace === namespace && each.name === name && each.addresses !== undefined,
  )
  if (at >= 0) return ['tunnels', at]
  const made = makingPath(draft.labFile, { namespace, interface: name })
  return made && draft.at([...made, 'addresses']) !== undefined ? made : entryPath(draft, namespace, name)
}

const addressesOf = (draft: Draft, namespace: string, name: string): readonly string[] =>
  (draft.at([...addressPath(draft, namespace, name), 'addresses']) as readonly string[] | undefined) ?? []

export const linkOps: { readonly [Op in LinkChange['op']]: Carry<Op> } = {
  'veth-add': (draft, { ends, mtu, impair }) => {
    const [a, b] = ends
    for (const end of ends) {
      if (!isThere(draft, end.namespace)) return noNamespace(end.namespace)
      const refused = isBare(draft, end) ? null : mayCome(draft, end)
      if (refused) return refused
    }
    const short = [formatEndpoint(a), formatEndpoint(b)]
    const long = { ends: short, ...(mtu === undefined ? {} : { mtu }), ...(impair === undefined ? {} : { impair }) }
    const isShort = mtu === undefined && impair === undefined
    draft.insert(['links', draft.labFile.links?.length ?? 0], isShort ? short : long)
    return null
  },
  'veth-move': (draft, { end, to }) => {
    if (formatEndpoint(end) === formatEndpoint(to)) return null
    const cable = cableOf(draft, end)
    if (!cable) return noInterface(end.namespace, end.interface)
    const refused = mayCome(draft, to)
    if (refused) return refused
    if (end.namespace === to.namespace) {
      renameAll(draft, interfaceReferences(draft.labFile, end), to.interface)
      return null
    }
    const there = ['namespaces', end.namespace, 'interfaces', end.interface]
    const entry = draft.at(there)
    draft.set(endPath(draft, cable), formatEndpoint(to))
    followOnCable(draft, cable.path, formatEndpoint(end), formatEndpoint(to))
    draft.removeAll(interfaceReferences(draft.labFile, end).map(({ goes }) => goes))
    if (entry !== undefined) draft.set(['namespaces', to.namespace, 'interfaces', to.interface], entry)
    return null
  },
  'veth-mtu': (draft, { end, mtu }) => onCable(draft, end, 'mtu', mtu),
  'impair-set': (draft, { end, impair }) => onCable(draft, end, 'impair', impair),
  'unplug-set': (draft, { end, unplugged }) =>
    onCable(draft, end, 'unplugged', unplugged === true ? formatEndpoint(end) : null),
  'bridge-add': (draft, { namespace, name, entry }) => {
    const refused = mayCome(draft, { namespace, interface: name })
    if (refused) return refused
    draft.set(['namespaces', namespace, 'bridges', name], entry ?? {})
    return null
  },
  'bridge-stp': (draft, { namespace, name, stp }) => {
    if (!Object.hasOwn(namespaceOf(draft, namespace).bridges ?? {}, name)) return noInterface(namespace, name)
    draft.put(['namespaces', namespace, 'bridges', name, 'stp'], stp)
    return null
  },
  'tunnel-add': (draft, { tunnel }) => {
    const end = { namespace: tunnel.namespace, interface: tunnel.name }
    if (!isThere(draft, end.namespace)) return noNamespace(end.namespace)
    const refused = isBare(draft, end) ? null : mayCome(draft, end)
    if (refused) return refused
    draft.insert(['tunnels', draft.labFile.tunnels?.length ?? 0], tunnel)
    return null
  },
  'tunnel-set': (draft, { namespace, name, tunnel }) => {
    const at = (draft.labFile.tunnels ?? []).findIndex((each) => each.namespace === namespace && each.name === name)
    if (at < 0) return noInterface(namespace, name)
    draft.merge(['tunnels', at], { ...tunnel, namespace, name })
    return null
  },
  'bridge-set': (draft, { namespace, name, keys }) => {
    if (!Object.hasOwn(namespaceOf(draft, namespace).bridges ?? {}, name)) return noInterface(namespace, name)
    for (const [key, value] of Object.entries(keys))
      if (value !== undefined) draft.put(['namespaces', namespace, 'bridges', name, key], value)
    return null
  },
  'dummy-add': (draft, { namespace, name, entry, exact }) => {
    const refused = mayCome(draft, { namespace, interface: name })
    if (refused) return refused
    draft.set(['namespaces', namespace, exact ? 'dummies' : 'interfaces', name], entry ?? {})
    return null
  },
  'vlan-add': (draft, { namespace, name, entry }) => {
    const refused = mayCome(draft, { namespace, interface: name })
    if (refused) return refused
    draft.set(['namespaces', namespace, 'vlans', name], entry)
    return null
  },
  'vlan-set': (draft, { namespace, name, entry }) => {
    if (!Object.hasOwn(namespaceOf(draft, namespace).vlans ?? {}, name)) return noInterface(namespace, name)
    for (const key of ['link', 'id', 'protocol'] as const)
      draft.put(['namespaces', namespace, 'vlans', name, key], entry[key] ?? null)
    return null
  },
  'share-add': (draft, { namespace, name, link, share, entry }) => {
    const refused = mayCome(draft, { namespace: entry.in ?? namespace, interface: name })
    if (refused) return refused
    const table = share === 'macvlan' ? 'macvlans' : 'ipvlans'
    if (Object.hasOwn(namespaceOf(draft, namespace)[table] ?? {}, name)) return taken({ namespace, interface: name })
    draft.set(['namespaces', namespace, table, name], { link, ...entry })
    return null
  },
  'share-set': (draft, { namespace, name, mode }) => {
    const made = makingPath(draft.labFile, { namespace, interface: name })
    if (!made) return noInterface(namespace, name)
    draft.put([...made, 'mode'], mode)
    return null
  },
  'bond-add': (draft, { namespace, name, entry }) => {
    const refused = mayCome(draft, { namespace, interface: name })
    if (refused) return refused
    draft.set(['namespaces', namespace, 'bonds', name], entry ?? {})
    return null
  },
  'bond-set': (draft, { namespace, name, keys }) => {
    if (!Object.hasOwn(namespaceOf(draft, namespace).bonds ?? {}, name)) return noInterface(namespace, name)
    for (const key of bondKeys) draft.put(['namespaces', namespace, 'bonds', name, key], keys[key] ?? null)
    return null
  },
  'vrf-add': (draft, { namespace, name, entry }) => {
    const refused = mayCome(draft, { namespace, interface: name })
    if (refused) return refused
    draft.set(['namespaces', namespace, 'vrfs', name], entry)
    return null
  },
  'vrf-set': (draft, { namespace, name, table }) => {
    if (!Object.hasOwn(namespaceOf(draft, namespace).vrfs ?? {}, name)) return noInterface(namespace, name)
    draft.put(['namespaces', namespace, 'vrfs', name, 'table'], table)
    return null
  },
  'link-delete': (draft, { namespace, name }) => {
    const end = { namespace, interface: name }
    if (name === 'lo' || !hasInterface(draft.labFile, end)) return noInterface(namespace, name)
    removeInterface(draft, end)
    return null
  },
  'link-rename': (draft, { namespace, name, to }) => {
    if (name === to) return null
    const end = { namespace, interface: name }
    if (name === 'lo' || !hasInterface(draft.labFile, end)) return noInterface(namespace, name)
    const refused = mayCome(draft, { namespace, interface: to })
    if (refused) return refused
    renameAll(draft, interfaceReferences(draft.labFile, end), to)
    return null
  },
  'link-up': (draft, { namespace, name, up }) => onEntry(draft, namespace, name, 'up', up),
  'link-mtu': (draft, { namespace, name, mtu }) => onEntry(draft, namespace, name, 'mtu', mtu),
  'link-mac': (draft, { namespace, name, mac }) => onEntry(draft, namespace, name, 'mac', mac),
  'link-set': (draft, { namespace, name, keys }) => {
    for (const [key, value] of Object.entries(keys)) {
      const wrong = onEntry(draft, namespace, name, key, value)
      if (wrong) return wrong
    }
    return null
  },
  'link-master': (draft, { namespace, name, master }) => {
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    const all = masterEntries(namespaceOf(draft, namespace))
    const wanted = all.find(([, each]) => each === master)
    if (master !== null && !wanted) return noInterface(namespace, master)
    for (const [table, each, given] of all) {
      if (each === master || !given.includes(name)) continue
      draft.remove(['namespaces', namespace, table, each, masterTables[table], given.indexOf(name)])
    }
    if (!wanted || wanted[2].includes(name)) return null
    const [table, each, given] = wanted
    draft.insert(['namespaces', namespace, table, each, masterTables[table], given.length], name)
    return null
  },
  'address-add': (draft, { namespace, dev, address }) => {
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    const has = addressesOf(draft, namespace, dev)
    if (has.some((each) => isSame(each, address))) return null
    if (!hasInterface(draft.labFile, { namespace, interface: dev })) return noInterface(namespace, dev)
    draft.insert([...addressPath(draft, namespace, dev), 'addresses', has.length], address)
    return null
  },
  'address-set': (draft, { namespace, dev, at, address }) => {
    if (addressesOf(draft, namespace, dev)[at] === undefined) return noInterface(namespace, dev)
    draft.set([...addressPath(draft, namespace, dev), 'addresses', at], address)
    return null
  },
  'address-delete': (draft, { namespace, dev, address }) => {
    const at = addressesOf(draft, namespace, dev).findIndex((each) => isSame(each, address))
    if (at < 0) {
      return error(
        'unknown-address',
        addressPath(draft, namespace, dev),
        said`${quote(`${namespace}:${dev}`)} has no address ${address} in the lab.`,
      )
    }
    draft.remove([...addressPath(draft, namespace, dev), 'addresses', at])
    return null
  },
}

const isSame = (a: string, b: string): boolean => a === b || (canonicalPrefix(a) ?? a) === (canonicalPrefix(b) ?? b)
