import { innermost } from '../loss.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import type { Question } from '../question.js'
import { say } from '../words.js'
import { newEnd, rewriting } from './rewriting.js'

interface Turned {
  readonly namespace: string
  readonly bridge: string
  /** By which it came in, and would have to leave. */
  readonly port: string
}

/**
 * Sent back to the station that it came from, by way of a bridge: such a frame leaves by the port it came in by only where
 * that port says so (should_deliver, net/bridge/br_forward.c). Published ports, asked by their own container, go this way.
 */
export const hairpinPort: Rule = {
  code: 'hairpin',
  suspect(scene) {
    const turned = turnedBack(scene) ?? turnedUnseen(scene)
    if (!turned) return null
    const { namespace, bridge, port } = turned
    const question: Question = { namespace, ask: 'port', dev: port }
    return {
      ask: [question],
      ruledOut: say('not-hairpin-port', { namespace, interface: port }),
      judge: (answers): Finding | null =>
        /\bhairpin off\b/.test(answers.of(question).output)
          ? {
              namespace,
              interface: port,
              message: say('hairpin-port', { namespace, interface: port, bridge, target: scene.probe.target }),
              evidence: answers.evidence(question),
              // Who gets it back then sees its own address as the sender: one setting alone may help nobody.
              repair: null,
            }
          : null,
    }
  },
}

function turnedBack({ hops, network }: Scene): Turned | null {
  const seen = hops.filter(({ leg, observed }) => leg === 'request' && observed)
  const last = seen.at(-1)
  const back = last?.packet?.eth?.dst
  if (!last || last.direction !== 'out' || last.interface === null || back === undefined) return null
  const bridge = network.link(last.namespace, last.interface)
  if (!bridge?.bridge || !last.packet || innermost(last.packet).ip === undefined) return null
  const came = seen.findLast(
    ({ namespace, direction, packet, interface: dev }) =>
      namespace === last.namespace &&
      direction === 'in' &&
      packet?.eth?.src === back &&
      dev !== null &&
      network.link(namespace, dev)?.master === bridge.name,
  )
  return came?.interface ? { namespace: last.namespace, bridge: bridge.name, port: came.interface } : null
}

/**
 * Where the bridge hands frames to iptables and knows the station's link-layer address, a rule rewrites the frame between its
 * ports: it is seen as it came in, and not again (br_nf_pre_routing_finish_bridge, net/bridge/br_netfilter_hooks.c).
 */
function turnedUnseen(scene: Scene): Turned | null {
  const { hops, network } = scene
  const last = hops.findLast(({ leg, observed }) => leg === 'request' && observed)
  const src = last?.packet && innermost(last.packet).ip?.src
  if (!last || last.direction !== 'in' || last.interface === null || src === undefined) return null
  const { namespace, interface: port } = last
  const bridge = network.link(namespace, port)?.master
  if (!bridge || newEnd(rewriting(scene, namespace)?.rule ?? '')?.address !== src) return null
  return { namespace, bridge, port }
}
