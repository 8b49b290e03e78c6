import { containsAddress } from '../../lab/address.js'
import { mainPriority } from '../../lab/normalise-policy.js'
import { mainTable } from '../../lab/table.js'
import type { LiveRoute, LiveRule } from '../../live/state.js'
import { departureOf, type Departure } from '../death.js'
import { bare, isIpv6, prefixLength } from '../network.js'
import { picks } from '../policy-match.js'
import { isOwnRule, stepRule } from '../../plan/policy-rules.js'
import { policyRuleWords } from '../../plan/text.js'
import type { RouteGet } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say, type MessageKey } from '../words.js'
import { askWay, noWay, refuses } from './routing.js'

/** A rule without what `ip rule` says before it: the priority. */
export const ruleText = (rule: LiveRule): string => policyRuleWords(rule).slice(2).join(' ')

/** A rule of policy routing that refuses, or leads to a table that does, although the main table has a way. */
export const policyRule: Rule = {
  code: 'policy-rule',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { namespace, dst } = departure
    const from = sources(scene, departure)
    const blocking = from.flatMap((src) => blockingRules(scene, { ...departure, src }).map((rule) => ({ rule, src })))
    const { rule, src } =
      blocking.find(({ rule: { fwmark } }) => fwmark === null) ??
      blocking.find(({ rule }) => rule.fwmark !== null) ??
      {}
    if (!rule || src === undefined) return null
    const get = askAs(scene, departure, { rule, src })
    const rules = { namespace, ask: 'rules', ipv6: isIpv6(dst) } as const
    // Who sends by the address that the kernel chose is asked for that one.
    const chosen = departure.src === null && src !== null ? [askWay(departure)] : []
    return {
      ask: [get, rules, ...chosen],
      ruledOut: say('not-policy-rule', { namespace }),
      judge(answers): Finding | null {
        if (!noWay(answers.of(get))) return null
        if (chosen.some((question) => sourceIn(answers.of(question).output) !== src)) return null
        return {
          // Whether this packet has the mark cannot be asked: only that all goes well without the rule.
          ...(rule.fwmark === null ? {} : { onlyIfTried: true as const }),
          ...findingOf(departure, rule, 'no-route-rule'),
          evidence: answers.evidence(...chosen, get, rules),
        }
      },
    }
  },
}

/** A rule that leads to a table whose way ends, although the main table has another that does not. */
export const policyDetour: Rule = {
  code: 'policy-rule',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { namespace, dst } = departure
    const plain = scene.network.route(namespace, dst)
    if (!plain || refuses(plain)) return null
    const found = sources(scene, departure)
      .flatMap((src) => matching(scene, { ...departure, src }).map((rule) => ({ rule, src })))
      .map(({ rule, src }) => ({ rule, src, route: wayIn(scene, rule, namespace, dst) }))
      .find(({ rule, route }) => rule.table !== mainTable && route !== undefined)
    if (!found?.route || sameWay(found.route, plain)) return null
    const { rule, src, route } = found
    const get = askAs(scene, departure, { rule, src })
    const rules = { namespace, ask: 'rules', ipv6: isIpv6(dst) } as const
    return {
      ask: [get, rules],
      ruledOut: say('not-policy-rule', { namespace }),
      judge(answers): Finding | null {
        const { output } = answers.of(get)
        if (noWay(answers.of(get)) || !new RegExp(`\\btable ${rule.table}\\b`).test(output)) return null
        return {
          // That the way of the main table does not end, too, only a packet without the rule can show.
          onlyIfTried: true,
          ...findingOf(departure, rule, 'policy-detour', { way: route.via ?? route.dev ?? '' }),
          evidence: answers.evidence(get, rules),
        }
      },
    }
  },
}

function findingOf(
  { namespace, dst, leg }: Departure,
  rule: LiveRule,
  sentence: MessageKey,
  values: Readonly<Record<string, string>> = {},
): Omit<Finding, 'evidence'> {
  return {
    // A rule that refuses by itself leaves no way at all; one that leads to a table leaves what is there.
    ...(rule.action === 'to-table' ? {} : { code: leg === 'reply' ? 'no-return-route' : 'no-route' }),
    namespace,
    interface: null,
    message: say(sentence, { namespace, target: dst, rule: ruleText(rule), ...values }),
    repair: { namespace, steps: [{ op: 'policy-rule-delete', namespace, rule: stepRule(rule) }] },
  }
}

/** As the packet itself; from its address where the rule asks for that, and it starts here. */
export const askAs = (
  { network }: Scene,
  departure: Departure,
  { rule: { from, fwmark }, src }: { readonly rule: LiveRule; readonly src: string | null },
): RouteGet => ({
  ...askWay(departure),
  ...(from !== null && src !== null && departure.iif === null && network.owns(departure.namespace, src)
    ? { from: src }
    : {}),
  ...(fwmark === null ? {} : { mark: fwmark }),
})

const sourceIn = (output: string): string | null => /\bsrc (\S+)/.exec(output)?.[1] ?? null

/** Where nothing was seen yet, who sends looks twice: without an address, then from the one chosen (ip_route_connect). */
function sources({ network }: Scene, { namespace, src, dst, iif }: Departure): (string | null)[] {
  if (src !== null || iif !== null) return [src]
  const own = network.addresses(namespace).map(({ address }) => bare(address))
  return [null, ...own.filter((address) => isIpv6(address) === isIpv6(dst))]
}

const sameWay = (a: LiveRoute, b: LiveRoute): boolean => a.via === b.via && a.dev === b.dev

/** The route of a rule's table that the kernel would take. */
export function wayIn({ network }: Scene, rule: LiveRule, namespace: string, dst: string): LiveRoute | undefined {
  if (rule.action !== 'to-table') return undefined
  return (network.namespace(namespace)?.routes ?? [])
    .filter(({ table, to, type }) => table === rule.table && type === 'unicast' && containsAddress(to, dst))
    .sort((a, b) => prefixLength(b.to) - prefixLength(a.to) || a.metric - b.metric)[0]
}

/** Rules of policy routing before the main table's that pick it; the one that is asked first comes first. */
export function matching({ network }: Scene, departure: Departure): LiveRule[] {
  const family = isIpv6(departure.dst) ? 'ipv6' : 'ipv4'
  return (network.namespace(departure.namespace)?.rules ?? [])
    .filter(
      (rule) =>
        rule.family === family &&
        rule.priority < mainPriority &&
        // What else it says may be why this packet is not meant, and could not be put back.
        isOwnRule(rule) &&
        !rule.not &&
        picks(rule, departure),
    )
    .sort((a, b) => a.priority - b.priority)
}

/** Rules of policy routing that refuse it, or lead to a table that does; the first that would be taken first. */
export function blockingRules(scene: Scene, departure: Departure): LiveRule[] {
  const routes = scene.network.namespace(departure.namespace)?.routes ?? []
  return matching(scene, departure).filter(
    ({ action, table }) =>
      action !== 'to-table' ||
      routes.some((route) => route.table === table && refuses(route) && containsAddress(route.to, departure.dst)),
  )
}
