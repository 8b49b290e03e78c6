import { bare, type Owner } from '../network.js'
import { forgetNeighbour, type RepairStep } from '../repair.js'
import type { Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, shares } from '../segment.js'
import { arrivals, isSaid, twinSuspicion, type Twins } from './twins.js'

/** Two on one segment have the address; who asks gets whichever answered, or the answer goes to the other one. */
export const duplicateAddress: Rule = {
  code: 'duplicate-address',
  suspect(scene) {
    const pair = twins(scene)
    if (!pair) return null
    const { got, other, asker } = pair
    const address = bare(got.address)
    const known = (scene.network.namespace(asker?.namespace ?? '')?.neighbours ?? []).find(
      (each) => each.address === address && each.dev === asker?.dev,
    )
    const forget: RepairStep[] = asker && known ? [forgetNeighbour(asker.namespace, known)] : []
    return twinSuspicion(pair, {
      wrong: intruder(scene, got, other),
      ask: asker ? [{ namespace: asker.namespace, ask: 'neighbour', address }] : [],
      more: forget,
    })
  },
}

/** Who has it against the lab's word; else who got the packet and did not answer it as hoped. */
const intruder = (scene: Scene, got: Owner, other: Owner): Owner =>
  isSaid(scene, got) && !isSaid(scene, other) ? other : got

/** Who is asked has the asker's own address too: the kernel answers no question that seems to be its own. */
export const askersTwin: Rule = {
  code: 'duplicate-address',
  suspect(scene) {
    const { death, network } = scene
    const missed = death?.missed
    const owner = missed && network.owners(missed.address).find(({ namespace }) => namespace !== missed.namespace)
    if (!missed || !owner) return null
    for (const { address } of network.addresses(missed.namespace, missed.dev)) {
      const owners = network.owners(bare(address))
      const got = owners.find(({ namespace }) => namespace === owner.namespace)
      const other = owners.find(({ namespace }) => namespace === missed.namespace)
      if (got && other) return twinSuspicion({ got, other }, { wrong: intruder(scene, got, other), onlyIfTried: true })
    }
    return null
  },
}

/** Of a packet that came to where its address is, and is elsewhere on the same segment too. */
function twins(scene: Scene): (Twins & { readonly asker: Pick<Owner, 'namespace' | 'dev'> | null }) | null {
  const { hops, network, death } = scene
  for (const { hop, dst } of arrivals(scene)) {
    if (hop.leg !== 'request' && hop.leg !== 'reply') continue
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
