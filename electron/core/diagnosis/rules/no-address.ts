import { containsAddress } from '../../lab/address.js'
import type { LiveLink } from '../../live/state.js'
import { departureOf } from '../death.js'
import { addressAdd, labInterface, labOwner, labRoutes, routesOver } from '../lab-says.js'
import { isIpv6, prefixLength } from '../network.js'
import type { Repair } from '../repair.js'
import type { Finding, Rule, Suspicion } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment } from '../segment.js'
import { freeAddress } from '../way.js'
import { say } from '../words.js'

/** Without an address of its own, a namespace has neither a subnet nor a source for its packets. */
export const noAddress = rule((scene) => bareSender(scene) ?? bareWay(scene))
/** Behind what stands between who asks and who should have the address. */
export const noAddressThere = rule(bareOwner)

function rule(find: (scene: Scene) => Bare | null): Rule {
  return { code: 'no-address', suspect: (scene) => suspect(scene, find(scene)) }
}

function suspect(scene: Scene, place: Bare | null): Suspicion | null {
  const namespace = place?.namespace ?? departureOf(scene.death)?.namespace
  if (namespace === undefined) return null
  const ipv6 = isIpv6(scene.death?.missed?.address ?? departureOf(scene.death)?.dst ?? '')
  // No cause, as it has no interface either that could take one; but not ruled out.
  if (!place && scene.network.addresses(namespace).length === 0) return null
  const question = place && ({ namespace, ask: 'addresses', dev: place.dev } as const)
  return {
    ask: question ? [question] : [],
    ruledOut: say('not-no-address', { namespace }),
    judge: (answers): Finding | null =>
      place &&
      question && {
        namespace,
        interface: place.dev,
        message: say('no-address', { namespace, interface: place.dev, family: ipv6 ? 'IPv6' : 'IPv4' }),
        evidence: answers.evidence(question),
        repair: addressRepair(scene, namespace, place.dev),
      },
  }
}

interface Bare {
  readonly namespace: string
  readonly dev: string
}

const isWay = ({ kind, master, up }: LiveLink): boolean => kind !== 'loopback' && master === null && up

/** Who should send has a way out and no address of the family anywhere. */
function bareSender({ death, network, lab }: Scene): Bare | null {
  const departure = departureOf(death)
  if (!departure || departure.iif !== null || departure.leg === 'reply') return null
  const { namespace, dst } = departure
  if (network.addresses(namespace).some(({ address }) => isIpv6(address) === isIpv6(dst))) return null
  const ways = (network.namespace(namespace)?.links ?? []).filter(isWay)
  const wanted = ways.find(({ name }) => (labInterface(lab, namespace, name)?.addresses.length ?? 0) > 0) ?? ways[0]
  return wanted ? { namespace, dev: wanted.name } : null
}

/** The subnet that holds the destination, or the gateway to it, is on an interface that has lost its address. */
function bareWay({ death, network, lab }: Scene): Bare | null {
  const departure = departureOf(death)
  if (!departure || !lab) return null
  const { namespace, dst } = departure
  const now = network.route(namespace, dst)
  const wanted = lab.namespaces.get(namespace)
  const gateways = labRoutes(lab, namespace).flatMap(({ to, via }) =>
    via !== null && containsAddress(to, dst) ? [via] : [],
  )
  for (const { name, addresses } of wanted?.interfaces ?? []) {
    const link = network.link(namespace, name)
    if (!link?.up || network.addresses(namespace, name).some(({ address }) => isIpv6(address) === isIpv6(dst))) continue
    const led = addresses.find((address) => [dst, ...gateways].some((each) => containsAddress(address, each)))
    // A longer match that is there leads elsewhere, and would whatever this interface has.
    if (led !== undefined && (now === undefined || prefixLength(now.to) < prefixLength(led)))
      return { namespace, dev: name }
  }
  return null
}

/** Nobody has the address that was asked for; the lab says who should, and there the interface has none at all. */
function bareOwner({ death, network, lab }: Scene): Bare | null {
  const asked = death?.missed
  if (!asked || network.owners(asked.address).length > 0) return null
  if (network.route(asked.namespace, death.dst)?.via) return null
  const wanted = labOwner(lab, asked.address)
  if (!wanted || !network.link(wanted.namespace, wanted.interface.name)) return null
  const own = network.addresses(wanted.namespace, wanted.interface.name)
  return own.some(({ address }) => isIpv6(address) === isIpv6(asked.address))
    ? null
    : { namespace: wanted.namespace, dev: wanted.interface.name }
}

/** The address that the lab wants there, or a free one of the segment. */
export function addressRepair(scene: Scene, namespace: string, dev: string): Repair | null {
  const { lab, network, death } = scene
  const ipv6 = isIpv6(death?.missed?.address ?? death?.dst ?? '')
  const wanted = (labInterface(lab, namespace, dev)?.addresses ?? []).filter((each) => isIpv6(each) === ipv6)
  if (wanted.length > 0)
    return {
      namespace,
      steps: [
        ...wanted.map((address) => addressAdd(namespace, dev, address)),
        ...routesOver(scene, namespace, dev, wanted),
      ],
    }
  const link = network.link(namespace, dev)
  const beside = link && segment(network, { namespace, link })
  for (const place of beside ?? [])
    for (const { address } of network.addresses(place.namespace, place.link.name)) {
      const free = isIpv6(address) === ipv6 ? freeAddress(network, address) : null
      if (free) return { namespace, steps: [addressAdd(namespace, dev, free)] }
    }
  return null
}
