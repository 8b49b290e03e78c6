/**
 * Who names a namespace or an interface: renaming and removing follow these. What is written for people (texts of the
 * guide, its commands) names nothing.
 */
import { deviceTables, homeOf, shareTables, type ShareTable } from '../lab/device-tables.js'
import { endsOf } from '../lab/ends.js'
import { isByEnd } from '../lab/impair.js'
import { parseEndpoint } from '../lab/endpoint.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabPath } from '../lab/problem.js'
import type { CheckEntry, GuideStep, LabFile } from '../lab/schema.js'
import { dottedSysctl, sysctlPath } from '../lab/sysctl.js'
import { parseHostTarget, parsePortTarget } from '../lab/target.js'
import { own } from '../own.js'
import type { LinkEntry, NamespaceEntry } from './lab-change.js'

export interface Reference {
  readonly path: LabPath
  /** The name is a key of a map, or in a key; else it is in the value. */
  readonly isKey: boolean
  /** What stands there for another name. */
  readonly renamed: (name: string) => string
  /** What makes no sense without it. */
  readonly goes: LabPath
}

const whole = (path: LabPath, goes: LabPath): Reference => ({ path, isKey: false, renamed: (name) => name, goes })
const keyed = (path: LabPath): Reference => ({ path, isKey: true, renamed: (name) => name, goes: path })

/** Every place that names the namespace, its own first. */
export function namespaceReferences(file: LabFile, name: string): readonly Reference[] {
  const found: Reference[] = []
  if (Object.hasOwn(file.namespaces ?? {}, name)) found.push(keyed(['namespaces', name]))
  const inEnd: OnEnd = (path, goes, text, isKey = false) => {
    const end = parseEndpoint(text)
    if (end.namespace !== name) return
    found.push({ path, isKey, renamed: (other) => `${other}:${end.interface}`, goes })
  }
  eachEnd(file.links, ['links'], inEnd)
  for (const [i, tunnel] of (file.tunnels ?? []).entries()) {
    if (tunnel.namespace === name) found.push(whole(['tunnels', i, 'namespace'], ['tunnels', i]))
    const peers = tunnel.type === 'wireguard' ? (tunnel.peers ?? []) : []
    for (const [n, peer] of peers.entries())
      if (peer.namespace === name)
        found.push(whole(['tunnels', i, 'peers', n, 'namespace'], ['tunnels', i, 'peers', n]))
  }
  for (const [from, entry] of Object.entries(file.namespaces ?? {}))
    for (const [table, share, said] of sharesOf(entry))
      if (said.in === name) {
        const at = ['namespaces', from, table, share]
        found.push(whole([...at, 'in'], at))
      }
  for (const key of Object.keys(file.layout ?? {})) {
    const part = key === name ? '' : key.startsWith(`${name}:`) ? key.slice(name.length) : null
    if (part === null) continue
    found.push({ path: ['layout', key], isKey: true, renamed: (other) => other + part, goes: ['layout', key] })
  }
  for (const key of ['checks', 'goal'] as const) found.push(...inChecks(file[key], [key], name))
  for (const [i, step] of (file.guide ?? []).entries()) {
    found.push(...inStep(step, ['guide', i], name))
    eachEnd(step.done?.links, ['guide', i, 'done', 'links'], inEnd)
  }
  return found
}

/** Every place that names the interface, a bridge or any other, its own entry first. */
export function interfaceReferences(file: LabFile, { namespace, interface: name }: Endpoint): readonly Reference[] {
  const found: Reference[] = []
  const entry = file.namespaces?.[namespace]
  if (entry) found.push(...inNamespace(entry, ['namespaces', namespace], name, namespace))
  for (const [from, other] of Object.entries(file.namespaces ?? {}))
    for (const [table, share, said] of sharesOf(other))
      if (from !== namespace && share === name && said.in === namespace)
        found.push(keyed(['namespaces', from, table, share]))
  const inEnd: OnEnd = (path, goes, text, isKey = false) => {
    const end = parseEndpoint(text)
    if (end.namespace !== namespace || end.interface !== name) return
    found.push({ path, isKey, renamed: (other) => `${namespace}:${other}`, goes })
  }
  eachEnd(file.links, ['links'], inEnd)
  for (const [i, tunnel] of (file.tunnels ?? []).entries())
    if (tunnel.namespace === namespace && tunnel.name === name)
      found.push(whole(['tunnels', i, 'name'], ['tunnels', i]))
  const drawn = `${namespace}:${name}`
  if (Object.hasOwn(file.layout ?? {}, drawn))
    found.push({ ...keyed(['layout', drawn]), renamed: (other) => `${namespace}:${other}` })
  for (const [i, { done }] of (file.guide ?? []).entries()) {
    eachEnd(done?.links, ['guide', i, 'done', 'links'], inEnd)
    const parts = Array.isArray(done?.namespaces) ? undefined : done?.namespaces?.[namespace]
    if (parts) found.push(...inNamespace(parts, ['guide', i, 'done', 'namespaces', namespace], name, namespace))
  }
  return found
}

/** Macvlans and ipvlans on interfaces of a namespace, wherever they are. */
const sharesOf = (entry: NamespaceEntry | null) =>
  (Object.keys(shareTables) as ShareTable[]).flatMap((table) =>
    Object.entries(entry?.[table] ?? {}).map(([name, said]) => [table, name, said] as const),
  )

type OnEnd = (path: LabPath, goes: LabPath, text: string, isKey?: boolean) => void

