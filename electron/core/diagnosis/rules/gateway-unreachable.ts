import { containsAddress } from '../../lab/address.js'
import { departureOf } from '../death.js'
import { addressAdd, labOwner, labRoutes, routeAdd } from '../lab-says.js'
import type { Repair } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { deriveRoute } from '../way.js'
import { say, type Message } from '../words.js'
import { takeWay } from './routing.js'

/** A gateway that nobody is, that no subnet holds, or that a route should name. */
export const gatewayUnreachable: Rule = {
  code: 'gateway-unreachable',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { namespace, dst } = departure
    const found = silent(scene) ?? outside(scene) ?? unnamed(scene)
    const routes = { namespace, ask: 'routes', ipv6: dst.includes(':') } as const
    const addresses = { namespace, ask: 'addresses' } as const
    const neighbour = found?.asked ? ({ namespace, ask: 'neighbour', address: found.gateway } as const) : null
    return {
      ask: found ? [routes, ...(neighbour ? [neighbour] : [addresses])] : [],
      ruledOut: say('not-gateway', { namespace }),
      judge: (answers): Finding | null =>
        found && {
          namespace,
          interface: found.dev,
          message: found.message,
          evidence: answers.evidence(routes, neighbour ?? addresses),
          repair: found.repair,
        },
    }
  },
}

interface Found {
  readonly gateway: string
  readonly dev: string | null
  readonly asked: boolean
  readonly message: Message
  readonly repair: Repair | null
}

/** It asked for its gateway, and nobody has that address. */
function silent(scene: Scene): Found | null {
  const { death, network, lab } = scene
  const departure = departureOf(death)
  const asked = death?.missed
  if (!departure || !asked) return null
  const { namespace, dst } = departure
  const route = network.routes(namespace, dst).find(({ via }) => via === asked.address)
  if (!route || network.owners(asked.address).length > 0) return null
  const owner = labOwner(lab, asked.address)
  const wanted = lab?.namespaces.has(namespace)
    ? labRoutes(lab, namespace).some(({ via }) => via === asked.address)
    : undefined
  const better = deriveRoute(network, namespace, dst)
  const ownerThere = owner && network.link(owner.namespace, owner.interface.name)
  let repair: Repair | null = null
  if (owner && ownerThere && wanted !== false)
    repair = {
      namespace: owner.namespace,
      steps: [addressAdd(owner.namespace, owner.interface.name, owner.address)],
    }
  else if (better && better.via !== asked.address)
    repair = {
      namespace,
      steps: takeWay(network, namespace, route, { ...better, to: route.to }),
    }
  return {
    gateway: asked.address,
    dev: asked.dev,
    asked: true,
    message: say('gateway-silent', { namespace, interface: asked.dev, gateway: asked.address }),
    repair,
  }
}

/** A route without a gateway: everybody behind it is asked for on the wire, and the one who was asked for is elsewhere. */
function unnamed({ death, network }: Scene): Found | null {
  const departure = departureOf(death)
  const asked = death?.missed
  if (!departure || !asked || asked.address !== departure.dst) return null
  const { namespace, dst } = departure
  const route = network.ways(namespace, dst).find(({ via, dev }) => via === null && dev === asked.dev)
  // The routes of addresses are a matter of prefix lengths.
  if (!route || route.protocol === 'kernel' || network.connected(namespace, dst)) return null
  const better = deriveRoute(network, namespace, dst)
  if (!better) return null
  return {
    gateway: dst,
    dev: asked.dev,
    asked: true,
    message: say('gateway-unnamed', { namespace, target: dst, prefix: route.to, interface: asked.dev }),
    repair: { namespace, steps: takeWay(network, namespace, route, { ...better, to: route.to }) },
  }
}

/** The lab names a gateway that the kernel could not take: it is in none of the subnets. */
function outside(scene: Scene): Found | null {
  const { death, network, lab } = scene
  const departure = departureOf(death)
  if (!departure || !lab || network.route(departure.namespace, departure.dst)) return null
  const { namespace, dst } = departure
  const route = labRoutes(lab, namespace).find(
    ({ to, via, onlink }) => via !== null && !onlink && containsAddress(to, dst),
  )
  if (!route?.via || network.connected(namespace, route.via)) return null
  // An interface that is off, or has lost its address, is another cause: the lab by itself must be wrong.
  const labAddresses = lab.namespaces.get(namespace)?.interfaces.flatMap(({ addresses }) => addresses) ?? []
  const { via } = route
  if (labAddresses.some((address) => containsAddress(address, via))) return null
  const better = deriveRoute(network, namespace, dst)
  return {
    gateway: via,
    dev: null,
    asked: false,
    message: say('gateway-outside', { namespace, target: dst, gateway: via }),
    repair: better && { namespace, steps: [routeAdd(namespace, { ...better, to: route.to })] },
  }
}
