/**
 * What of a guide's step the kernel does not have, each part as one fact that a sentence can be made of. Only what the
 * step names counts; everything else may differ.
 */
import { canonicalPrefix } from '../lab/address.js'
import { deviceEntries, homeOf, type DeviceEntry } from '../lab/device-tables.js'
import { isResponder } from '../lab/dnsmasq.js'
import { formatEndpoint, parseEndpoint } from '../lab/endpoint.js'
import { impairOf } from '../lab/impair.js'
import type { Endpoint, Impair, LabNamespace } from '../lab/lab.js'
import { nearest } from '../lab/nearest.js'
import { normaliseNeighbours } from '../lab/normalise-neighbours.js'
import { normaliseRoutes } from '../lab/normalise-rules.js'
import type { NamespaceEntry } from '../lab/rules/lab-index.js'
import type { GuideStep } from '../lab/schema.js'
import { canonicalSocket, sameSocket, type ServiceSocket } from '../lab/service.js'
import { dottedSysctl } from '../lab/sysctl.js'
import type { LiveLink, LiveNamespace, LiveState } from '../live/state.js'
import { givenNeighbours } from '../plan/given-neighbours.js'
import { impairEntry } from '../plan/impair-entry.js'
import { sameImpair } from '../plan/qdisc.js'
import { deviceDifferences, onOff } from './device-settings.js'
import { missingHops, routeDifferences, routeThere } from './leads-there.js'
import { linkDifferences } from './link-settings.js'
import { missingRules } from './missing-rules.js'
import { nameFileDifferences } from './name-files.js'
import { unserved } from './served.js'
import { shareDifferences } from './share-settings.js'

export type Wanted = NonNullable<GuideStep['done']>
type BridgeEntry = NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>

/** Things of the network: later steps call them by these names. */
type Thing =
  | 'namespace'
  | 'namespace-like'
  | 'interface'
  | 'interface-elsewhere'
  | 'interface-down'
  | 'address'
  | 'address-elsewhere'
  | 'address-twice'
  | 'address-length'
  | 'no-bridge'
  | 'port'
  | 'cable'
  | 'cable-elsewhere'
/** Ways to a purpose: whether another way serves it is for the step's checks to say. */
const means = [
  ...(['route', 'route-elsewhere', 'rule', 'neighbour', 'proxy'] as const),
  ...(['setting', 'plugged', 'service', 'served'] as const),
] as const

/** What was not sent yet: no part of the network, but what its learner is asked to do. */
type Act = 'ping' | 'lookup' | 'connection'

export type MissingCode = Thing | (typeof means)[number] | Act
export interface MissingPart {
  readonly code: MissingCode
  /** What the sentence speaks of, in the kernel's words. */
  readonly values: Readonly<Record<string, string>>
}

export const isMeans = ({ code }: MissingPart): boolean => means.some((each) => each === code)

export const hasParts = (wanted: Wanted, live: LiveState): boolean => missingParts(wanted, live).length === 0

/** What the lab that a guide belongs to says of itself in the end. */
type Known = ReadonlyMap<string, Pick<LabNamespace, 'interfaces'>>

/**
 * Checks are no part of it: those are asked of the network, not read from it.
 * @param known namespaces of the lab: another name that is there may be a slip of the fingers, and an address of the lab
 *   that stands where the lab does not have it is one that was put there by mistake
 */
export function missingParts(wanted: Wanted, live: LiveState, known: Known = new Map()): readonly MissingPart[] {
  const looked = new Search(live, known)
  const entries = Array.isArray(wanted.namespaces)
    ? wanted.namespaces.map((name) => [name, null] as const)
    : Object.entries(wanted.namespaces ?? {})
  for (const [name, entry] of entries) looked.namespace(name, entry ?? {})
  for (const link of wanted.links ?? []) {
    const [a, b] = (Array.isArray(link) ? link : link.ends).map(parseEndpoint)
    if (a && b) looked.cable(a, b)
    if (Array.isArray(link)) continue
    const { ends, mtu, unplugged, impair } = link
    for (const end of ends) looked.end(parseEndpoint(end), mtu, end === unplugged)
    if (impair === undefined) continue
    for (const end of ends) looked.impairment(parseEndpoint(end), impairOf(impair, end))
  }
  return looked.missing
}

/** As a lab file says it. */
const impairText = (impair: Impair | null): string =>
  (impair && Object.entries(impairEntry(impair)).flat().join(' ')) || '-'

const withoutLength = (prefix: string): string => prefix.split('/')[0] ?? ''

class Search {
  readonly #byName: ReadonlyMap<string, LiveNamespace>
  readonly #found = new Map<string, MissingPart>()

