import { containsAddress } from '../../lab/address.js'
import type { LiveRoute } from '../../live/state.js'
import type { Death } from '../death.js'
import type { Missed } from '../unanswered.js'
import { labRoutes, missingRoutes, routeAdd } from '../lab-says.js'
import { isIpv6, prefixLength, type Network } from '../network.js'
import type { Repair } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, shares } from '../segment.js'
import { deriveRoute, leadsOff, routersBeside } from '../way.js'
import { say, type Message } from '../words.js'
import { leadWay, routeDelete, takeWay, wholeOf } from './routing.js'

interface Astray {
  readonly sender: Missed
  readonly how: 'lo' | 'back' | 'host'
  /** Where a router is beside the station that is none: how to get there. */
  readonly router?: { readonly namespace: string; readonly address: string }
}

/**
 * Who had sent the packet to a station that was not meant to pass it: back to where it came from, to its own lo, or to one that
 * is no router. Such a station needs no forwarding.
 */
export function astray(scene: Scene): Astray | null {
  const { death, network } = scene
  const sender = death?.sender
  if (!death || !sender || death.stage !== 'forward') return null
  if (sender.dev === 'lo') return { sender, how: 'lo' }
  if (death.namespace === sender.namespace || !network.owns(death.namespace, sender.address)) return null
  if (hadItBefore(scene, death)) return { sender, how: 'back' }
  if (network.forwards(death.namespace, isIpv6(death.dst))) return null
  if (isUnwanted(scene, sender)) return { sender, how: 'host' }
  const router = routerInstead(scene, death, sender)
  return router ? { sender, how: 'host', router } : null
}

/**
 * The station could not be a router if it forwarded: it knows no way but the one the packet came by. And one that is stands
 * beside it. A station that the lab wants to forward is to be a router all the same.
 */
function routerInstead(
  { lab, network }: Scene,
  { namespace, interface: dev, dst }: Death,
  sender: Missed,
): Astray['router'] {
  if (lab?.namespaces.get(namespace)?.forwarding || leadsOff(network, namespace, dev, dst)) return undefined
  return routersBeside(network, sender.namespace, dst).find((each) => each.namespace !== namespace)
}

/** It had sent the packet on before. */
function hadItBefore({ hops }: Scene, { leg, namespace }: Death): boolean {
  const last = hops.findLast((hop) => hop.leg === leg && hop.namespace === namespace && hop.direction === 'in')
  return hops.some(
    (hop) =>
      hop.leg === leg &&
      hop.namespace === namespace &&
      hop.observed &&
      hop.direction === 'out' &&
      hop.n < (last?.n ?? 0),
  )
}

/** The lab says another way than the route that was taken. */
function isUnwanted({ lab, network, death }: Scene, { namespace, address }: Missed): boolean {
  const isSaid = lab?.namespaces.has(namespace) === true
  const taken = death && network.routes(namespace, death.dst).find(({ via }) => via === address)
  return (
    isSaid &&
    taken !== undefined &&
    taken !== null &&
    !labRoutes(lab, namespace).some(({ to, via }) => to === taken.to && via === taken.via)
  )
}

/** The router's route is wrong, not the station that it leads to. */
export const wrongRoute: Rule = {
  code: 'loop',
  suspect(scene) {
    const found = astray(scene)
    const { death, network } = scene
    if (!found || !death) return null
    const { sender, how, router } = found
    const { namespace } = sender
    const ways = network.ways(namespace, death.dst)
    const route = ways.find(({ via }) => via === sender.address) ?? ways[0]
    if (!route) return null
    const ipv6 = isIpv6(death.dst)
    const table = { namespace, ask: 'routes', ipv6 } as const
    const get = { namespace, ask: 'route-get', to: death.dst } as const
    const key = ipv6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward'
    const forwarding = (router ? [death.namespace, router.namespace] : []).map(
      (each) => ({ namespace: each, ask: 'sysctl', keys: [key] }) as const,
    )
    const questions = [get, table, ...forwarding]
    const at = { namespace, target: death.dst, prefix: route.to }
    const led = { ...at, other: death.namespace, gateway: route.via ?? sender.address }
    const message: Message = router
      ? say('wrong-gateway', { ...led, router: router.namespace, right: router.address })
      : how === 'lo'
        ? say('route-lo', at)
        : say(how === 'back' ? 'route-back' : 'route-to-host', led)
    return {
      ask: questions,
      ruledOut: say('not-loop'),
      judge: (answers): Finding => ({
        ...(router ? { code: 'wrong-gateway' as const } : {}),
        namespace,
        interface: route.dev,
        message,
        evidence: answers.evidence(...questions),
        repair: router
          ? { namespace, steps: leadWay(network, namespace, route, router.address) }
          : leadRight(scene, namespace, death.dst, route),
      }),
    }
  },
}

/** The destination is on the segment of that interface. */
export function isOn(network: Network, namespace: string, dev: string | null, dst: string): boolean {
  const link = network.link(namespace, dev)
  return (
    link !== undefined &&
    network.owners(dst).some((owner) => {
      const there = network.link(owner.namespace, owner.dev)
      return there && shares(segment(network, { namespace, link }), { namespace: owner.namespace, link: there })
    })
  )
}

/** Takes the route away that leads astray, where the right one is behind it; else the lab's own in its place, or one that leads there. */
export function leadRight(scene: Scene, namespace: string, dst: string, taken?: LiveRoute): Repair | null {
  const { network, lab } = scene
  const [first, ...behind] = network.routes(namespace, dst)
  const now = taken ?? first
  if (!now) return null
  const whole = wholeOf(network, namespace, now)
  const next = behind.find(({ to, metric }) => to !== whole.to || metric !== whole.metric)
  const away = [routeDelete(namespace, whole)]
  const wantedRoutes = labRoutes(lab, namespace)
  const isWanted = (to: string, via: string | null): boolean =>
    wantedRoutes.some((each) => each.to === to && each.via === via)
  const connected = next?.via === null && next.dev !== now.dev && isOn(network, namespace, next.dev, dst)
  if (next && (connected || (isWanted(next.to, next.via) && !isWanted(now.to, now.via))))
    return { namespace, steps: away }
  // Its other ways lead on.
  if (whole.nexthops.length > 1) return { namespace, steps: takeWay(network, namespace, now) }
  const wanted =
    missingRoutes(scene, namespace)
      .filter(
        ({ to, table }) => table === now.table && containsAddress(to, dst) && prefixLength(to) >= prefixLength(now.to),
      )
      .sort((a, b) => prefixLength(b.to) - prefixLength(a.to))[0] ?? deriveRoute(network, namespace, dst)
  if (!wanted || wanted.via === now.via) return null
  const inTheWay = prefixLength(wanted.to) <= prefixLength(now.to)
  return { namespace, steps: [...(inTheWay ? away : []), routeAdd(namespace, wanted)] }
}
