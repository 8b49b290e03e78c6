/**
 * A lab into another one: names that are taken are renewed, and so are subnets that are spoken of already, with every
 * address of them that the parts name. What was cabled stays cabled.
 */
import {
  containsAddress,
  formatAddress,
  maskByte,
  overlaps,
  parsePrefix,
  parsePrefixOrAddress,
  type Address,
  type Prefix,
} from '../lab/address.js'
import { endsOf } from '../lab/ends.js'
import { isByEnd } from '../lab/impair.js'
import { hostNamespace, type Endpoint } from '../lab/lab.js'
import { formatEndpoint, parseEndpoint } from '../lab/endpoint.js'
import type { LabFile } from '../lab/schema.js'
import { said, type Said } from '../words/said.js'
import type { LabSource } from '../lab/source.js'
import { Building, nothingBeside, type Beside, type Gestured } from './building.js'
import { freeSubnet, takenSubnets } from './free-subnet.js'
import type { LabChange, LinkEntry, NamespaceEntry, Point } from './lab-change.js'
import { holdsNeighbours, stationsOf } from './segments.js'

export interface Pasted {
  readonly gestured: Gestured
  /** New namespaces, in the order of the parts. */
  readonly names: readonly string[]
}

/** @param by how far the parts are drawn from where they were; where they say no place, none is said */
export function pasteParts(source: LabSource, parts: LabFile, by: Point, beside: Beside = nothingBeside): Pasted {
  const building = new Building(source)
  const reasons = new Reasons()
  const names = renamed(building.file, parts, beside, reasons)
  const subnets = renewed(building.file, parts, beside, reasons)
  const known = (name: string): string => names.get(name) ?? name
  const entries = Object.entries(parts.namespaces ?? {}).filter(([name]) => !isIdleHost(parts, name))
  const changes: LabChange[] = []
  for (const [name, entry] of entries) {
    const place = parts.layout?.[name]
    const at = place && { x: Math.round(place.x + by.x), y: Math.round(place.y + by.y) }
    const copy = withoutMacs(readdressed(entry ?? {}, subnets) as NamespaceEntry)
    changes.push({ op: 'namespace-add', namespace: known(name), entry: copy, ...(at && { at }) })
  }
  for (const link of parts.links ?? []) changes.push(...cable(link, known))
  for (const tunnel of parts.tunnels ?? []) {
    const copy = readdressed(tunnel, subnets) as typeof tunnel
    changes.push({ op: 'tunnel-add', tunnel: { ...copy, namespace: known(tunnel.namespace) } })
  }
  building.takeAll(changes)
  const [first] = entries
  const done = building.done({ namespace: known(first?.[0] ?? '') })
  return {
    gestured: done.ok ? { ...done, reasons: reasons.list } : done,
    names: entries.map(([name]) => known(name)),
  }
}

/** Every lab has a host; one that nothing is in is no part. */
function isIdleHost({ namespaces, links }: LabFile, name: string): boolean {
  const isNamed = (links ?? []).some((link) => endsOf(link).some((end) => parseEndpoint(end).namespace === name))
  const isEmpty = Object.keys(namespaces?.[name] ?? {}).length === 0
  return name === hostNamespace && isEmpty && !isNamed && Object.keys(namespaces ?? {}).length > 1
}

class Reasons {
  readonly list: { readonly value: string; readonly reason: Said }[] = []
  add(value: string, reason: Said): void {
    this.list.push({ value, reason })
  }
}

/** A free name for each namespace, by the name that it had: that one, or its stem with the next free number. */
function renamed(file: LabFile, parts: LabFile, beside: Beside, reasons: Reasons): ReadonlyMap<string, string> {
  const taken = new Set([...Object.keys(file.namespaces ?? {}), ...beside.namespaces])
  const names = new Map<string, string>()
  for (const name of Object.keys(parts.namespaces ?? {})) {
    if (isIdleHost(parts, name)) continue
    let free = name
    const stem = name.replace(/[0-9]+$/, '')
    for (let number = 0; taken.has(free); number += 1) free = `${stem}${number}`
    taken.add(free)
    names.set(name, free)
    if (free !== name) reasons.add(free, said`The name ${name} is taken.`)
  }
  return names
}

