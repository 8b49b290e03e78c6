/**
 * What steps of a fix can change, of them and of what the kernel takes along, as single facts that can be compared: one
 * property of an interface, one address, one route, one rule. What lies beyond is nobody's business when a fix is taken back.
 */
import { masterOf } from '../lab/lab.js'
import type { LiveNamespace, LiveState } from '../live/state.js'
import { givenNeighbours } from '../plan/given-neighbours.js'
import { stepRoute } from '../plan/restore.js'
import { devicesOf, wholeRoutes } from '../plan/whole-routes.js'
import type { RepairStep } from './repair.js'

export interface Fact {
  /** In words for people, as `a: addresses`. */
  readonly what: string
  readonly value: string
  /** Brings it back where the kernel took it along: addresses, routes and neighbours that somebody has set. */
  readonly back: RepairStep | null
}
export type Facts = ReadonlyMap<string, Fact>

/** What the steps of one namespace can reach. */
interface Reach {
  /** Interfaces; null: any. */
  readonly devs: ReadonlySet<string> | null
  /** Destinations of routes that are named themselves. */
  readonly to: ReadonlySet<string>
  readonly ops: ReadonlySet<string>
}

/** Of these facts, a step sets one outright: taken back, it would set it over whatever somebody else has set. */
export function setBy(step: RepairStep): string | null {
  const link = (name: string, property: string): string => `${step.namespace}: links ${name} ${property}`
  switch (step.op) {
    case 'link-up':
    case 'link-down':
      return link(step.name, 'up')
    case 'link-mtu':
      return link(step.name, 'mtu')
    case 'link-mac':
      return link(step.name, 'mac')
    case 'link-master':
      return link(step.name, 'master')
    case 'bridge-stp':
      return link(step.name, 'bridge')
    case 'sysctl-set':
      return sysctlKey(step.namespace, step.key)
    default:
      return null
  }
}

const sysctlKey = (namespace: string, key: string): string => `${namespace}: sysctls ${key}`

/** @param settings values of the keys that the steps set, by namespace and key: not all of them are in the live state */
export function factsOf(
  { namespaces }: LiveState,
  steps: readonly RepairStep[],
  settings: readonly (readonly [namespace: string, key: string, value: string])[],
): Facts {
  const facts = new Map<string, Fact>()
  for (const namespace of namespaces) {
    const own = steps.filter((step) => step.namespace === namespace.name)
    if (own.length > 0) addFacts(facts, namespace, reachOf(own))
  }
  for (const [namespace, key, value] of settings)
    if (namespaces.some(({ name }) => name === namespace))
      facts.set(sysctlKey(namespace, key), { what: `${namespace}: ${key}`, value, back: null })
  return facts
}

function reachOf(steps: readonly RepairStep[]): Reach {
  const devs = steps.map((step): string | null | undefined => {
    if (step.op === 'sysctl-set') return deviceOf(step.key)
    if (step.op.startsWith('address-') && 'dev' in step) return step.dev
    return 'name' in step ? step.name : undefined
  })
  return {
    devs: devs.includes(null) ? null : new Set(devs.flatMap((dev) => dev ?? [])),
    to: new Set(steps.flatMap((step) => ('route' in step ? [step.route.to] : []))),
    ops: new Set(steps.map(({ op }) => op)),
  }
}

/** The interface a setting is of; null where it may be of any. */
const deviceOf = (key: string): string | null => {
  const name = /^net\.ipv[46]\.conf\.(.+)\.[^.]+$/.exec(key)?.[1]
  return name === undefined || name === 'all' || name === 'default' ? null : name.replaceAll('/', '.')
}

function addFacts(facts: Map<string, Fact>, namespace: LiveNamespace, { devs, to, ops }: Reach): void {
  const { name, links, addresses, routes, rules, neighbours, proxies = [], ruleset } = namespace
  const reaches = (dev: string | null): boolean => dev !== null && (devs?.has(dev) ?? true)
  const add = (part: string, key: string, value: string, back: RepairStep | null = null): void => {
    facts.set(`${name}: ${part} ${key}`, { what: `${name}: ${part}`, value, back })
  }
  /** The same rule may be there twice. */
  const count = (part: string, rule: unknown): void => {
    const key = JSON.stringify(rule)
    const known = facts.get(`${name}: ${part} ${key}`)
    add(part, key, String(Number(known?.value ?? 0) + 1))
  }
  for (const { name: dev, ...link } of links.filter((each) => reaches(each.name)))
    for (const property of [
      'kind',
      'mac',
      'mtu',
      'up',
      'settings',
      'master',
      'bridge',
      'vlan',
      'share',
      'vxlan',
      'tunnel',
      'impair',
    ] as const)
      add('links', `${dev} ${property}`, JSON.stringify(property === 'master' ? masterOf(link) : link[property]))
  for (const { dev, address, family, scope } of addresses)
    // Link-local addresses come by themselves, and those of lo when it is first set up (inet_set_ifa, addrconf_init).
    if (scope !== 'link' && !isOwnLoopback(dev, address) && reaches(dev))
      add('addresses', `${dev} ${address}`, '', { op: 'address-add', namespace: name, dev, address, family })
  for (const route of wholeRoutes(routes)) {
    const { to: prefix, via, dev, src, mtu, metric, type, table, protocol, nexthops } = route
    // The routes of addresses come by themselves, too.
    if (protocol === 'kernel' || !(devicesOf(route).some(reaches) || to.has(prefix))) continue
    const key = JSON.stringify({ prefix, via, dev, src, mtu, metric, type, table, nexthops })
    add('routes', key, '', { op: 'route-add', namespace: name, route: stepRoute(route) })
  }
  // An interface that goes down takes all of them along (neigh_ifdown, net/core/neighbour.c).
  for (const neighbour of givenNeighbours({ neighbours, proxies })) {
    const { dev, address, mac } = neighbour
    if (!reaches(dev)) continue
    add('neighbours', `${dev} ${address} ${mac}`, '', { op: 'neighbour-add', namespace: name, neighbour })
  }
  const touches = (pattern: RegExp): boolean => [...ops].some((op) => pattern.test(op))
  if (touches(/^policy-rule-/)) for (const rule of rules) count('rules', rule)
  // A table that was made on the way stays, empty, and lets everything pass as before.
  if (touches(/^(nat|firewall|saved-rule)-/))
    for (const { family, table, chain, rule, policy, engine } of ruleset.iptables)
      if (rule !== null || policy !== 'ACCEPT') count('iptables', { family, table, chain, rule, policy, engine })
  if (touches(/^nft-/)) for (const entry of ruleset.nft) count('nft', uncounted(entry))
}

const isOwnLoopback = (dev: string, address: string): boolean =>
  dev === 'lo' && (address === '127.0.0.1/8' || address === '::1/128')

/** Counters count on, and a rule that was put back has another number. */
const uncounted = (entry: unknown): unknown =>
  JSON.parse(
    JSON.stringify(entry, (key, value: unknown) =>
      key === 'handle' || key === 'packets' || key === 'bytes' ? undefined : value,
    ),
  )
