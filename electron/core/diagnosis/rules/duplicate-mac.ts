import { forgetNeighbour, type RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, type Place } from '../segment.js'
import { bare, type Network } from '../network.js'
import { say } from '../words.js'

/** Two stations of one segment have one hardware address: a bridge sends to whichever it heard last. */
export const duplicateMac: Rule = {
  code: 'duplicate-mac',
  suspect(scene) {
    const found = twins(scene)
    if (!found) return null
    const { kept, changed } = found
    const links = [kept, changed].map(({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name }) as const)
    return {
      ask: links,
      ruledOut: say('not-duplicate-mac'),
      judge(answers): Finding | null {
        const { mac } = changed.link
        if (mac === null) return null
        return {
          namespace: changed.namespace,
          interface: changed.link.name,
          message: say('duplicate-mac', {
            namespace: kept.namespace,
            interface: kept.link.name,
            otherNamespace: changed.namespace,
            otherInterface: changed.link.name,
            mac,
          }),
          evidence: answers.evidence(...links),
          repair: {
            namespace: changed.namespace,
            steps: [
              {
                op: 'link-mac',
                namespace: changed.namespace,
                name: changed.link.name,
                mac: freeMac(scene, mac),
                before: mac,
              },
              ...forget(scene, changed),
            ],
          },
        }
      },
    }
  },
}

/** One of the two is who sends, or who was looked for. */
function twins({ death, network }: Scene): { readonly kept: Place; readonly changed: Place } | null {
  const missed = death?.missed
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link) return null
  const asker = { namespace: missed.namespace, link }
  const stations = segment(network, asker).filter((place) => place.link.master === null && place.link.vxlan === null)
  const twinOf = (place: Place): Place | undefined =>
    stations.find(
      (other) => other.link.mac !== null && other.link.mac === place.link.mac && !oneDevice(network, place, other),
    )
  const own = twinOf(asker)
  if (own) return { kept: asker, changed: own }
  const owner = stations.find(({ namespace, link: each }) =>
    network.addresses(namespace, each.name).some(({ address }) => bare(address) === missed.address),
  )
  const other = owner && twinOf(owner)
  return owner && other ? { kept: owner, changed: other } : null
}

/**
 * An ipvlan has the hardware address of its parent, and so has a macvlan in mode passthru; a member has that of its bond.
 * Else it is a station itself.
 */
function station(network: Network, place: Place): Place {
  const bond = network.link(place.namespace, place.link.bond ?? null)
  if (bond) return { namespace: place.namespace, link: bond }
  const { kind, share } = place.link
  const isOne = kind === 'ipvlan' || share?.mode === 'passthru'
  return (isOne && network.parent(place.link)) || place
}

/** The same interface, or one that stands on the other: a VLAN sub-interface has the hardware address of its parent. */
function oneDevice(network: Network, one: Place, other: Place): boolean {
  const [a, b] = [station(network, one), station(network, other)]
  if (a.namespace !== b.namespace) return false
  const below = ({ namespace, link }: Place): Set<string> =>
    new Set(
      (network.namespace(namespace)?.links ?? [])
        .map(({ name }) => name)
        .filter((name) => name === link.name || network.standsOn(namespace, link.name, name)),
    )
  const [mine, others] = [below(a), below(b)]
  return [...mine].some((name) => others.has(name))
}

/** The next one that nobody in the lab has. */
function freeMac({ network }: Scene, mac: string): string {
  const taken = new Set(network.live.namespaces.flatMap(({ links }) => links.map((link) => link.mac)))
  const [head = '', last = '0'] = [mac.slice(0, -2), mac.slice(-2)]
  for (let n = 1; n < 256; n++) {
    const candidate = head + ((parseInt(last, 16) + n) & 0xff).toString(16).padStart(2, '0')
    if (!taken.has(candidate)) return candidate
  }
  return mac
}

/** Who has learned the old one asks again. */
function forget({ network, death }: Scene, { namespace, link }: Place): RepairStep[] {
  const missed = death?.missed
  const own = network.addresses(namespace, link.name).map(({ address }) => bare(address))
  return (network.namespace(missed?.namespace ?? '')?.neighbours ?? [])
    .filter((entry) => missed && entry.dev === missed.dev && entry.mac === link.mac && own.includes(entry.address))
    .map((entry) => forgetNeighbour(missed?.namespace ?? '', entry))
}