interface Renewal {
  readonly from: Prefix
  readonly to: Prefix
}

/** A free subnet in place of each that the lab knows already, as large as it was. */
function renewed(file: LabFile, parts: LabFile, beside: Beside, reasons: Reasons): readonly Renewal[] {
  const taken = [...takenSubnets(file, beside.subnets)]
  const own = new Map(
    stationsOf(parts)
      .all.filter(({ prefix, dev }) => dev !== 'lo' && holdsNeighbours(prefix))
      .map(({ network }) => [network, parsePrefix(network)] as const),
  )
  const renewals: Renewal[] = []
  for (const [network, from] of own) {
    if (!from) continue
    if (!taken.some((each) => overlaps(each, from))) {
      taken.push(from)
      continue
    }
    const to = freeSubnet(
      from,
      [...taken, ...own.values()].flatMap((each) => each ?? []),
    )
    if (!to) continue
    taken.push(to)
    renewals.push({ from, to })
    reasons.add(`${to.text}/${to.length}`, said`${network} is a subnet of this lab already.`)
  }
  return renewals
}

/** The same value, with every address in a renewed subnet at the same place of the new one. */
function readdressed(value: unknown, renewals: readonly Renewal[]): unknown {
  if (renewals.length === 0) return value
  if (typeof value === 'string') return movedText(value, renewals)
  if (Array.isArray(value)) return value.map((each) => readdressed(each, renewals))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readdressed(each, renewals)]))
}

/** `ADDRESS`, `ADDRESS/LENGTH`, and `ADDRESS:PORT` of IPv4. */
function movedText(text: string, renewals: readonly Renewal[]): string {
  const [, address = '', rest = ''] = /^([0-9a-fA-F:.]+?)(\/[0-9]+|(?<=\.[0-9]+):[0-9]+)?$/.exec(text) ?? []
  const prefix = parsePrefixOrAddress(address)
  const renewal = prefix && renewals.find(({ from }) => from.family === prefix.family && containsAddress(from, prefix))
  return renewal ? `${shifted(prefix, renewal)}${rest}` : text
}

const shifted = ({ bytes }: Address, { from, to }: Renewal): string =>
  formatAddress(
    bytes.map((byte, i) => {
      const mask = maskByte(i, from.length)
      return ((to.bytes[i] ?? 0) & mask) | (byte & ~mask & 255)
    }),
  )

/** The kernel, or the lab, gives the copy another one. */
function withoutMacs(entry: NamespaceEntry): NamespaceEntry {
  if (!entry.interfaces) return entry
  const interfaces = Object.fromEntries(
    Object.entries(entry.interfaces).map(([name, each]) => {
      const { mac: _, ...rest } = each ?? {}
      return [name, rest]
    }),
  )
  return { ...entry, interfaces }
}

function cable(link: LinkEntry, known: (name: string) => string): readonly LabChange[] {
  const moved = (text: string): Endpoint => {
    const end = parseEndpoint(text)
    return { ...end, namespace: known(end.namespace) }
  }
  const [a, b] = endsOf(link).map(moved) as [Endpoint, Endpoint]
  if (Array.isArray(link)) return [{ op: 'veth-add', ends: [a, b] }]
  const { mtu, impair, unplugged } = link as Exclude<LinkEntry, readonly unknown[]>
  const renamed =
    impair && isByEnd(impair)
      ? Object.fromEntries(Object.entries(impair).map(([end, keys]) => [formatEndpoint(moved(end)), keys]))
      : impair
  return [
    { op: 'veth-add', ends: [a, b], ...(mtu !== undefined && { mtu }), ...(renamed && { impair: renamed }) },
    ...(unplugged === undefined ? [] : [{ op: 'unplug-set', end: moved(unplugged), unplugged: true } as const]),
  ]
}
