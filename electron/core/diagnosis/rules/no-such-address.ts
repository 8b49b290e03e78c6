import { addressAdd, labOwner, routesOver } from '../lab-says.js'
import { isIpv6 } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import { say } from '../words.js'
import { askChain } from './firewall.js'
import { rewriting, sendsTo } from './rewriting.js'

/** It was sent on beyond where it should have ended: the lab says who has the address, and nobody has. */
export const addressGone: Rule = {
  code: 'no-such-address',
  suspect(scene) {
    const { death, network, lab } = scene
    if (death?.stage !== 'forward' || network.owners(death.dst).length > 0) return null
    const wanted = labOwner(lab, death.dst)
    if (!wanted || !network.link(wanted.namespace, wanted.interface.name)) return null
    const at = { namespace: wanted.namespace, interface: wanted.interface.name }
    const addresses = { namespace: at.namespace, ask: 'addresses', dev: at.interface } as const
    const ipv6 = isIpv6(death.dst)
    const bare = !network.addresses(at.namespace, at.interface).some(({ address }) => isIpv6(address) === ipv6)
    return {
      ask: [addresses],
      ruledOut: say('not-no-such-address', { owner: at.namespace, target: death.dst }),
      judge: (answers): Finding => ({
        ...at,
        ...(bare ? { code: 'no-address' as const } : {}),
        message: bare
          ? say('no-address', { ...at, family: ipv6 ? 'IPv6' : 'IPv4' })
          : say('no-such-address-here', { target: death.dst, ...at }),
        evidence: answers.evidence(addresses),
        repair: {
          namespace: at.namespace,
          steps: [
            addressAdd(at.namespace, at.interface, wanted.address),
            ...routesOver(scene, at.namespace, at.interface, [wanted.address]),
          ],
        },
      }),
    }
  },
}

/** Asked for on the last segment, and nobody is called so. */
export const noSuchAddress: Rule = {
  code: 'no-such-address',
  suspect(scene) {
    const { death, network, lab } = scene
    const asked = death?.missed
    if (!asked) return null
    const { namespace } = asked
    const neighbour = { namespace, ask: 'neighbour', address: asked.address } as const
    const owner = network.owners(asked.address)[0]
    const wanted = labOwner(lab, asked.address)
    const there = wanted && network.link(wanted.namespace, wanted.interface.name)
    const addresses =
      wanted && there && ({ namespace: wanted.namespace, ask: 'addresses', dev: wanted.interface.name } as const)
    const verdict = rewriting(scene, namespace)
    const sender = verdict && sendsTo(verdict.rule ?? '', asked.address) ? verdict : null
    const chain = sender && askChain(sender)
    const asks = [neighbour, ...(addresses ? [addresses] : []), ...(chain ? [chain] : [])]
    return {
      ask: asks,
      ruledOut: say('not-no-such-address', { owner: owner?.namespace ?? '', target: asked.address }),
      judge(answers): Finding | null {
        if (owner) return null
        const at = wanted && there ? { namespace: wanted.namespace, interface: wanted.interface.name } : null
        return {
          namespace: at?.namespace ?? namespace,
          interface: at?.interface ?? asked.dev,
          message: at
            ? say('no-such-address-here', { target: asked.address, ...at })
            : sender
              ? say('no-such-address-rewritten', { target: asked.address, namespace, rule: sender.rule ?? '' })
              : say('no-such-address', { target: asked.address }),
          evidence: answers.evidence(...asks),
          repair:
            at && wanted
              ? { namespace: at.namespace, steps: [addressAdd(at.namespace, at.interface, wanted.address)] }
              : null,
        }
      },
    }
  },
}
