import { departureOf } from '../death.js'
import { addressDelete, labInterface } from '../lab-says.js'
import { isIpv6, networkText } from '../network.js'
import type { Rule } from '../rule.js'
import { segment, shares } from '../segment.js'
import { say } from '../words.js'

/** Two interfaces in one subnet: the kernel asks on one, and who is asked for is on the other. */
export const duplicateSubnet: Rule = {
  code: 'duplicate-subnet',
  suspect(scene) {
    const { network, death, lab } = scene
    const departure = departureOf(death)
    const asked = death?.missed
    if (!departure || !asked) return null
    const { namespace } = departure
    const addresses = { namespace, ask: 'addresses' } as const
    const route = { namespace, ask: 'route-get', to: asked.address } as const
    return {
      ask: [addresses, route],
      ruledOut: say('not-duplicate-subnet', { namespace }),
      judge(answers) {
        const owners = network.owners(asked.address).filter((owner) => owner.namespace !== namespace)
        const own = network.addresses(namespace)
        for (const wrong of own.filter(({ dev }) => dev === asked.dev)) {
          for (const right of own) {
            if (right.dev === wrong.dev || networkText(right.address) !== networkText(wrong.address)) continue
            const link = network.link(namespace, right.dev)
            const there =
              link &&
              owners.some((owner) => {
                const target = network.link(owner.namespace, owner.dev)
                return (
                  target && shares(segment(network, { namespace, link }), { namespace: owner.namespace, link: target })
                )
              })
            if (!there) continue
            const wanted = labInterface(lab, namespace, wrong.dev)?.addresses.includes(wrong.address) ?? false
            const length = isIpv6(asked.address) ? 128 : 32
            return {
              namespace,
              interface: wrong.dev,
              message: say('duplicate-subnet', {
                namespace,
                prefix: networkText(wrong.address),
                interface: wrong.dev,
                other: right.dev,
                target: asked.address,
              }),
              evidence: answers.evidence(addresses, route),
              repair: {
                namespace,
                steps: wanted
                  ? [
                      {
                        op: 'route-add',
                        namespace,
                        route: {
                          family: isIpv6(asked.address) ? 'ipv6' : 'ipv4',
                          to: `${asked.address}/${length}`,
                          via: null,
                          dev: right.dev,
                          metric: null,
                          type: 'unicast',
                          onlink: false,
                        },
                      },
                    ]
                  : [addressDelete(namespace, wrong.dev, wrong.address)],
              },
            }
          }
        }
        return null
      },
    }
  },
}
