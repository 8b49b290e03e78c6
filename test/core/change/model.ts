/** What a change means for the plain value, said the simplest way. Null for what follows names, which has tests of its own. */
import { canonicalPrefix } from '../../../electron/core/lab/address.js'
import { endsOf } from '../../../electron/core/lab/ends.js'
import type { LabChange } from '../../../electron/core/change/lab-change.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { dottedSysctl } from '../../../electron/core/lab/sysctl.js'

type Plain = Record<string, unknown>

/** Below a key, made where it is missing. */
function below(of: Plain, key: string): Plain {
  if (!Object.hasOwn(of, key) || of[key] === null) of[key] = {}
  return of[key] as Plain
}
function listBelow(of: Plain, key: string): unknown[] {
  if (!Object.hasOwn(of, key)) of[key] = []
  return of[key] as unknown[]
}
function put(of: Plain, key: string, value: unknown): void {
  if (value === null || value === undefined) Reflect.deleteProperty(of, key)
  else of[key] = value
}
const same = (a: string, b: string): boolean => a === b || (canonicalPrefix(a) ?? a) === (canonicalPrefix(b) ?? b)
const lists: Readonly<Record<string, string>> = {
  route: 'routes',
  rule: 'rules',
  nat: 'nat',
  firewall: 'firewall',
  service: 'services',
  check: 'checks',
  goal: 'goal',
  note: 'notes',
}

