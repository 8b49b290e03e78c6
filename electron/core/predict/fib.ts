/** The kernel's routing decision: rules in their order, in each table the longest prefix, the least metric. */
import { containsAddress, parseAddress } from '../lab/address.js'
import { localTable } from '../lab/table.js'
import { bare, isIpv6, prefixLength, type Network } from '../diagnosis/network.js'
import { picks, type Routed } from '../diagnosis/policy-match.js'
import { policyRuleWords } from '../plan/text.js'
import type { LiveRoute, LiveRule } from '../live/state.js'
import { said } from '../words/said.js'
import { CannotSay } from './prediction.js'

/** RTN_* without a way on: what a packet that comes through is told of it (fib_props, net/ipv4/fib_semantics.c). */
export type Refusing = 'none' | 'blackhole' | 'unreachable' | 'prohibit'

export type Way =
  /** The address is the namespace's own. */
  | { readonly kind: 'local'; readonly src: string | null }
  | {
      readonly kind: 'unicast'
      readonly route: LiveRoute
      readonly dev: string
      /** Whose link-layer address the frame gets. */
      readonly nextHop: string
      readonly rule: LiveRule
    }
  | { readonly kind: 'refused'; readonly by: Refusing }

export function lookUp(network: Network, namespace: string, packet: Routed): Way {
  const { dst } = packet
  const family = isIpv6(dst) ? 'ipv6' : 'ipv4'
  const here = network.namespace(namespace)
  if (here?.links.some(({ vrf, table }) => vrf !== undefined || table !== undefined))
    throw new CannotSay(said`${namespace} has a VRF.`)
  const rules = [...(here?.rules ?? [])]
    .filter((rule) => rule.family === family)
    .sort((a, b) => a.priority - b.priority)
  for (const rule of rules) {
    // Nobody binds a probe to an interface, so that no rule that asks for one to leave by means it.
    const isMarked = rule.fwmark === null || rule.fwmark === (packet.mark ?? 0)
    if ((picks(rule, packet) && isMarked && rule.oif === null) === rule.not) continue
    if (rule.others.length > 0)
      throw new CannotSay(said`What the rule ${policyRuleWords(rule).join(' ')} of ${namespace} asks for is not known.`)
    if (rule.action === 'goto')
      throw new CannotSay(said`What the rule ${policyRuleWords(rule).join(' ')} of ${namespace} asks for is not known.`)
    if (rule.action !== 'to-table') return { kind: 'refused', by: refusing(rule.action) }
    const found = inTable(network, namespace, rule, dst)
    if (found) return found
  }
  return { kind: 'refused', by: 'none' }
}

const refusing = (word: string): Refusing =>
  word === 'blackhole' || word === 'unreachable' || word === 'prohibit' ? word : 'none'

/** Null where the table has no way, and the next rule is asked. */
function inTable(network: Network, namespace: string, rule: LiveRule, dst: string): Way | null {
  if (rule.table === localTable && network.owns(namespace, dst)) return { kind: 'local', src: null }
  const fitting = network
    .routes(namespace, dst, rule.table)
    .filter(({ flags, family }) => !flags.includes('dead') && family === rule.family)
  const [best] = fitting
  if (!best || best.type === 'throw') return null
  if (best.type === 'local') return { kind: 'local', src: best.src }
  if (best.type !== 'unicast') return { kind: 'refused', by: refusing(best.type) }
  const equal = fitting.filter(({ to, metric, type }) => to === best.to && metric === best.metric && type === best.type)
  if (equal.length > 1 && equal.some(({ weight }) => weight !== null))
    throw new CannotSay(said`${namespace} has ${equal.length} equal ways to ${best.to}, and a hash chooses.`)
  if (best.dev === null) return null
  // With an address of one's own as gateway, all is on the link (rt_set_nexthop, net/ipv4/route.c).
  const isOnLink = best.via === null || network.owns(namespace, best.via)
  return { kind: 'unicast', route: best, dev: best.dev, nextHop: isOnLink ? dst : (best.via ?? dst), rule }
}

