import { containsAddress } from '../../lab/address.js'
import type { LiveAddress } from '../../live/state.js'
import { departureOf, type Departure } from '../death.js'
import { addressAdd, addressDelete, labInterface } from '../lab-says.js'
import { bare, isIpv6, networkText, prefixLength, sameFamily, type Network, type Owner } from '../network.js'
import type { Repair } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, shares } from '../segment.js'
import { freeAddress } from '../way.js'
import { say, type Message } from '../words.js'
import { missingRoutes, routeAdd } from '../lab-says.js'
import { deriveRoute } from '../way.js'
import { askWay, noWay } from './routing.js'

interface Wrong {
  readonly namespace: string
  readonly dev: string
  readonly message: Message
  readonly repair: Repair | null
  /** The other end, for evidence. */
  readonly other: Owner | null
}

/** A prefix length that leaves neighbours out, or claims strangers for neighbours. */
export const wrongPrefix: Rule = {
  code: 'wrong-prefix',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const narrow = tooNarrow(scene, departure)
    const wrong = narrow ?? tooWide(scene, departure)
    const { namespace } = wrong ?? departure
    const own = wrong && ({ namespace, ask: 'addresses', dev: wrong.dev } as const)
    const far = wrong?.other && ({ namespace: wrong.other.namespace, ask: 'addresses', dev: wrong.other.dev } as const)
    const route = askWay(departure)
    return {
      ask: own ? [own, route, ...(far ? [far] : [])] : [],
      ruledOut: say('not-wrong-prefix', { namespace }),
      judge(answers): Finding | null {
        if (!wrong || !own) return null
        // A prefix leaves nobody out that the kernel has a way to.
        if (narrow && !scene.death?.missed && !noWay(answers.of(route))) return null
        return {
          namespace,
          interface: wrong.dev,
          message: wrong.message,
          evidence: answers.evidence(own, ...(far ? [far] : []), route),
          repair: wrong.repair,
        }
      },
    }
  },
}

/** The namespace has no route; the owner is on a segment of its own, in a subnet that it takes for another. */
function tooNarrow(scene: Scene, { namespace, dst }: Departure): Wrong | null {
  const { network } = scene
  const route = network.route(namespace, dst)
  if (route && route.to !== '0.0.0.0/0' && route.to !== '::/0' && route.via === null) return null
  const owner = network.owners(dst).find((each) => each.namespace !== namespace)
  const target = owner && network.link(owner.namespace, owner.dev)
  if (!owner || !target) return null
  for (const own of network.addresses(namespace)) {
    const link = network.link(namespace, own.dev)
    if (!link?.up || !sameFamily(own.address, dst)) continue
    if (!shares(segment(network, { namespace, link }), { namespace: owner.namespace, link: target })) continue
    const mutual = containsAddress(owner.address, own.address)
    if (mutual && !containsAddress(own.address, dst))
      return {
        namespace,
        dev: own.dev,
        other: owner,
        message: say('wrong-prefix-narrow', { namespace, interface: own.dev, address: own.address, target: dst }),
        repair: replace(namespace, own, wantedLength(scene, namespace, own, prefixLength(owner.address))),
      }
    if (!mutual && !containsAddress(own.address, dst) && !route) return disjoint(scene, namespace, own, owner)
  }
  return null
}

/** Two ends of one segment in different subnets, and nothing that routes between them. */
function disjoint({ network }: Scene, namespace: string, own: LiveAddress, owner: Owner): Wrong | null {
  if (deriveRoute(network, namespace, bare(owner.address))) return null
  const free = freeAddress(network, owner.address)
  return {
    namespace,
    dev: own.dev,
    other: owner,
    message: say('wrong-prefix-disjoint', {
      namespace,
      interface: own.dev,
      address: own.address,
      otherNamespace: owner.namespace,
      otherInterface: owner.dev,
      other: owner.address,
    }),
    repair: free === null ? null : { namespace, steps: [addressAdd(namespace, own.dev, free)] },
  }
}