export function modelled(file: LabFile, change: LabChange): LabFile | null {
  const lab = structuredClone(file) as unknown as Plain
  const inside = (namespace: string): Plain => below(below(lab, 'namespaces'), namespace)
  const entry = (namespace: string, name: string): Plain => {
    const all = inside(namespace)
    const isIn = (table: string): boolean => {
      const said = all[table] === undefined ? undefined : (all[table] as Record<string, Plain | undefined>)[name]
      return said !== undefined && [undefined, namespace].includes(said?.['in'] as string | undefined)
    }
    for (const [from, other] of Object.entries(below(lab, 'namespaces') as Record<string, Plain | null>))
      for (const table of ['macvlans', 'ipvlans']) {
        const said = (other?.[table] as Record<string, Plain> | undefined)?.[name]
        const isDescribed = Object.hasOwn((all['interfaces'] ?? {}) as Plain, name)
        if (from !== namespace && said?.['in'] === namespace && !isDescribed) return said
      }
    return below(
      below(all, ['bridges', 'bonds', 'dummies', 'vlans', 'macvlans', 'ipvlans', 'vrfs'].find(isIn) ?? 'interfaces'),
      name,
    )
  }
  const cable = (end: { readonly namespace: string; readonly interface: string }): number =>
    (file.links ?? []).findIndex((link) => endsOf(link).includes(`${end.namespace}:${end.interface}`))
  const [name = '', act = ''] = change.op.split('-')
  if (Object.hasOwn(lists, name)) {
    const of = 'namespace' in change ? inside(change.namespace as string) : lab
    const list = listBelow(of, lists[name] ?? '')
    const { at, to, entry: wanted } = change as { readonly at?: number; readonly to?: number; readonly entry?: unknown }
    if (act === 'add') list.splice(at ?? list.length, 0, wanted)
    if (act === 'set') list[at ?? 0] = wanted
    if (act === 'delete') list.splice(at ?? 0, 1)
    if (act === 'move') list.splice(Math.min(to ?? 0, list.length), 0, ...list.splice(at ?? 0, 1))
    return lab as unknown as LabFile
  }
  switch (change.op) {
    case 'namespace-add':
      below(lab, 'namespaces')[change.namespace] = change.entry ?? {}
      if (change.at) below(lab, 'layout')[change.namespace] = change.at
      break
    case 'forwarding-set':
      put(inside(change.namespace), 'forwarding', change.forwarding)
      break
    case 'ruleset-set':
      put(inside(change.namespace), change.kind, change.text)
      break
    case 'sysctl-set': {
      const sysctls = below(inside(change.namespace), 'sysctls')
      const known = Object.keys(sysctls).find((key) => dottedSysctl(key) === dottedSysctl(change.key))
      put(sysctls, known ?? change.key, change.value)
      break
    }
    case 'veth-add': {
      const { mtu, impair } = change
      const ends = change.ends.map((end) => `${end.namespace}:${end.interface}`)
      listBelow(lab, 'links').push(
        mtu === undefined && impair === undefined ? ends : JSON.parse(JSON.stringify({ ends, mtu, impair })),
      )
      break
    }
    case 'unplug-set': {
      // Routes behind it go along.
      if (change.unplugged === true) return null
      const link = listBelow(lab, 'links')[cable(change.end)]
      if (!Array.isArray(link)) put(link as Plain, 'unplugged', null)
      break
    }
    case 'veth-mtu':
    case 'impair-set': {
      const links = listBelow(lab, 'links')
      const at = cable(change.end)
      const value = change.op === 'veth-mtu' ? change.mtu : change.impair
      if (Array.isArray(links[at]) && value !== null) links[at] = { ends: links[at] }
      if (!Array.isArray(links[at])) put(links[at] as Plain, change.op === 'veth-mtu' ? 'mtu' : 'impair', value)
      break
    }
    case 'bridge-add':
      below(inside(change.namespace), 'bridges')[change.name] = change.entry ?? {}
      break
    case 'bridge-stp':
      put(entry(change.namespace, change.name), 'stp', change.stp)
      break
    case 'bridge-set':
      for (const [key, value] of Object.entries(change.keys)) put(entry(change.namespace, change.name), key, value)
      break
    case 'vlan-add':
      below(inside(change.namespace), 'vlans')[change.name] = change.entry
      break
    case 'vlan-set':
      for (const key of ['link', 'id', 'protocol'] as const)
        put(entry(change.namespace, change.name), key, change.entry[key] ?? null)
      break
    case 'share-add':
      below(inside(change.namespace), `${change.share}s`)[change.name] = { link: change.link, ...change.entry }
      break
    case 'share-set':
      put(entry(change.namespace, change.name), 'mode', change.mode)
      break
    case 'bond-add':
      below(inside(change.namespace), 'bonds')[change.name] = change.entry ?? {}
      break
    case 'bond-set':
      for (const key of ['mode', 'primary', 'miimon'] as const)
        put(entry(change.namespace, change.name), key, change.keys[key] ?? null)
      break
    case 'vrf-add':
      below(inside(change.namespace), 'vrfs')[change.name] = change.entry
      break
    case 'vrf-set':
      put(entry(change.namespace, change.name), 'table', change.table)
      break
    case 'tunnel-add':
      listBelow(lab, 'tunnels').push(change.tunnel)
      break
    case 'tunnel-set': {
      const { namespace, name: dev, tunnel } = change
      const at = (file.tunnels ?? []).findIndex((each) => each.namespace === namespace && each.name === dev)
      listBelow(lab, 'tunnels')[at] = { ...tunnel, namespace, name: dev }
      break
    }
    case 'dummy-add':
      below(inside(change.namespace), 'interfaces')[change.name] = change.entry ?? {}
      break
    case 'link-up':
      // Routes behind it go along.
      if (change.up === false) return null
      put(entry(change.namespace, change.name), 'up', change.up)
      break
    case 'link-mtu':
      put(entry(change.namespace, change.name), 'mtu', change.mtu)
      break
    case 'link-mac':
      put(entry(change.namespace, change.name), 'mac', change.mac)
      break
    case 'link-master': {
      for (const [table, key] of Object.entries({ bridges: 'ports', bonds: 'members', vrfs: 'members' })) {
        const masters = below(inside(change.namespace), table) as Record<string, Plain>
        for (const [master, each] of Object.entries(masters)) {
          const given = listBelow(each, key)
          if (master !== change.master) each[key] = given.filter((port) => port !== change.name)
          else if (!given.includes(change.name)) given.push(change.name)
        }
      }
      break
    }
    case 'address-add': {
      const has = listBelow(entry(change.namespace, change.dev), 'addresses')
      if (!has.some((each) => same(String(each), change.address))) has.push(change.address)
      break
    }
    case 'address-set':
      listBelow(entry(change.namespace, change.dev), 'addresses')[change.at] = change.address
      break
    case 'lab-set':
      for (const [key, value] of Object.entries(change.keys)) put(lab, key, value)
      break
    case 'layout-set':
      put(below(lab, 'layout'), change.name, change.at)
      break
    default:
      return null
  }
  return lab as unknown as LabFile
}

/** Without lists and maps that say nothing because nothing is in them. */
export function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, essence(inner)] as const)
      .filter(([, inner]) => typeof inner !== 'object' || inner === null || Object.keys(inner).length > 0),
  )
}
