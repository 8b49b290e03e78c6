/**
 * What is said of rules that a program keeps (`rule-keepers.ts`), and what is offered against them: the program's own way.
 * None of them is offered to be deleted, as the program puts it back, and nothing is put into a chain of its.
 */
import { keeperOfRule, keptBridge, type RuleKeeper } from '../../live/rule-keepers.js'
import type { RuleVerdict, Scene } from '../scene.js'
import { say, type Message, type MessageKey } from '../words.js'

/** Rules of iptables that a namespace has, of both engines. */
export const savedRules = ({ network }: Pick<Scene, 'network'>, namespace: string) =>
  network.namespace(namespace)?.ruleset.iptables ?? []

export const keeperOf = (scene: Pick<Scene, 'network'>, verdict: RuleVerdict): RuleKeeper | null =>
  keeperOfRule(verdict, savedRules(scene, verdict.namespace))

/** Whether a program keeps that bridge, and has its reasons for what passes it. */
export const isKeptBridge = (scene: Pick<Scene, 'network'>, namespace: string, bridge: string): boolean =>
  keptBridge(savedRules(scene, namespace), bridge) !== null

/** How a container joins a network; a machine whose engine's names are known puts them in. */
export const joining = {
  docker: 'docker network connect NETWORK CONTAINER',
  podman: 'podman network connect NETWORK CONTAINER',
}

const isApart = /^(?:DOCKER|CNI)-ISOLATION-|^NETAVARK[-_]ISOLATION/

function keyOf(keeper: RuleKeeper, { chain, rule }: RuleVerdict): MessageKey {
  const text = rule ?? ''
  switch (keeper) {
    case 'docker':
      // An internal network is told by its subnet (libnetwork, setupInternalNetworkRules).
      if (chain === 'DOCKER-INTERNAL' || (isApart.test(chain) && /! -[sd] \S+/.test(text)))
        return 'kept-docker-internal'
      if (isApart.test(chain)) return 'kept-docker-apart'
      return /^-i (\S+) -o \1 -j DROP$/.test(text) ? 'kept-docker-each-other' : 'kept-docker'
    case 'podman':
      return isApart.test(chain) ? 'kept-podman-apart' : 'kept-podman'
    case 'kubernetes':
      return /has no (?:local )?endpoints/.test(text) ? 'kept-kubernetes-endpoints' : 'kept-kubernetes'
    default:
      return `kept-${keeper}`
  }
}

/** Whether what Docker keeps may be gone around by a rule of somebody's own: an internal network is to have no way at all. */
export const mayGoAround = (keeper: RuleKeeper, verdict: RuleVerdict): boolean =>
  keeper === 'docker' && keyOf(keeper, verdict) !== 'kept-docker-internal'

/** The cause in the words of whoever keeps the rule; null for a rule that nobody does. */
export function keptMessage(scene: Scene, verdict: RuleVerdict): Message | null {
  const keeper = keeperOf(scene, verdict)
  if (keeper === null) return null
  const { namespace, table, chain, rule, verdict: decided } = verdict
  return say(keyOf(keeper, verdict), {
    ...{ namespace, table, chain, rule: rule ?? `policy ${decided}`, bridge: / ?-i (\S+)/.exec(rule ?? '')?.[1] ?? '' },
    connect: keeper === 'docker' || keeper === 'podman' ? joining[keeper] : '',
  })
}
