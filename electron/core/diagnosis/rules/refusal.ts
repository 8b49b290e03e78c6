/** Why a namespace would not send to somebody at all, although a way is or should be there: somebody wrote so. */
import type { LiveRoute, LiveRule } from '../../live/state.js'
import type { DiagnosisCode } from '../diagnosis.js'
import { stepRule } from '../../plan/policy-rules.js'
import { policyRuleWords } from '../../plan/text.js'
import type { Repair } from '../repair.js'
import type { Scene } from '../scene.js'
import { say, type Message, type MessageKey } from '../words.js'
import { blockingRules } from './policy-rule.js'
import { refuses, routeOf } from './routing.js'
import { leadRight } from './wrong-route.js'

export interface Refusal {
  readonly code: DiagnosisCode
  readonly interface: string | null
  readonly message: Message
  /** The table of the kernel in which it stands. */
  readonly shown: 'routes' | 'rules'
  readonly repair: Repair | null
}

interface Sentences {
  readonly rule: MessageKey
  readonly route: MessageKey
}

/** A rule of policy routing, a route that refuses, or one to its own lo. */
export function refusalOf(
  scene: Scene,
  { namespace, dst, src }: { readonly namespace: string; readonly dst: string; readonly src: string },
  sentences: Sentences,
): Refusal | null {
  const at = { namespace, target: dst }
  const blocking = blockingRules(scene, { leg: 'reply', namespace, iif: null, src, dst })
  const rule = blocking.find(({ fwmark }) => fwmark === null)
  if (rule) return byRule(at, rule, sentences)
  const route = scene.network.route(namespace, dst)
  if (route && refuses(route)) return byRoute(at, route, sentences)
  if (route?.dev !== 'lo') return null
  return {
    ...{ code: 'loop', interface: 'lo', shown: 'routes' },
    message: say('route-lo', { ...at, prefix: route.to }),
    repair: leadRight(scene, namespace, dst),
  }
}

interface At {
  readonly namespace: string
  readonly target: string
}

const byRule = (at: At, rule: LiveRule, sentences: Sentences): Refusal => ({
  ...{ code: rule.action === 'to-table' ? 'policy-rule' : 'no-return-route', interface: null, shown: 'rules' },
  message: say(sentences.rule, { ...at, rule: policyRuleWords(rule).slice(2).join(' ') }),
  repair: {
    namespace: at.namespace,
    steps: [{ op: 'policy-rule-delete', namespace: at.namespace, rule: stepRule(rule) }],
  },
})

const byRoute = (at: At, route: LiveRoute, sentences: Sentences): Refusal => ({
  ...{ code: 'route-blocked', interface: null, shown: 'routes' },
  message: say(sentences.route, { ...at, type: route.type, prefix: route.to }),
  repair: {
    namespace: at.namespace,
    steps: [{ op: 'route-delete', namespace: at.namespace, route: routeOf(route) }],
  },
})
