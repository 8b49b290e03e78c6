import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { innermost } from '../death.js'
import { segment, shares } from '../segment.js'
import { say } from '../words.js'

/** The address is there and can be reached, and link-layer addresses do not come to pass: a wrong entry, or a mute owner. */
export const neighbourFailed: Rule = {
  code: 'neighbour-failed',
  suspect(scene) {
    return wrongEntry(scene) ?? muteOwner(scene)
  },
}

/** Sent to a link-layer address that nobody has, because an entry of the sender says so. */
function wrongEntry(scene: Scene): ReturnType<Rule['suspect']> {
  const { hops, network, death } = scene
  if (death?.stage !== 'stranger' && death?.stage !== 'bridge') return null
  const sent = hops.findLast(({ event, leg }) => event === 'sent' && leg === death.leg)
  const mac = sent?.packet?.eth?.dst
  const dst = sent?.packet && innermost(sent.packet).ip?.dst
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
      const permanent = entry.state === 'PERMANENT'
      return {
        namespace,
        interface: dev,
        message: say('neighbour-wrong', { namespace, target: hop, mac, right }),
        evidence: answers.evidence(question, link),
        repair: {
          namespace,
          steps: [{ op: 'neighbour-delete', namespace, dev, address: hop, mac: permanent ? mac : null }],
        },
      }
    },
  }
}

/** net.ipv4.conf.*.arp_ignore (ip-sysctl): 1 and above answer less and less, 8 never. */
function muteOwner(scene: Scene): ReturnType<Rule['suspect']> {
  const { death, network } = scene
  const asked = death?.unanswered
  const link = asked && network.link(death.namespace, asked.dev)
  if (!asked || !link) return null
  const { namespace } = death
  const near = segment(network, { namespace, link })
  const owner = network.owners(asked.address).find((each) => {
    const target = network.link(each.namespace, each.dev)
    return each.namespace !== namespace && target && shares(near, { namespace: each.namespace, link: target })
  })
  if (!owner) return null
  const neighbour = { namespace, ask: 'neighbour', address: asked.address } as const
  const keys = ['all', owner.dev].map((each) => `net.ipv4.conf.${each.replaceAll('.', '/')}.arp_ignore`)
  const sysctl = { namespace: owner.namespace, ask: 'sysctl', keys } as const
  return {
    ask: [neighbour, sysctl],
    ruledOut: say('not-neighbour', { namespace }),
    judge(answers): Finding | null {
      const steps: RepairStep[] = []
      let mute: { readonly key: string; readonly value: string } | null = null
      for (const line of answers.of(sysctl).output.split('\n')) {
        const match = /^(\S+) = ([1-9]\d*)$/.exec(line)
        if (!match?.[1] || !match[2]) continue
        mute = { key: match[1], value: match[2] }
        steps.push({ op: 'sysctl-set', namespace: owner.namespace, key: match[1], value: '0', before: match[2] })
      }
      if (!mute) return null
      return {
        namespace: owner.namespace,
        interface: owner.dev,
        message: say('neighbour-mute', { owner: owner.namespace, target: asked.address, ...mute }),
        evidence: answers.evidence(neighbour, sysctl),
        repair: { namespace: owner.namespace, steps },
      }
    },
  }
}
