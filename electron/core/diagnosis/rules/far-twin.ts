import { addressDelete, labInterface } from '../lab-says.js'
import { innermost } from '../death.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import type { Owner } from '../network.js'
import { say } from '../words.js'

/** Two have the address, far from each other, and the packet came to one that does not answer as hoped. */
export const farTwin: Rule = {
  code: 'duplicate-address',
  suspect(scene) {
    const found = pair(scene)
    if (!found) return null
    const { got, other } = found
    const questions = [got, other].map(({ namespace, dev }) => ({ namespace, ask: 'addresses', dev }) as const)
    const address = got.address.replace(/\/.*/, '')
    return {
      ask: questions,
      ruledOut: say('not-duplicate-address', { target: address }),
      judge: (answers): Finding => ({
        onlyIfTried: true,
        namespace: got.namespace,
        interface: got.dev,
        message: say('duplicate-address', {
          namespace: got.namespace,
          interface: got.dev,
          otherNamespace: other.namespace,
          otherInterface: other.dev,
          address,
        }),
        evidence: answers.evidence(...questions),
        repair: { namespace: got.namespace, steps: [addressDelete(got.namespace, got.dev, got.address)] },
      }),
    }
  },
}

function pair({ hops, network, lab }: Scene): { readonly got: Owner; readonly other: Owner } | null {
  const arrived = hops.findLast(({ leg, observed, direction, namespace, packet }) => {
    const dst = packet && innermost(packet).ip?.dst
    return (
      leg === 'request' && observed && direction === 'in' && dst !== undefined && network.owns(namespace, dst ?? '')
    )
  })
  const dst = arrived?.packet && innermost(arrived.packet).ip?.dst
  if (!arrived || !dst) return null
  const owners = network.owners(dst)
  const got = owners.find(({ namespace }) => namespace === arrived.namespace)
  const other = owners.find(({ namespace }) => namespace !== arrived.namespace)
  if (!got || !other) return null
  // The lab's own word, where it gives the address to one only.
  const said = ({ namespace, dev, address }: Owner): boolean =>
    labInterface(lab, namespace, dev)?.addresses.includes(address) ?? false
  return lab && said(got) && !said(other) ? null : { got, other }
}