/**
 * Whether the source of a packet that came in passes (fib_validate_source, net/ipv4/fib_frontend.c): with reverse path
 * filtering, an answer would have to leave by the same interface (strict) or by any (loose). IPv6 does not look.
 * @param oif by which it would be sent on, and its answer come in; null where it is for the namespace itself
 */
export function isSourceValid(
  network: Network,
  namespace: string,
  { src, dst, iif }: Routed,
  oif: string | null = null,
): boolean {
  if (src === null || iif === null || isIpv6(dst)) return true
  const back = lookUp(network, namespace, { dst: src, src: dst, iif: oif })
  if (back.kind === 'local') return network.sysctl(namespace, confKey(iif, 'accept_local')) === '1'
  const filter = Math.max(
    ...['all', iif].map((name) => Number(network.sysctl(namespace, confKey(name, 'rp_filter')) ?? 0)),
  )
  if (back.kind === 'refused') return filter === 0
  if (back.dev === iif || filter === 0) return true
  return filter === 2 && own(network, namespace, iif).length > 0
}

const confKey = (dev: string, what: string): string => `net.ipv4.conf.${dev.replaceAll('.', '/')}.${what}`

const own = (network: Network, namespace: string, dev: string | null) =>
  (network.namespace(namespace)?.addresses ?? []).filter(
    (each) => each.family === 'ipv4' && (dev === null || each.dev === dev),
  )

/**
 * The address that a packet without one leaves with; null where the namespace has none. IPv4: of the interface's primary
 * addresses the one whose subnet holds the next hop, else the first (inet_select_addr, net/ipv4/devinet.c). IPv6: RFC 6724
 * as far as scope, interface and the longest common prefix go.
 */
export function chooseSource(
  network: Network,
  namespace: string,
  { dev, nextHop, preferred, dst }: SourceQuestion,
): string | null {
  if (preferred !== null) return preferred
  return isIpv6(dst) ? chooseIpv6(network, namespace, dev, dst) : chooseIpv4(network, namespace, dev, nextHop)
}

export interface SourceQuestion {
  readonly dev: string
  readonly nextHop: string | null
  /** `src` of the route. */
  readonly preferred: string | null
  readonly dst: string
}

function chooseIpv4(network: Network, namespace: string, dev: string, nextHop: string | null): string | null {
  const primary = own(network, namespace, null).filter(
    ({ scope, flags }) => scope !== 'host' && !flags.includes('secondary'),
  )
  const here = primary.filter((each) => each.dev === dev)
  const chosen =
    here.find(({ address }) => nextHop !== null && containsAddress(address, nextHop)) ??
    here[0] ??
    primary.find(({ scope }) => scope !== 'link')
  return chosen ? bare(chosen.address) : null
}

function chooseIpv6(network: Network, namespace: string, dev: string, dst: string): string | null {
  const wantsLink = isLinkLocal(dst)
  const usable = (network.namespace(namespace)?.addresses ?? []).filter(
    ({ family, flags, scope, dev: at }) =>
      family === 'ipv6' &&
      (at === dev || scope !== 'link') &&
      !flags.some((flag) => flag === 'tentative' || flag === 'dadfailed'),
  )
  const rank = (each: (typeof usable)[number]): number[] => [
    // Where there is no other, even that of lo is taken.
    Number(each.scope !== 'host'),
    Number((each.scope === 'link') === wantsLink),
    Number(!each.flags.includes('deprecated')),
    Number(each.dev === dev),
    Math.min(commonBits(bare(each.address), dst), prefixLength(each.address)),
  ]
  const [best] = [...usable].sort((a, b) => compare(rank(b), rank(a)))
  return best ? bare(best.address) : null
}

const isLinkLocal = (address: string): boolean => containsAddress('fe80::/10', address)

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

function commonBits(a: string, b: string): number {
  const [one, other] = [parseAddress(a)?.bytes ?? [], parseAddress(b)?.bytes ?? []]
  const at = one.findIndex((byte, index) => byte !== other[index])
  return at < 0 ? one.length * 8 : at * 8 + Math.clz32((one[at] ?? 0) ^ (other[at] ?? 0)) - 24
}