function eachEnd(links: readonly LinkEntry[] | undefined, base: LabPath, on: OnEnd): void {
  for (const [i, link] of (links ?? []).entries()) {
    if (!Array.isArray(link)) {
      const { unplugged, impair } = link as Exclude<LinkEntry, readonly unknown[]>
      if (unplugged !== undefined) on([...base, i, 'unplugged'], [...base, i], unplugged)
      if (impair && isByEnd(impair))
        for (const end of Object.keys(impair)) on([...base, i, 'impair', end], [...base, i], end, true)
    }
    const ends = Array.isArray(link) ? [...base, i] : [...base, i, 'ends']
    for (const [end, text] of endsOf(link).entries()) on([...ends, end], [...base, i], text)
  }
}

function inNamespace(entry: NamespaceEntry, base: LabPath, name: string, namespace: string): readonly Reference[] {
  const found: Reference[] = []
  for (const key of deviceTables) {
    const said = own<object | null>(entry[key], name)
    if (said !== undefined && homeOf(namespace, said) === namespace) found.push(keyed([...base, key, name]))
  }
  for (const [bridge, said] of Object.entries(entry.bridges ?? {})) {
    const at = [...base, 'bridges', bridge]
    for (const list of ['ports', 'hairpin', 'isolated'] as const)
      for (const [i, port] of (said?.[list] ?? []).entries())
        if (port === name) found.push(whole([...at, list, i], [...at, list, i]))
    for (const map of ['learning', 'port-vlans'] as const)
      if (Object.hasOwn(said?.[map] ?? {}, name)) found.push(keyed([...at, map, name]))
  }
  for (const table of ['bonds', 'vrfs'] as const)
    for (const [master, said] of Object.entries(entry[table] ?? {}))
      for (const [i, member] of (said?.members ?? []).entries()) {
        const at = [...base, table, master, 'members', i]
        if (member === name) found.push(whole(at, at))
      }
  for (const [bond, said] of Object.entries(entry.bonds ?? {})) {
    const at = [...base, 'bonds', bond, 'primary']
    if (said?.primary === name) found.push(whole(at, at))
  }
  // Without its parent a sub-interface goes, and whatever names it.
  for (const [vlan, { link }] of Object.entries(entry.vlans ?? {}))
    if (link === name) found.push(whole([...base, 'vlans', vlan, 'link'], [...base, 'vlans', vlan]))
  for (const [table, share, { link }] of sharesOf(entry))
    if (link === name) found.push(whole([...base, table, share, 'link'], [...base, table, share]))
  for (const list of ['routes', 'neighbours', 'rules', 'nat', 'firewall'] as const)
    for (const [i, item] of (entry[list] ?? []).entries())
      for (const key of ['dev', 'in', 'out', 'iif', 'oif'] as const)
        if ((item as Readonly<Record<string, unknown>>)[key] === name)
          found.push(whole([...base, list, i, key], [...base, list, i]))
  for (const [i, { nexthops = [] }] of (entry.routes ?? []).entries())
    for (const [at, { dev }] of nexthops.entries())
      if (dev === name) found.push(whole([...base, 'routes', i, 'nexthops', at, 'dev'], [...base, 'routes', i]))
  for (const key of Object.keys(entry.sysctls ?? {})) {
    const parts = sysctlPath(key)?.split('/') ?? []
    if (!['conf', 'neigh'].includes(parts[2] ?? '') || parts[3] !== name || parts.length < 5) continue
    const path = [...base, 'sysctls', key]
    const slashed = (other: string): string => parts.with(3, other).join('/')
    const isDotted = /[./]/.exec(key)?.[0] === '.'
    const renamed = (other: string): string => (isDotted ? (dottedSysctl(slashed(other)) ?? key) : slashed(other))
    found.push({ path, isKey: true, renamed, goes: path })
  }
  return found
}

/** Namespaces that checks are from, aimed at, or pass. */
function inChecks(checks: readonly CheckEntry[] | undefined, base: LabPath, name: string): readonly Reference[] {
  return (checks ?? []).flatMap((check, i) => {
    const goes = [...base, i]
    const found = check.from === name ? [whole([...goes, 'from'], goes)] : []
    if ('dns' in check) return found
    for (const [at, passed] of (check.path ?? []).entries())
      if (passed === name) found.push(whole([...goes, 'path', at], goes))
    const [kind, text] =
      'ping' in check
        ? (['ping', check.ping] as const)
        : 'tcp' in check
          ? (['tcp', check.tcp] as const)
          : (['udp', check.udp] as const)
    return [
      ...found,
      ...inTarget(kind === 'ping' ? parseHostTarget(text) : parsePortTarget(text), text, [...goes, kind], goes, name),
    ]
  })
}

function inTarget(
  target: ReturnType<typeof parseHostTarget>,
  text: string,
  path: LabPath,
  goes: LabPath,
  name: string,
): readonly Reference[] {
  if (target?.host.kind !== 'namespace' || target.host.name !== name) return []
  return [{ path, isKey: false, renamed: (other) => other + text.slice(name.length), goes }]
}

function inStep({ trace, done }: GuideStep, base: LabPath, name: string): readonly Reference[] {
  const found: Reference[] = []
  const film = [...base, 'trace']
  if (trace?.from === name) found.push(whole([...film, 'from'], film))
  if (trace) found.push(...inTarget(parseHostTarget(trace.to), trace.to, [...film, 'to'], film, name))
  const parts = [...base, 'done', 'namespaces']
  if (Array.isArray(done?.namespaces)) {
    for (const [i, each] of done.namespaces.entries())
      if (each === name) found.push(whole([...parts, i], [...parts, i]))
  } else if (Object.hasOwn(done?.namespaces ?? {}, name)) found.push(keyed([...parts, name]))
  return [...found, ...inChecks(done?.checks, [...base, 'done', 'checks'], name)]
}
