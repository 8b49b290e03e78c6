import { forgetNeighbour } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { isLinkLayer } from '../death.js'
import { say } from '../words.js'

/** The address is there, and an entry of the sender names a link-layer address for it that is not its own. */
export const neighbourFailed: Rule = {
  code: 'neighbour-failed',
  suspect: (scene) => wrongEntry(scene),
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
