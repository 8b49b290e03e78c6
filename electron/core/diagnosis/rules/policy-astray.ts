import { mainTable } from '../../lab/table.js'
import type { LiveRoute, LiveRule } from '../../live/state.js'
import { departureOf, type Departure } from '../death.js'
import { isIpv6, prefixLength } from '../network.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { deriveRoute } from '../way.js'
import { askAs, matching, ruleText, wayIn } from './policy-rule.js'
import { refuses } from './routing.js'
import { isOn } from './wrong-route.js'

/** A place on its way where a rule of policy routing sent it by a wider route than the one to where it was to go. */
interface Fork {
  readonly departure: Departure
  readonly rule: LiveRule
  readonly taken: LiveRoute
  /** The main table's own, which leads there. */
  readonly right: LiveRoute
}

/**
 * A rule leads to a table that has the way out and nothing of what is near: the usual fault of two ways out. Who gets the packet
 * then is not to blame for having no way.
 */
export const policyAstray: Rule = {
  code: 'policy-rule',
  suspect(scene) {
    const fork = places(scene)
      .map((departure) => forkAt(scene, departure))
      .find((each) => each !== null)
    if (!fork) return null
    const { departure, rule, taken, right } = fork
    const { namespace, dst, src } = departure
    const get = askAs(scene, departure, { rule, src })
    const rules = { namespace, ask: 'rules', ipv6: isIpv6(dst) } as const
    const routes = { namespace, ask: 'routes', ipv6: isIpv6(dst) } as const
    const before = freePriority(scene, namespace, rule)
    return {
      ask: [get, rules, routes],
      ruledOut: say('not-policy-rule', { namespace }),
      judge(answers): Finding | null {
        if (!new RegExp(`\\btable ${rule.table}\\b`).test(answers.of(get).output)) return null
        return {
          // That the main table's way does not end, too, only a packet that takes it can show.
          onlyIfTried: true,
          namespace,
          interface: null,
          message: say('policy-astray', {
            ...{ namespace, target: dst, rule: ruleText(rule), prefix: right.to },
            way: taken.via ?? taken.dev ?? '',
          }),
          evidence: answers.evidence(get, rules, routes),
          repair: before === null ? null : { namespace, steps: [nearFirst(namespace, right, before)] },
        }
      },
    }
  },
}

/** What is near is looked for in the main table before the rule is asked; everything else goes on as the rule says. */
const nearFirst = (namespace: string, { family, to }: LiveRoute, priority: number): RepairStep => ({
  op: 'policy-rule-add',
  namespace,
  rule: {
    ...{ family, priority, from: null, to, iif: null, oif: null, fwmark: null, not: false },
    action: 'to-table',
    table: mainTable,
  },
})

/** The one closest before a rule that no rule has; null where there is none. */
function freePriority({ network }: Scene, namespace: string, { family, priority }: LiveRule): number | null {
  const taken = new Set(
    (network.namespace(namespace)?.rules ?? []).filter((each) => each.family === family).map((each) => each.priority),
  )
  for (let free = priority - 1; free > 0; free -= 1) if (!taken.has(free)) return free
  return null
}

/** Routing decisions of the packet, in their order: those that it was sent on by, and the one that it died of. */
function places({ hops, death }: Scene): Departure[] {
  if (!death) return []
  const sent = hops.flatMap((hop): Departure[] => {
    const { leg, event, direction, observed, namespace, packet, n } = hop
    if (leg !== death.leg || event !== 'sent' || direction !== 'out' || !observed || !packet?.ip) return []
    const came = hops.findLast(
      (each) => each.n < n && each.leg === leg && each.namespace === namespace && each.direction === 'in',
    )
    // Before its source was rewritten on the way out.
    const src = came?.packet?.ip?.src ?? packet.ip.src
    return [{ leg, namespace, iif: came?.interface ?? null, src, dst: packet.ip.dst }]
  })
  const last = departureOf(death)
  return last ? [...sent, last] : sent
}

function forkAt(scene: Scene, departure: Departure): Fork | null {
  const { network } = scene
  const { namespace, dst } = departure
  const right = network.route(namespace, dst)
  if (!right || refuses(right)) return null
  for (const rule of matching(scene, departure)) {
    const taken = wayIn(scene, rule, namespace, dst)
    if (!taken) continue
    const isFork =
      rule.table !== mainTable &&
      prefixLength(taken.to) < prefixLength(right.to) &&
      taken.dev !== right.dev &&
      (right.via === null ? isOn(network, namespace, right.dev, dst) : leadsThere(scene, namespace, right, dst))
    return isFork ? { departure, rule, taken, right } : null
  }
  return null
}

const leadsThere = ({ network }: Scene, namespace: string, { via }: LiveRoute, dst: string): boolean =>
  deriveRoute(network, namespace, dst)?.via === via
