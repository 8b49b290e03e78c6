/** What the rules look things up in: every namespace with every interface that any part of the file gives it. */
import { deviceEntries, homeOf } from '../device-tables.js'
import { parsePrefix } from '../address.js'
import type { Prefix } from '../address.js'
import { parseEndpoint } from '../endpoint.js'
import type { Finding } from '../finding.js'
import { hostNamespace } from '../lab.js'
import type { Endpoint } from '../lab.js'
import type { LabPath } from '../problem.js'
import type { LabFile } from '../schema.js'

export type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
export type LinkEntry = NonNullable<LabFile['links']>[number]

/** One place in the file that makes or describes an interface. */
export interface Mention {
  readonly kind: 'entry' | 'bridge' | 'bond' | 'dummy' | 'vlan' | 'macvlan' | 'ipvlan' | 'vrf' | 'link' | 'tunnel'
  readonly path: LabPath
}

export interface IndexedAddress {
  readonly text: string
  readonly path: LabPath
  /** Null where the text is no address with a prefix length. */
  readonly prefix: Prefix | null
}

export interface IndexedInterface {
  readonly namespace: string
  readonly name: string
  readonly mentions: Mention[]
  readonly addresses: IndexedAddress[]
  up: boolean
}

export interface IndexedNamespace {
  readonly name: string
  readonly path: LabPath
  readonly entry: NamespaceEntry
  /** In the order bridges and other devices, `interfaces`, links, tunnels; `lo` first. */
  readonly interfaces: ReadonlyMap<string, IndexedInterface>
  /** Every address in canonical spelling, and the first interface that has it. */
  readonly addresses: ReadonlyMap<string, IndexedInterface>
}

export interface IndexedLink {
  readonly ends: readonly [Endpoint, Endpoint]
  readonly entry: LinkEntry
  readonly path: LabPath
  /** Path of the end with this number. */
  readonly endPath: (end: 0 | 1) => LabPath
}

export interface LabIndex {
  readonly file: LabFile
  /** `host` first. */
  readonly namespaces: ReadonlyMap<string, IndexedNamespace>
  readonly links: readonly IndexedLink[]
}

const mentionOf = {
  bridges: 'bridge',
  bonds: 'bond',
  dummies: 'dummy',
  vlans: 'vlan',
  macvlans: 'macvlan',
  ipvlans: 'ipvlan',
  vrfs: 'vrf',
  interfaces: 'entry',
} as const

/** A rule looks at the whole lab and yields what it finds. */
export type Rule = (lab: LabIndex) => Iterable<Finding>

export function indexLab(file: LabFile): LabIndex {
  type Growing = IndexedNamespace & {
    readonly interfaces: Map<string, IndexedInterface>
    readonly addresses: Map<string, IndexedInterface>
  }
  const namespaces = new Map<string, Growing>()
  const entries = Object.entries(file.namespaces ?? {})
  if (!entries.some(([name]) => name === hostNamespace)) entries.push([hostNamespace, null])
  // `host` first, whatever its place in the file.
  entries.sort(([a], [b]) => Number(b === hostNamespace) - Number(a === hostNamespace))
  for (const [name, entry] of entries) {
    const path = ['namespaces', name]
    const lo = { namespace: name, name: 'lo', mentions: [], addresses: [], up: true }
    namespaces.set(name, { name, path, entry: entry ?? {}, interfaces: new Map([['lo', lo]]), addresses: new Map() })
  }

  const mention = (namespace: string, name: string, kind: Mention['kind'], path: LabPath): IndexedInterface | null => {
    const interfaces = namespaces.get(namespace)?.interfaces
    if (!interfaces) return null
    const known = interfaces.get(name) ?? { namespace, name, mentions: [], addresses: [], up: true }
    known.mentions.push({ kind, path })
    interfaces.set(name, known)
    return known
  }
  for (const { name, path, entry } of namespaces.values()) {
    for (const [table, device, said] of deviceEntries(entry)) {
      const at = [...path, table, device]
      const home = homeOf(name, said)
      const known = mention(home, device, mentionOf[table], at)
      known?.addresses.push(...readAddresses(said?.addresses, [...at, 'addresses']))
      if (known && said?.up === false) known.up = false
      for (const { prefix } of known?.addresses ?? []) {
        const there = namespaces.get(home)?.addresses
        if (known && prefix && !there?.has(prefix.text)) there?.set(prefix.text, known)
      }
    }
  }
  const links = (file.links ?? []).map((entry, i): IndexedLink => {
    const path = ['links', i]
    const base = Array.isArray(entry) ? path : [...path, 'ends']
    const [a, b] = Array.isArray(entry) ? entry : entry.ends
    return { ends: [parseEndpoint(a), parseEndpoint(b)], entry, path, endPath: (end) => [...base, end] }
  })
  for (const link of links) {
    for (const end of [0, 1] as const)
      mention(link.ends[end].namespace, link.ends[end].interface, 'link', link.endPath(end))
  }
  for (const [i, tunnel] of (file.tunnels ?? []).entries()) {
    const known = mention(tunnel.namespace, tunnel.name, 'tunnel', ['tunnels', i, 'name'])
    const own = readAddresses(tunnel.addresses, ['tunnels', i, 'addresses'])
    known?.addresses.push(...own)
    const addresses = namespaces.get(tunnel.namespace)?.addresses
    for (const { prefix } of own)
      if (known && prefix && !addresses?.has(prefix.text)) addresses?.set(prefix.text, known)
  }
  return { file, namespaces, links }
}

function readAddresses(texts: readonly string[] | undefined, path: LabPath): IndexedAddress[] {
  return (texts ?? []).map((text, i) => ({ text, path: [...path, i], prefix: parsePrefix(text) }))
}

/** Everything in a namespace that a name may refer to. */
export const hasInterface = (lab: LabIndex, namespace: string, name: string): boolean =>
  lab.namespaces.get(namespace)?.interfaces.has(name) === true

/** Whether the interface may come from outside: the host's uplink is not in the file. */
export const mayBeUplink = (lab: LabIndex, namespace: string): boolean =>
  namespace === hostNamespace && lab.file.uplink === 'on'
