import { containsAddress } from '../../lab/address.js'
import type { Leg } from '../../packet/hop.js'
import type { LabRoute } from '../../lab/lab.js'
import type { LiveRoute } from '../../live/state.js'
import { departureOf } from '../death.js'
import type { DiagnosisCode } from '../diagnosis.js'
import { addressAdd, labRoutes, missingRoutes, routeAdd, routesOver } from '../lab-says.js'
import { isIpv6, prefixLength } from '../network.js'
import type { Question } from '../question.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say, type Message } from '../words.js'

/** A place on the packet's way whose route only stands in for the one that the lab means, and what became of that one. */
interface StandIn {
  readonly namespace: string
  readonly dst: string
  readonly leg: Leg
  readonly taken: LiveRoute
  /** It was sent so and then lost where routes lead no further: no trial is needed to know. */
  readonly certain: boolean
  /** Null where nothing is wrong but the route. */
  readonly interface: string | null
  readonly code: DiagnosisCode
  readonly message: Message
  readonly steps: readonly RepairStep[]
}

/**
 * On its way it was sent by a wider route, because the lab's own is gone: by itself, or with its interface or address. Whatever
 * became of it after that is not what is to be mended.
 */
export const lostWay: Rule = {
  code: 'no-route',
  suspect(scene) {
    const found = standsIn(scene) ?? standsInBehind(scene)
    if (!found) return null
    const { namespace, dst, code, message, steps, certain } = found
    const questions: Question[] = [
      { namespace, ask: 'route-get', to: dst },
      { namespace, ask: 'routes', ipv6: isIpv6(dst) },
      ...(found.interface === null ? [] : [{ namespace, ask: 'link', dev: found.interface } as const]),
    ]
    return {
      ask: questions,
      ruledOut: say('not-no-route', { namespace, target: dst }),
      judge: (answers): Finding => ({
        ...(certain ? {} : { onlyIfTried: true as const }),
        ...{ code, namespace, interface: found.interface, message },
        evidence: answers.evidence(...questions),
        repair: { namespace, steps },
      }),
    }
  },
}

/** The first such place; null where the packet went as the lab means it to. */
export function standsIn(scene: Scene): StandIn | null {
  const { hops, death, network } = scene
  if (!death || !scene.lab) return null
  const sent = hops.filter(
    ({ leg, event, direction, packet }) => leg === death.leg && event === 'sent' && direction === 'out' && packet?.ip,
  )
  const departure = departureOf(death)
  const places = [
    ...sent.map(({ namespace, packet, leg }) => {
      const certain = death.stage === 'forward' && death.namespace !== namespace
      return { namespace, dst: packet?.ip?.dst ?? '', leg, certain }
    }),
    ...(departure ? [{ ...departure, certain: false }] : []),
  ]
  for (const { namespace, dst, leg, certain } of places) {
    const taken = network.route(namespace, dst)
    const found = taken && lost(scene, namespace, dst, leg, taken)
    if (found) return { ...found, certain }
  }
  return null
}

/** The way back to the sender, by which a router that filters by the reverse path judges what it gets. */
function standsInBehind(scene: Scene): StandIn | null {
  const { death, network } = scene
  if (death?.stage !== 'forward' || death.src === null) return null
  const taken = network.route(death.namespace, death.src)
  return (taken && lost(scene, death.namespace, death.src, 'reply', taken)) ?? null
}

function lost(scene: Scene, namespace: string, dst: string, leg: Leg, taken: LiveRoute): StandIn | null {
  const { network, lab } = scene
  const isBetter = (prefix: string): boolean =>
    containsAddress(prefix, dst) && prefixLength(prefix) > prefixLength(taken.to)
  const wanted = lab?.namespaces.get(namespace)
  const at = { namespace, dst, leg, taken, certain: false }
  for (const { name, addresses, up } of wanted?.interfaces ?? []) {
    const link = network.link(namespace, name)
    // One that the lab itself wants down leads nowhere.
    if (!link || !up) continue
    const over = labRoutes(lab, namespace).filter((route) => isBetter(route.to) && leadsOver(route, name, addresses))
    if (!addresses.some(isBetter) && over.length === 0) continue
    if (!link.up) {
      const steps = [{ op: 'link-up', namespace, name } as const, ...routesOver(scene, namespace, name, addresses)]
      const message = say('interface-down', { namespace, interface: name })
      return { ...at, interface: name, code: 'interface-down', message, steps }
    }
    const has = network.addresses(namespace, name).map(({ address }) => address)
    const gone = addresses.filter((each) => isIpv6(each) === isIpv6(dst) && !has.includes(each))
    if (!gone.some((each) => isBetter(each) || over.some(({ via }) => via !== null && containsAddress(each, via))))
      continue
    return {
      ...at,
      interface: name,
      code: 'no-address',
      message: say('address-lost', { namespace, interface: name, address: gone[0] ?? '' }),
      steps: [
        ...gone.map((each) => addressAdd(namespace, name, each)),
        ...routesOver(scene, namespace, name, addresses),
      ],
    }
  }
  const route = missingRoutes(scene, namespace).find(({ to }) => isBetter(to))
  if (!route) return null
  return {
    ...at,
    interface: null,
    code: leg === 'reply' ? 'no-return-route' : 'no-route',
    message: say('route-lost', { namespace, target: dst, prefix: route.to, taken: taken.to }),
    steps: [routeAdd(namespace, route)],
  }
}

const leadsOver = ({ via, dev }: LabRoute, name: string, addresses: readonly string[]): boolean =>
  via === null ? dev === name : addresses.some((each) => containsAddress(each, via))