  constructor(
    live: LiveState,
    private readonly known: Known,
  ) {
    this.#byName = new Map(live.namespaces.map((each) => [each.name, each]))
  }

  /** Each once: a cable and an address may both want the same interface. */
  get missing(): readonly MissingPart[] {
    return [...this.#found.values()]
  }

  #miss(code: MissingCode, values: MissingPart['values']): null {
    this.#found.set(JSON.stringify([code, values]), { code, values })
    return null
  }

  #there(name: string): LiveNamespace | null {
    const there = this.#byName.get(name)
    if (there) return there
    const strangers = [...this.#byName.keys()].filter((each) => !this.known.has(each) && each !== 'host')
    const like = nearest(name, strangers)
    return like === null
      ? this.#miss('namespace', { namespace: name })
      : this.#miss('namespace-like', { namespace: name, like })
  }

  namespace(name: string, entry: NamespaceEntry): void {
    const live = this.#there(name)
    if (!live) return
    for (const [bridge, said] of Object.entries(entry.bridges ?? {})) this.#bridge(live, bridge, said ?? {})
    for (const [table, link, said] of deviceEntries(entry)) {
      const home = table === 'bridges' ? null : this.#there(homeOf(name, said))
      if (home) this.#interface(home, link, said ?? {})
    }
    for (const { namespace, key, wanted, actual } of shareDifferences(entry, name, this.#byName))
      this.#differs(namespace, key, wanted, actual)
    const named = nameFileDifferences(entry, live.name, live.files)
    for (const { key, wanted, actual } of [...deviceDifferences(entry, live), ...named])
      this.#differs(live.name, key, wanted, actual)
    if (entry.forwarding !== undefined) this.#setting(live, 'net.ipv4.ip_forward', entry.forwarding ? '1' : '0')
    for (const [key, value] of Object.entries(entry.sysctls ?? {}))
      this.#setting(live, dottedSysctl(key) ?? key, String(value))
    this.#routes(live, entry)
    for (const rule of missingRules(entry, live)) this.#miss('rule', { namespace: name, rule })
    for (const { address, dev, mac } of normaliseNeighbours(entry)) this.#neighbour(live, address, dev, mac)
    for (const service of (entry.services ?? []).filter(isResponder)) {
      const { listen, port } = service
      const answers = (each: ServiceSocket): boolean =>
        service.address === undefined
          ? each.listen === listen && each.port === port
          : sameSocket(each, canonicalSocket(service))
      const there = live.services.filter(answers)
      if (there.length === 0) this.#miss('service', { namespace: name, listen, port: String(port) })
      else if (service.reply !== undefined && !there.some(({ reply }) => reply === service.reply))
        this.#differs(
          name,
          `${listen} ${port} reply`,
          JSON.stringify(service.reply),
          JSON.stringify(there[0]?.reply ?? ''),
        )
    }
    for (const what of unserved(entry.services ?? [], live.dnsmasq)) this.#miss('served', { namespace: name, what })
  }

  #link(namespace: string, name: string): LiveLink | null {
    const live = this.#there(namespace)
    if (!live) return null
    const link = live.links.find((each) => each.name === name)
    if (link) return link
    const other = [...this.#byName.values()].find(({ links }) => links.some((each) => each.name === name))
    return other
      ? this.#miss('interface-elsewhere', { interface: name, namespace, there: other.name })
      : this.#miss('interface', { interface: name, namespace })
  }

  #interface(live: LiveNamespace, name: string, said: DeviceEntry): LiveLink | null {
    const link = this.#link(live.name, name)
    if (!link) return null
    for (const address of said.addresses ?? []) this.#address(live, name, canonicalPrefix(address) ?? address)
    if (said.up !== undefined && link.up !== said.up) {
      if (said.up) this.#miss('interface-down', { interface: name, namespace: live.name })
      else this.#differs(live.name, `${name} up`, onOff(false), onOff(true))
    }
    for (const { key, wanted, actual } of linkDifferences(said, live, link))
      this.#differs(live.name, key, wanted, actual)
    return link
  }

  #address(live: LiveNamespace, dev: string, address: string): void {
    const values = { address, interface: dev, namespace: live.name }
    const alone = withoutLength(address)
    if (live.addresses.some((each) => each.dev === dev && each.address === address)) {
      const here = formatEndpoint({ namespace: live.name, interface: dev })
      for (const there of this.#astray(alone)) if (there !== here) this.#miss('address-twice', { ...values, there })
      return
    }
    const here = live.addresses.find((each) => each.dev === dev && withoutLength(each.address) === alone)
    if (here) return void this.#miss('address-length', { ...values, there: here.address })
    for (const { name, addresses } of this.#byName.values()) {
      const other = addresses.find((each) => withoutLength(each.address) === alone)
      if (other) {
        const there = formatEndpoint({ namespace: name, interface: other.dev })
        return void this.#miss('address-elsewhere', { ...values, there })
      }
    }
    this.#miss('address', values)
  }

