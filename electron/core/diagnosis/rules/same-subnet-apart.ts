import { addressAdd, addressDelete } from '../lab-says.js'
import { networkText, type Network } from '../network.js'
import type { Repair } from '../repair.js'
import type { Finding, Rule, Suspicion } from '../rule.js'
import { segment, shares, type Place } from '../segment.js'
import { containsAddress } from '../../lab/address.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

/** Both take each other for neighbours, and no wire joins them. */
export const sameSubnetApart: Rule = {
  code: 'same-subnet-apart',
  suspect(scene) {
    const apart = find(scene)
    if (!apart) return null
    const { from, to, prefix, ends } = apart
    const shared = sharedBy(scene.network, from, to)
    if (shared) return besideParent(from, to, prefix, shared)
    const parent = commonParent(scene.network, from, to)
    if (parent) return siblings(from, to, prefix, parent)
    const own = { namespace: from.namespace, ask: 'addresses', dev: from.link.name } as const
    const other = { namespace: to.namespace, ask: 'addresses', dev: to.link.name } as const
    const links = (ends ?? []).map(({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name }) as const)
    return {
      ask: [own, other, ...links],
      ruledOut: say('not-same-subnet-apart', { namespace: from.namespace }),
      judge: (answers): Finding => ({
        namespace: ends?.[0].namespace ?? from.namespace,
        interface: ends?.[0].link.name ?? from.link.name,
        message: ends
          ? say('same-subnet-apart-at', {
              namespace: from.namespace,
              otherNamespace: to.namespace,
              prefix,
              between: ends[0].namespace,
              first: ends[0].link.name,
              second: ends[1].link.name,
            })
          : say('same-subnet-apart', { namespace: from.namespace, otherNamespace: to.namespace, prefix }),
        evidence: answers.evidence(own, other, ...links),
        repair: ends && bridged(scene.network, ends),
      }),
    }
  },
}

/** Which of the two is a macvlan or an ipvlan on the other. */
function sharedBy(network: Network, from: Place, to: Place): Place | null {
  const isOn = (child: Place, parent: Place): boolean => {
    const below = network.parent(child.link)
    return below?.namespace === parent.namespace && below.link.index === parent.link.index
  }
  return isOn(from, to) ? from : isOn(to, from) ? to : null
}

/** It has the interface's cable, and the kernel hands nothing from one to the other. */
function besideParent(from: Place, to: Place, prefix: string, child: Place): Suspicion {
  const parent = child === from ? to : from
  const own = { namespace: child.namespace, ask: 'link', dev: child.link.name, details: true } as const
  const asked = [from, to].map(({ namespace, link }) => ({ namespace, ask: 'addresses', dev: link.name }) as const)
  return {
    ask: [own, ...asked],
    ruledOut: say('not-same-subnet-apart', { namespace: from.namespace }),
    judge: (answers): Finding => ({
      namespace: child.namespace,
      interface: child.link.name,
      message: say('same-subnet-parent', {
        namespace: child.namespace,
        interface: child.link.name,
        kind: child.link.kind,
        otherNamespace: parent.namespace,
        parent: parent.link.name,
        prefix,
      }),
      evidence: answers.evidence(own, ...asked),
      repair: null,
    }),
  }
}

/** On which both are macvlans. */
function commonParent(network: Network, from: Place, to: Place): Place | null {
  const [one, other] = [network.parent(from.link), network.parent(to.link)]
  return one && one.namespace === other?.namespace && one.link.index === other.link.index ? one : null
}

/** They share a cable, and in the mode that one of them has the kernel hands nothing from one to the other (macvlan_queue_xmit). */
function siblings(from: Place, to: Place, prefix: string, parent: Place): Suspicion {
  const links = [from, to].map(
    ({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name, details: true }) as const,
  )
  const strict = from.link.share?.mode === 'bridge' ? to : from
  return {
    ask: links,
    ruledOut: say('not-same-subnet-apart', { namespace: from.namespace }),
    judge: (answers): Finding => ({
      namespace: strict.namespace,
      interface: strict.link.name,
      message: say('same-subnet-siblings', {
        ...{ namespace: from.namespace, interface: from.link.name, prefix },
        ...{ otherNamespace: to.namespace, otherInterface: to.link.name },
        ...{ between: parent.namespace, parent: parent.link.name, mode: strict.link.share?.mode ?? '' },
      }),
      evidence: answers.evidence(...links),
      repair: null,
    }),
  }
}

interface Apart {
  readonly from: Place
  readonly to: Place
  readonly prefix: string
  /** Where the two cables end beside each other. */
  readonly ends: readonly [Place, Place] | null
}

function find({ death, network }: Scene): Apart | null {
  const missed = death?.missed
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link) return null
  const from = { namespace: missed.namespace, link }
  const own = network
    .addresses(missed.namespace, missed.dev)
    .find(({ address }) => containsAddress(address, missed.address))
  const owner = network.owners(missed.address).find(({ namespace }) => namespace !== missed.namespace)
  const target = owner && network.link(owner.namespace, owner.dev)
  if (!own || !owner || !target || networkText(own.address) !== networkText(owner.address)) return null
  const to = { namespace: owner.namespace, link: target }
  if (target.kind === 'loopback' || shares(segment(network, from, true), to)) return null
  const [near, far] = [network.peer(link), network.peer(target)]
  const beside =
    near && far && near.namespace === far.namespace && near.link.master === null && far.link.master === null
  return { from, to, prefix: networkText(own.address), ends: beside ? [near, far] : null }
}

/** A bridge over both ends, with their addresses. */
function bridged(network: Network, [near, far]: readonly [Place, Place]): Repair {
  const { namespace } = near
  let n = 0
  while (network.link(namespace, `br${n}`)) n++
  const name = `br${n}`
  const addresses = [near, far].flatMap(({ link }) =>
    network.addresses(namespace, link.name).map(({ address, dev }) => ({ address, dev })),
  )
  return {
    namespace,
    steps: [
      { op: 'bridge-add', namespace, name, stp: false, mac: null, mtu: null },
      ...addresses.map(({ address, dev }) => addressDelete(namespace, dev, address)),
      ...[near, far].map(({ link }) => ({
        op: 'link-master' as const,
        namespace,
        name: link.name,
        master: name,
        before: null,
      })),
      ...addresses.map(({ address }) => addressAdd(namespace, name, address)),
      { op: 'link-up', namespace, name },
    ],
  }
}
