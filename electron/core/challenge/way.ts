/**
 * The way that a check's packet takes through a healthy lab, there and back, as the file says it: where a fault can be
 * put so that it matters. Whether it does is proved in the kernel; what this does not follow only gets no fault.
 */
import { containsAddress, parseAddress, parsePrefix, type Prefix } from '../lab/address.js'
import { stationsOf, type Stations } from '../change/segments.js'
import type { Lab, LabCheck, LabNamespace, LabRoute } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'

export interface WayStep {
  readonly namespace: string
  /** Null where it starts. */
  readonly in: string | null
  /** Null where it ends. */
  readonly out: string | null
  /** The gateway; null on the subnet of the target. */
  readonly via: string | null
  /** Place of its route in the file's list; null of a connected subnet. */
  readonly route: number | null
  /** The address that it is sent to from here on. */
  readonly target: string
}

export interface Way {
  readonly check: LabCheck
  readonly there: readonly WayStep[]
  readonly back: readonly WayStep[]
  /** Address of the target, behind all that rewrites it. */
  readonly target: string
  /** The address that the answer goes to. */
  readonly source: string
}

/** More routers than that no lab of a course has. */
const mostSteps = 16

const mainTable = 254

/** Checks that want an answer, with a way that is understood. */
export function waysOf(file: LabFile, lab: Lab): readonly Way[] {
  const stations = stationsOf(file)
  return lab.checks.flatMap((check): Way[] => {
    if (check.expect !== 'reply' && check.expect !== 'connected') return []
    if (parseAddress(check.target) === null) return []
    const walked = walk(lab, stations, check.from, check.target, 'port' in check ? check.port : null)
    if (!walked) return []
    const { steps, target, source } = walked
    const last = steps.at(-1) as WayStep
    // Of itself: nothing leaves, and nothing has to come back.
    if (steps.length === 1) return [{ check, there: steps, back: steps, target, source: target }]
    const answer = walk(lab, stations, last.namespace, source, null)
    return answer ? [{ check, there: steps, back: answer.steps, target, source }] : []
  })
}

interface Walked {
  readonly steps: readonly WayStep[]
  readonly target: string
  readonly source: string
}

function walk(lab: Lab, stations: Stations, from: string, to: string, port: number | null): Walked | null {
  const steps: WayStep[] = []
  let [namespace, inside, target]: [string, string | null, string] = [from, null, to]
  let source: string | null = null
  while (steps.length < mostSteps) {
    const here = lab.namespaces.get(namespace)
    if (!here) return null
    if (inside !== null) target = rewritten(here, inside, target, port) ?? target
    if (owns(here, target)) {
      steps.push({ namespace, in: inside, out: null, via: null, route: null, target })
      return { steps, target, source: source ?? '' }
    }
    if (inside !== null && here.forwarding !== true) return null
    const next = decide(here, target)
    if (!next) return null
    source = hidden(here, next.out, source) ?? source ?? sourceOf(here, next.out, next.via ?? target)
    steps.push({ namespace, in: inside, ...next, target })
    const hop = next.via ?? target
    const segment = stations.segmentOf({ namespace, interface: next.out })
    const station = stations.all.find((each) => each.segment === segment && each.prefix.text === hop && each.up)
    if (!station || station.namespace === namespace) return null
    ;[namespace, inside] = [station.namespace, station.dev]
  }
  return null
}

const prefixes = (here: LabNamespace): readonly (readonly [dev: string, prefix: Prefix])[] =>
  here.interfaces.flatMap(({ name, addresses, up }) =>
    up
      ? addresses.flatMap((text) => [parsePrefix(text)].flatMap((prefix) => (prefix ? [[name, prefix] as const] : [])))
      : [],
  )

const owns = (here: LabNamespace, address: string): boolean =>
  isLoopback(address) || prefixes(here).some(([, { text }]) => text === address)

const isLoopback = (address: string): boolean =>
  address === '::1' || (parseAddress(address)?.family === 'ipv4' && containsAddress('127.0.0.0/8', address))

/** The longest prefix wins; a connected subnet before a route of the same length. */
function decide(
  here: LabNamespace,
  target: string,
): { readonly out: string; readonly via: string | null; readonly route: number | null } | null {
  const connected = prefixes(here)
    .filter(([dev, prefix]) => dev !== 'lo' && containsAddress(prefix, target))
    .map(([out, { length }]) => ({ out, via: null, route: null, length }))
  const routed = here.routes.flatMap((route, at) => {
    const prefix = parsePrefix(route.to)
    if (!isPlain(route) || !prefix || !containsAddress(prefix, target)) return []
    const out =
      route.dev ?? prefixes(here).find(([, own]) => route.via !== null && containsAddress(own, route.via))?.[0]
    return out === undefined ? [] : [{ out, via: route.via, route: at, length: prefix.length }]
  })
  const [best] = [...connected, ...routed].sort((a, b) => b.length - a.length)
  return best ? { out: best.out, via: best.via, route: best.route } : null
}

const isPlain = ({ type, nexthops, table }: LabRoute): boolean =>
  type === 'unicast' && nexthops.length === 0 && table === mainTable

/** The kernel sends from an address of the subnet that the next hop is in, else from the first. */
function sourceOf(here: LabNamespace, out: string, hop: string): string | null {
  const own = prefixes(here).filter(([dev]) => dev === out)
  const family = parseAddress(hop)?.family
  const like = own.filter(([, prefix]) => prefix.family === family)
  return (like.find(([, prefix]) => containsAddress(prefix, hop)) ?? like[0])?.[1].text ?? null
}

/** The source behind which NAT hides what leaves. */
function hidden(here: LabNamespace, out: string, source: string | null): string | null {
  if (source === null) return null
  const nat = here.nat
    .filter((each) => each.kind === 'masquerade' || each.kind === 'snat')
    .find((each) => each.out === out && (!each.source || containsAddress(each.source, source)))
  if (!nat) return null
  return nat.kind === 'snat' ? nat.to : sourceOf(here, out, source)
}

/** Where a published port leads. */
function rewritten(here: LabNamespace, inside: string, target: string, port: number | null): string | null {
  if (port === null || !owns(here, target)) return null
  const nat = here.nat.find((each) => each.kind === 'dnat' && each.port === port && (each.in ?? inside) === inside)
  return nat?.kind === 'dnat' ? nat.toAddress : null
}
