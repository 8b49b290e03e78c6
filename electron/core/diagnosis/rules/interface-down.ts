import { containsAddress } from '../../lab/address.js'
import type { LiveLink } from '../../live/state.js'
import { departureOf } from '../death.js'
import { isUnplugged, labInterface, labRoutes, routesOver } from '../lab-says.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { obstacle, type Place } from '../segment.js'
import { say, type Message } from '../words.js'
import { askWay, noWay } from './routing.js'

/** A route goes with its interface, so the interface that is off is the cause and the missing route is not. */
export const interfaceDown: Rule = {
  code: 'interface-down',
  suspect(scene) {
    const departure = departureOf(scene.death)
    const away = downAtDeparture(scene)
    const between = downOnSegment(scene) ?? downBridge(scene)
    const namespace = (away ?? between)?.namespace ?? scene.death?.namespace
    if (namespace === undefined) return null
    const way = departure && askWay(departure)
    const link = ({ namespace: at, link: { name } }: Place) => ({ namespace: at, ask: 'link', dev: name }) as const
    return {
      ask: [...(away && way ? [link(away), way] : []), ...(between ? [link(between)] : [])],
      ruledOut: isUp(scene, namespace),
      judge(answers) {
        // A kernel that has a way does not miss this one.
        if (away && way && noWay(answers.of(way))) return found(scene, away, answers.evidence(link(away), way))
        return between && found(scene, between, answers.evidence(link(between)))
      },
    }
  },
}

/** Of what is down, only that it has no address that would lead there was looked at. */
function isUp({ network }: Scene, namespace: string): Message {
  const down = (network.namespace(namespace)?.links ?? []).filter(({ up, kind }) => !up && kind !== 'loopback')
  const interfaces = down.map(({ name }) => name).join(', ')
  return down.length === 0 ? say('not-interface-down', { namespace }) : say('not-by-down', { namespace, interfaces })
}

function found(scene: Scene, { namespace, link }: Place, evidence: Finding['evidence']): Finding {
  const { name } = link
  const addresses = scene.network.addresses(namespace, name).map(({ address }) => address)
  const unplugged = isUnplugged(scene.lab, namespace, name)
  return {
    ...(unplugged ? { code: 'unplugged' } : {}),
    namespace,
    interface: name,
    message: say(unplugged ? 'unplugged' : link.bridge ? 'interface-down-bridge' : 'interface-down', {
      namespace,
      interface: name,
    }),
    evidence,
    repair: {
      namespace,
      steps: [{ op: 'link-up', namespace, name }, ...routesOver(scene, namespace, name, addresses)],
    },
  }
}

/** An interface that is off, by which the packet would have gone: its subnet holds the destination, or the lab's gateway to it. */
function downAtDeparture(scene: Scene): Place | null {
  const departure = departureOf(scene.death)
  if (!departure) return null
  const { network, lab } = scene
  const { namespace, dst } = departure
  const route = network.route(namespace, dst)
  if (route && route.to !== '0.0.0.0/0' && route.to !== '::/0' && route.dev !== null) return null
  const live = network.namespace(namespace)
  const off = (live?.links ?? []).filter(({ up, kind }) => !up && kind !== 'loopback')
  const saidRoutes = labRoutes(lab, namespace).filter(({ to }) => containsAddress(to, dst))
  const leads = (link: LiveLink): boolean => {
    const own = [
      ...network.addresses(namespace, link.name).map(({ address }) => address),
      ...(labInterface(lab, namespace, link.name)?.addresses ?? []),
    ]
    return (
      own.some((address) => containsAddress(address, dst)) ||
      saidRoutes.some(({ via, dev }) =>
        via === null ? dev === link.name : own.some((address) => containsAddress(address, via)),
      )
    )
  }
  const sure = off.find(leads)
  if (sure) return { namespace, link: sure }
  // The only way out of a namespace, which leads to everything beyond.
  const ways = (live?.links ?? []).filter(({ kind, master }) => kind !== 'loopback' && master === null)
  const [only] = ways
  return ways.length === 1 && only && !only.up && route === undefined ? { namespace, link: only } : null
}

/** Something off on the segment between who asks and who has the address; the near cable's other end is peer-down's. */
function downOnSegment(scene: Scene): Place | null {
  const { death, network } = scene
  const asked = death?.missed
  if (!death || !asked) return null
  const { namespace } = asked
  const link = network.link(namespace, asked.dev)
  if (!link) return null
  for (const owner of network.owners(asked.address)) {
    const target = network.link(owner.namespace, owner.dev)
    const there = target && obstacle(network, { namespace, link }, { namespace: owner.namespace, link: target })
    const peer = network.peer(link)?.link
    if (there?.kind === 'down' && there.at.link !== peer) return there.at
  }
  return null
}

/** A bridge that is off takes frames in at its ports and passes none on. */
function downBridge({ death, network }: Scene): Place | null {
  if (death?.stage !== 'bridge') return null
  const { namespace } = death
  const bridge = network.link(namespace, network.link(namespace, death.interface)?.master ?? null)
  return bridge && !bridge.up ? { namespace, link: bridge } : null
}