/** It asked on its own segment for somebody who is not there. */
function tooWide(scene: Scene, { namespace, dst }: Departure): Wrong | null {
  const { network, death } = scene
  const asked = death?.missed
  if (!asked || asked.address !== dst) return null
  const own = network.addresses(namespace, asked.dev).find((each) => containsAddress(each.address, dst))
  const link = network.link(namespace, asked.dev)
  const owner = network.owners(dst).find((each) => each.namespace !== namespace)
  const target = owner && network.link(owner.namespace, owner.dev)
  if (!own || !link || !owner || !target) return null
  const near = segment(network, { namespace, link }, true)
  if (shares(near, { namespace: owner.namespace, link: target })) return null
  const length = narrower(network, namespace, own, dst, near)
  const said = wantedLength(scene, namespace, own, length)
  if (said === null || said <= prefixLength(own.address)) return besides(scene, namespace, own, owner)
  const better = `${bare(own.address)}/${said}`
  if (containsAddress(better, dst)) return null
  const replaced = replace(namespace, own, said)
  const wanted = network.routes(namespace, dst).find((route) => route.via !== null)
    ? []
    : missingRoutes(scene, namespace).filter(({ to }) => containsAddress(to, dst))
  const derived =
    wanted.length > 0 || network.routes(namespace, dst).some((route) => route.via !== null)
      ? null
      : deriveRoute(network, namespace, dst)
  return {
    namespace,
    dev: asked.dev,
    other: owner,
    message: say('wrong-prefix-wide', { namespace, interface: asked.dev, address: own.address, target: dst }),
    repair: replaced && {
      namespace,
      steps: [
        ...replaced.steps,
        ...[...wanted, ...(derived ? [derived] : [])].map((route) => routeAdd(namespace, route)),
      ],
    },
  }
}

/** All neighbours have the same length, and a part of the subnet is elsewhere: a route of its own leads there. */
function besides({ network }: Scene, namespace: string, own: LiveAddress, owner: Owner): Wrong | null {
  if (networkText(own.address) === networkText(owner.address)) return null
  const target = bare(owner.address)
  const route = deriveRoute(network, namespace, target)
  if (!route) return null
  return {
    namespace,
    dev: own.dev,
    other: owner,
    message: say('wrong-prefix-wide', { namespace, interface: own.dev, address: own.address, target }),
    repair: { namespace, steps: [routeAdd(namespace, route)] },
  }
}

/** The longest prefix that a neighbour of the segment has for the same subnet, and that leaves the destination out. */
function narrower(
  network: Network,
  namespace: string,
  own: LiveAddress,
  dst: string,
  near: ReturnType<typeof segment>,
): number | null {
  const lengths = near.flatMap((place) =>
    place.namespace === namespace
      ? []
      : network
          .addresses(place.namespace, place.link.name)
          .filter(({ address }) => containsAddress(address, own.address) && !containsAddress(address, dst))
          .map(({ address }) => prefixLength(address)),
  )
  return lengths.length > 0 ? Math.max(...lengths) : null
}

/** The lab's own length for this very address, where it names it; else what the neighbours have. */
function wantedLength(scene: Scene, namespace: string, own: LiveAddress, neighbours: number | null): number | null {
  const said = labInterface(scene.lab, namespace, own.dev)?.addresses.find((each) => bare(each) === bare(own.address))
  return said !== undefined && said !== own.address ? prefixLength(said) : neighbours
}

/** The new one first: the address, and the routes that name it, never go. */
function replace(namespace: string, own: LiveAddress, length: number | null): Repair | null {
  if (length === null) return null
  const better = `${bare(own.address)}/${length}`
  const steps = [addressAdd(namespace, own.dev, better), addressDelete(namespace, own.dev, own.address)]
  // IPv6 takes one address only once, whatever its prefix length.
  return { namespace, steps: isIpv6(own.address) ? steps.toReversed() : steps }
}
