import { addressAdd, labOwner } from '../lab-says.js'
import type { Finding, Rule } from '../rule.js'
import { say } from '../words.js'

/** Asked for on the last segment, and nobody is called so. */
export const noSuchAddress: Rule = {
  code: 'no-such-address',
  suspect({ death, network, lab }) {
    const asked = death?.missed
    if (!asked) return null
    const { namespace } = asked
    const neighbour = { namespace, ask: 'neighbour', address: asked.address } as const
    const owner = network.owners(asked.address)[0]
    const wanted = labOwner(lab, asked.address)
    const there = wanted && network.link(wanted.namespace, wanted.interface.name)
    const addresses =
      wanted && there && ({ namespace: wanted.namespace, ask: 'addresses', dev: wanted.interface.name } as const)
    return {
      ask: [neighbour, ...(addresses ? [addresses] : [])],
      ruledOut: say('not-no-such-address', { owner: owner?.namespace ?? '', target: asked.address }),
      judge(answers): Finding | null {
        if (owner) return null
        const at = wanted && there ? { namespace: wanted.namespace, interface: wanted.interface.name } : null
        return {
          namespace: at?.namespace ?? namespace,
          interface: at?.interface ?? asked.dev,
          message: at
            ? say('no-such-address-here', { target: asked.address, ...at })
            : say('no-such-address', { target: asked.address }),
          evidence: answers.evidence(neighbour, ...(addresses ? [addresses] : [])),
          repair:
            at && wanted
              ? { namespace: at.namespace, steps: [addressAdd(at.namespace, at.interface, wanted.address)] }
              : null,
        }
      },
    }
  },
}