  /** Where an address of the lab stands although the lab does not have it there: its own answers would mislead. */
  #astray(alone: string): readonly string[] {
    const belongs = [...this.known].flatMap(([namespace, { interfaces }]) =>
      interfaces
        .filter(({ addresses }) => addresses.some((each) => withoutLength(each) === alone))
        .map(({ name }) => formatEndpoint({ namespace, interface: name })),
    )
    if (belongs.length === 0) return []
    return [...this.#byName.values()]
      .flatMap(({ name, addresses }) =>
        addresses
          .filter(({ address }) => withoutLength(address) === alone)
          .map(({ dev }) => formatEndpoint({ namespace: name, interface: dev })),
      )
      .filter((there) => !belongs.includes(there))
  }

  #bridge(live: LiveNamespace, name: string, said: BridgeEntry): void {
    const link = this.#interface(live, name, said)
    if (!link) return
    if (link.kind !== 'bridge') return void this.#miss('no-bridge', { interface: name, namespace: live.name })
    for (const port of said.ports ?? []) {
      const plugged = this.#link(live.name, port)
      if (plugged && plugged.master !== name)
        this.#miss('port', { interface: port, bridge: name, namespace: live.name })
    }
  }

  #neighbour(live: LiveNamespace, address: string, dev: string, mac: string | null): void {
    const there = givenNeighbours(live).some((each) => each.address === address && each.dev === dev && each.mac === mac)
    if (there) return
    const values = { namespace: live.name, address, interface: dev }
    if (mac === null) this.#miss('proxy', values)
    else this.#miss('neighbour', { ...values, mac })
  }

  #setting(live: LiveNamespace, key: string, wanted: string): void {
    const spaced = (text: string): string => text.replace(/\s+/g, ' ')
    const actual = live.sysctls[key]
    if (actual === undefined || spaced(actual) !== spaced(wanted)) this.#differs(live.name, key, wanted, actual ?? '-')
  }

  #differs(namespace: string, key: string, wanted: string, actual: string): void {
    this.#miss('setting', { namespace, key, wanted, actual })
  }

  #routes(live: LiveNamespace, entry: NamespaceEntry): void {
    for (const route of normaliseRoutes(entry)) {
      const there = routeThere(route, live.routes)
      const to = /^(?:0\.0\.0\.0|::)\/0$/.test(route.to) ? 'default' : route.to
      if (there) {
        for (const { key, wanted, actual } of routeDifferences(route, there))
          this.#differs(live.name, key, wanted, actual)
        for (const { via, dev } of missingHops(route, live.routes))
          this.#miss('route', { namespace: live.name, to, way: via ?? dev ?? '' })
        continue
      }
      const way = route.via ?? route.dev ?? route.type
      const other = live.routes.find(
        (each) => each.to === route.to && each.table === route.table && (each.via ?? each.dev) !== null,
      )
      const values = { namespace: live.name, to, way }
      if (other) this.#miss('route-elsewhere', { ...values, there: other.via ?? other.dev ?? '' })
      else this.#miss('route', values)
    }
  }

  /** Pulled out is what is down: a veth knows no other way. */
  end({ namespace, interface: name }: Endpoint, mtu: number | undefined, isUnplugged: boolean): void {
    const link = this.#link(namespace, name)
    if (!link) return
    if (mtu !== undefined && link.mtu !== mtu) this.#differs(namespace, `${name} mtu`, String(mtu), String(link.mtu))
    if (isUnplugged && link.up) this.#miss('plugged', { namespace, interface: name })
  }

  impairment({ namespace, interface: name }: Endpoint, wanted: Impair | null): void {
    const link = this.#link(namespace, name)
    if (link && !sameImpair(wanted, link.impair))
      this.#differs(namespace, `${name} qdisc`, impairText(wanted), impairText(link.impair))
  }

  cable(a: Endpoint, b: Endpoint): void {
    const [near, far] = [this.#link(a.namespace, a.interface), this.#link(b.namespace, b.interface)]
    if (!near || !far) return
    if (near.peer?.namespace === b.namespace && near.peer.index === far.index) return
    const other = this.#byName.get(near.peer?.namespace ?? '')
    const peer = other?.links.find(({ index }) => index === near.peer?.index)
    const ends = { a: formatEndpoint(a), b: formatEndpoint(b) }
    if (other && peer)
      this.#miss('cable-elsewhere', { ...ends, there: formatEndpoint({ namespace: other.name, interface: peer.name }) })
    else this.#miss('cable', ends)
  }
}
