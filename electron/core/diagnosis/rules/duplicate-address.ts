import { innermost } from '../death.js'
import { addressDelete, labInterface } from '../lab-says.js'
import type { Owner } from '../network.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, shares } from '../segment.js'
import { say } from '../words.js'

/** Two on one segment have the address; who asks gets whichever answered, or the answer goes to the other one. */
export const duplicateAddress: Rule = {
  code: 'duplicate-address',
  suspect(scene) {
    const pair = twins(scene)
    if (!pair) return null
    const { got, other, asker } = pair
    const address = got.address.replace(/\/.*/, '')
    const ask = [got, other].map(({ namespace, dev }) => ({ namespace, ask: 'addresses', dev }) as const)
    const neighbour = asker && ({ namespace: asker.namespace, ask: 'neighbour', address } as const)
    const questions = [...ask, ...(neighbour ? [neighbour] : [])]
    return {
      ask: questions,
      ruledOut: say('not-duplicate-address', { target: address }),
      judge: (answers): Finding => {
        const wrong = intruder(scene, got, other)
        const known = (scene.network.namespace(asker?.namespace ?? '')?.neighbours ?? []).find(
          (each) => each.address === address && each.dev === asker?.dev,
        )
        const forget: RepairStep[] =
          asker && known
            ? [
                {
                  op: 'neighbour-delete',
                  namespace: asker.namespace,
                  dev: asker.dev,
                  address,
                  mac: known.state === 'PERMANENT' ? known.mac : null,
                },
              ]
            : []
        return {
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
          repair: {
            namespace: wrong.namespace,
            steps: [addressDelete(wrong.namespace, wrong.dev, wrong.address), ...forget],
          },
        }
      },
    }
  },
}

interface Twins {
  readonly got: Owner
  readonly other: Owner
  /** Who sent it there. */
  readonly asker: { readonly namespace: string; readonly dev: string } | null
}

/** Of a packet that came to where its address is, and is elsewhere on the same segment too. */
function twins({ hops, network, death }: Scene): Twins | null {
  const arrivals = hops.filter(
    ({ leg, observed, direction, event }) =>
      observed && direction === 'in' && event === 'received' && (leg === 'request' || leg === 'reply'),
  )
  for (const hop of arrivals.toReversed()) {
    const dst = hop.packet && innermost(hop.packet).ip?.dst
    if (!dst || !network.owns(hop.namespace, dst)) continue
    const owners = network.owners(dst)
    const got = owners.find(({ namespace }) => namespace === hop.namespace)
    const link = got && network.link(got.namespace, got.dev)
    if (!got || !link) continue
    const near = segment(network, { namespace: got.namespace, link })
    const other = owners.find(({ namespace, dev }) => {
      const target = namespace === got.namespace ? undefined : network.link(namespace, dev)
      return target && shares(near, { namespace, link: target })
    })
    if (!other) continue
    // Where the packet goes on as it should, two owners are no cause.
    if (death && death.leg === 'request' && hop.leg === 'reply') continue
    const sent = hops.findLast(
      ({ n, leg, namespace, event, packet }) =>
        n < hop.n && leg === hop.leg && event === 'sent' && namespace !== hop.namespace && packet?.ip?.dst === dst,
    )
    return { got, other, asker: sent?.interface ? { namespace: sent.namespace, dev: sent.interface } : null }
  }
  return null
}

/** Who has it against the lab's word; else who got the packet and did not answer it as hoped. */
function intruder({ lab }: Scene, got: Owner, other: Owner): Owner {
  const said = ({ namespace, dev, address }: Owner): boolean =>
    labInterface(lab, namespace, dev)?.addresses.includes(address) ?? false
  return said(got) && !said(other) ? other : got
}
