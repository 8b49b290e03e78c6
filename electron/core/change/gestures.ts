/**
 * What a hand does on the canvas, as changes of the lab: new objects, cables and NAT. Names, addresses and gateways are
 * found by themselves, each with its reason; all of a gesture is one list of changes.
 */
import { containsAddress, parsePrefixOrAddress } from '../lab/address.js'
import { quote } from '../lab/describe.js'
import { formatEndpoint } from '../lab/endpoint.js'
import { error, toProblem } from '../lab/finding.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'
import type { LabSource } from '../lab/source.js'
import { own } from '../own.js'
import { said } from '../words/said.js'
import { Building, nothingBeside, type Beside, type Gesture, type Gestured, type Place } from './building.js'
import { changeSource } from './change.js'
import type { LabChange, NamespaceEntry, Point } from './lab-change.js'
import { holdsNeighbours, stationsOf } from './segments.js'
import { defaultsOf, suggestAddresses, suggestGateways } from './suggest-addresses.js'
import { suggestBridge, suggestNamespace } from './suggest-names.js'

export type ObjectKind = 'namespace' | 'router' | 'bridge' | 'internet'

/** The far network that every example of this tool reaches for (RFC 5737, TEST-NET-3). */
const farAddress = '203.0.113.10/24'

const entries: Readonly<Record<Exclude<ObjectKind, 'bridge'>, NamespaceEntry>> = {
  namespace: {},
  router: { forwarding: true },
  // It forwards, so that whoever is cabled to it finds a way through it.
  internet: { forwarding: true, interfaces: { lo: { addresses: [farAddress] } } },
}

/** @param home the namespace that a bridge is made in */
export function newObject(
  file: LabFile,
  kind: ObjectKind,
  {
    at,
    home = 'host',
    beside = nothingBeside,
  }: { readonly at?: Point; readonly home?: string; readonly beside?: Beside },
): Gesture {
  if (kind === 'bridge') {
    const { value, reason } = suggestBridge(file, home, beside.interfaces)
    const entry = own(file.namespaces, home)
    // A router routes for what will hang on its bridge, so the bridge needs an address; elsewhere it is a switch.
    const addresses =
      entry?.forwarding === true
        ? suggestAddresses(withBridge(file, home, value), { namespace: home, interface: value }, beside.subnets)
        : []
    return {
      changes: [
        { op: 'bridge-add', namespace: home, name: value },
        ...addresses.map(({ value: address }): LabChange => ({
          op: 'address-add',
          namespace: home,
          dev: value,
          address,
        })),
      ],
      reasons: [{ value, reason }, ...addresses],
      made: { namespace: home, bridge: value },
    }
  }
  const { value, reason } = suggestNamespace(file, kind, beside.namespaces)
  return {
    changes: [{ op: 'namespace-add', namespace: value, entry: entries[kind], ...(at && { at }) }],
    reasons: [{ value, reason }],
    made: { namespace: value },
  }
}

const withBridge = (file: LabFile, namespace: string, bridge: string): LabFile => {
  const entry = own(file.namespaces, namespace) ?? {}
  const bridges = { ...entry.bridges, [bridge]: {} }
  return { ...file, namespaces: { ...file.namespaces, [namespace]: { ...entry, bridges } } }
}

/**
 * A veth pair between two places. A port of a bridge has no address; the other end gets the next free one of its segment,
 * or both get the first of a new subnet, the router before the station, and whoever has no default route one via the router.
 */
export function connect(source: LabSource, from: Place, to: Place, beside: Beside = nothingBeside): Gestured {
  if (from.namespace === to.namespace && from.bridge === to.bridge) return refuse(toItself(from))
  const building = new Building(source)
  const first = building.nextPort(from, beside.interfaces)
  const ends: readonly [Endpoint, Endpoint] = [first, building.nextPort(to, [...beside.interfaces, first])]
  building.take({ op: 'veth-add', ends })
  for (const [i, { bridge }] of [from, to].entries()) {
    const end = ends[i] as Endpoint
    if (bridge !== undefined)
      building.take({ op: 'link-master', namespace: end.namespace, name: end.interface, master: bridge })
  }
  const stations = ends.filter((_, i) => [from, to][i]?.bridge === undefined)
  // A router has the first address of a subnet; a far network is behind it.
  for (const end of stations.toSorted((a, b) => building.rank(a.namespace) - building.rank(b.namespace)))
    for (const { value, reason } of suggestAddresses(building.file, end, beside.subnets)) {
      const { namespace, interface: dev } = end
      building.takeOutRoute(namespace, value)
      building.take({ op: 'address-add', namespace, dev, address: value }, value, reason)
    }
  for (const end of building.reliant(stations))
    for (const { value, reason } of suggestGateways(building.file, end))
      building.take({ op: 'route-add', namespace: end.namespace, entry: value }, value.via ?? '', reason)
  return building.done(to)
}

