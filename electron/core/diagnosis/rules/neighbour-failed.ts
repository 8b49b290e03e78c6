import { forgetNeighbour } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { isLinkLayer } from '../death.js'
import { say } from '../words.js'
import { eventEvidence, metBy, setsLife } from './altering.js'
import { askChain, withoutRule } from './firewall.js'

/** The address is there, and what leads to its link-layer address is wrong: an entry of the sender, or its question. */
export const neighbourFailed: Rule = {
  code: 'neighbour-failed',
  suspect: (scene) => wrongEntry(scene) ?? loweredQuestion(scene),
}

/** Sent to a link-layer address that nobody has, because an entry of the sender says so. */
function wrongEntry(scene: Scene): ReturnType<Rule['suspect']> {
  const { hops, network, death } = scene
  if (!death || !isLinkLayer(death.stage)) return null
  const sent = hops.findLast(({ event, leg }) => event === 'sent' && leg === death.leg)
  const mac = sent?.packet?.eth?.dst
  const dst = sent?.packet?.ip?.dst
  if (!sent || !mac || !dst || sent.interface === null) return null
  const { namespace, interface: dev } = sent
  const hop = network.route(namespace, dst)?.via ?? dst
  const entry = network.namespace(namespace)?.neighbours.find((each) => each.address === hop && each.dev === dev)
  const question = { namespace, ask: 'neighbour', address: hop } as const
  const owner = network.owners(hop).find((each) => each.namespace !== namespace)
  const right = owner && network.link(owner.namespace, owner.dev)?.mac
  const link = owner && ({ namespace: owner.namespace, ask: 'link', dev: owner.dev } as const)
  return {
    ask: [question, ...(link ? [link] : [])],
    ruledOut: say('not-neighbour', { namespace }),
    judge(answers): Finding | null {
      if (!entry || entry.mac !== mac || !right || right === mac || !link) return null
      return {
        namespace,
        interface: dev,
        message: say('neighbour-wrong', { namespace, target: hop, mac, right }),
        evidence: answers.evidence(question, link),
        repair: { namespace, steps: [forgetNeighbour(namespace, entry)] },
      }
    },
  }
}

/** Neighbour discovery that a router could have passed on is thrown away (RFC 4861, 7.1.1; ndisc_rcv, net/ipv6/ndisc.c). */
function loweredQuestion(scene: Scene): ReturnType<Rule['suspect']> {
  const { hops, death } = scene
  const target = death?.missed?.address
  if (target === undefined) return null
  const verdict = hops.flatMap((hop) => (hop.leg === 'ndp' ? (metBy(scene, hop, setsLife) ?? []) : []))[0]
  if (!verdict) return null
  const { namespace, iif, oif, table, chain, rule } = verdict
  const step = withoutRule(scene, verdict)
  return {
    ask: [askChain(verdict)],
    ruledOut: say('not-neighbour', { namespace }),
    judge: (answers): Finding => ({
      namespace,
      interface: iif ?? oif,
      message: say('neighbour-life', { namespace, target, table, chain, rule: rule ?? '' }),
      evidence: [...eventEvidence(verdict), ...answers.evidence(askChain(verdict))],
      repair: step && { namespace, steps: [step] },
    }),
  }
}
