import { departureOf } from '../death.js'
import { isUnplugged, routesOver } from '../lab-says.js'
import type { Rule } from '../rule.js'
import { say } from '../words.js'

/** An interface without a carrier: the other end of its cable is off. */
export const peerDown: Rule = {
  code: 'peer-down',
  suspect(scene) {
    const { network, death } = scene
    const departure = departureOf(death)
    if (!departure) return null
    const { namespace, dst } = departure
    const dev = network.route(namespace, dst)?.dev ?? null
    const link = network.link(namespace, dev)
    if (!link || dev === null || link.kind !== 'veth') return null
    const far = network.peer(link)
    const near = { namespace, ask: 'link', dev } as const
    const other = far && ({ namespace: far.namespace, ask: 'link', dev: far.link.name } as const)
    return {
      ask: [near, ...(other ? [other] : [])],
      ruledOut: say('not-peer-down', { namespace, interface: dev }),
      judge(answers) {
        // The carrier goes a moment after its cause (linkwatch).
        if (!link.up || !far || far.link.up || !other) return null
        const addresses = network.addresses(far.namespace, far.link.name).map(({ address }) => address)
        const unplugged = isUnplugged(scene.lab, far.namespace, far.link.name)
        return {
          ...(unplugged ? { code: 'unplugged' } : {}),
          namespace: far.namespace,
          interface: far.link.name,
          message: say(unplugged ? 'unplugged' : 'peer-down', {
            namespace: far.namespace,
            interface: far.link.name,
            near: `${namespace}:${dev}`,
          }),
          evidence: answers.evidence(near, other),
          repair: {
            namespace: far.namespace,
            steps: [
              { op: 'link-up', namespace: far.namespace, name: far.link.name },
              ...routesOver(scene, far.namespace, far.link.name, addresses),
            ],
          },
        }
      },
    }
  },
}