/** A new object, cabled to one that is there: one step. */
export function neighbour(
  source: LabSource,
  from: Place,
  kind: ObjectKind,
  { at, beside = nothingBeside }: { readonly at?: Point | undefined; readonly beside?: Beside } = {},
): Gestured {
  const first = newObject(source.value as LabFile, kind, { ...(at && { at }), beside })
  const made = changeSource(source, first.changes)
  if (!made.ok) return made
  const second = connect(made.source, from, first.made, beside)
  if (!second.ok) return second
  const { changes, reasons } = second
  return {
    ok: true,
    changes: [...first.changes, ...changes],
    reasons: [...first.reasons, ...reasons],
    made: first.made,
  }
}

/**
 * Interfaces that NAT can be out of, as there is a subnet on another one of their namespace: of this one, or of all. First
 * those by which a default route leaves.
 */
export function waysOut(file: LabFile, namespace: string | null): readonly Endpoint[] {
  const found = stationsOf(file).all.filter(
    (each) => each.dev !== 'lo' && holdsNeighbours(each.prefix) && (namespace ?? each.namespace) === each.namespace,
  )
  const leads = ({ namespace, prefix }: (typeof found)[number]): boolean =>
    defaultsOf(file, namespace, prefix.family).some((via) => {
      const gateway = parsePrefixOrAddress(via)
      return gateway !== null && containsAddress(prefix, gateway)
    })
  const ways = found
    .filter((each) => found.some((other) => other.namespace === each.namespace && other.dev !== each.dev))
    .toSorted((a, b) => Number(leads(b)) - Number(leads(a)))
    .map(({ namespace, dev }) => ({ namespace, interface: dev }))
  // One with several addresses is one way.
  return [...new Map(ways.map((way) => [formatEndpoint(way), way])).values()]
}

/** MASQUERADE out of an interface, for every subnet on the others of its namespace. */
export function masquerade(source: LabSource, { namespace, interface: dev }: Endpoint): Gestured {
  const building = new Building(source)
  const { file } = building
  const entry = own(file.namespaces, namespace)
  const known = new Set(
    (entry?.nat ?? []).flatMap((each) => ('masquerade' in each && each.out === dev ? [each.masquerade] : [])),
  )
  const behind = new Set(
    stationsOf(file)
      .all.filter(
        (each) =>
          each.namespace === namespace &&
          each.dev !== dev &&
          each.dev !== 'lo' &&
          each.prefix.family === 'ipv4' &&
          holdsNeighbours(each.prefix),
      )
      .map(({ network }) => network),
  )
  const wanted = [...behind].filter((network) => !known.has(network))
  if (wanted.length === 0) return refuse(behind.size === 0 ? nothingBehind(namespace, dev) : hasNat(namespace, dev))
  for (const network of wanted)
    building.take(
      { op: 'nat-add', namespace, entry: { masquerade: network, out: dev } },
      network,
      said`${network} is behind ${namespace}.`,
    )
  if (entry?.forwarding !== true)
    building.take(
      { op: 'forwarding-set', namespace, forwarding: true },
      'forwarding',
      said`${namespace} is on the way between others.`,
    )
  return building.done({ namespace })
}

const refuse = (finding: Parameters<typeof toProblem>[0]): Gestured => ({ ok: false, problems: [toProblem(finding)] })

const toItself = ({ namespace, bridge }: Place) =>
  error(
    'cable-to-itself',
    ['namespaces', namespace],
    said`A cable cannot join ${quote(bridge ?? namespace)} with itself.`,
    said`Choose another end.`,
  )

const nothingBehind = (namespace: string, dev: string) =>
  error(
    'nothing-behind',
    ['namespaces', namespace],
    said`No other interface of ${quote(namespace)} has a subnet that could be hidden behind ${quote(formatEndpoint({ namespace, interface: dev }))}.`,
    said`Give another interface of it an address first.`,
  )

const hasNat = (namespace: string, dev: string) =>
  error(
    'has-nat',
    ['namespaces', namespace],
    said`Every subnet behind ${quote(formatEndpoint({ namespace, interface: dev }))} is masqueraded already.`,
    said`Nothing is left to do.`,
  )
