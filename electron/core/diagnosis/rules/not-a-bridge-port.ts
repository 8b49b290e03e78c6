import type { LiveLink } from '../../live/state.js'
import type { Rule } from '../rule.js'
import { labInterface, labOwner } from '../lab-says.js'
import { obstacle, type Obstacle, type Place } from '../segment.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

/** A cable that ends beside the bridge instead of in it. */
export const notABridgePort: Rule = {
  code: 'not-a-bridge-port',
  suspect(scene) {
    const { death, network } = scene
    if (!death?.missed) return null
    const found = looseEnd(scene)
    if (!found) return { ask: [], ruledOut: say('not-a-port-loose'), judge: () => null }
    const { namespace, link } = found.at
    const end = { namespace, ask: 'link', dev: link.name } as const
    const bridge = { namespace, ask: 'link', dev: found.bridge.name } as const
    return {
      ask: [end, bridge],
      ruledOut: say('not-a-port-loose'),
      judge: (answers) => ({
        namespace,
        interface: link.name,
        message: say('not-a-bridge-port', { namespace, interface: link.name, bridge: found.bridge.name }),
        evidence: answers.evidence(end, bridge),
        repair: {
          namespace,
          steps: [
            { op: 'link-master', namespace, name: link.name, master: found.bridge.name, before: link.master },
            ...(network.link(namespace, link.name)?.up === false
              ? [{ op: 'link-up' as const, namespace, name: link.name }]
              : []),
            // A bridge that is off would pass nothing on.
            ...(found.bridge.up ? [] : [{ op: 'link-up' as const, namespace, name: found.bridge.name }]),
          ],
        },
      }),
    }
  },
}

/** It came in by a cable that the lab has in a bridge, and that is in none: what becomes of it behind is no cause. */
export const looseCable: Rule = {
  code: 'not-a-bridge-port',
  suspect({ death, network, lab }) {
    if (!death || (death.stage !== 'forward' && death.stage !== 'stranger') || death.interface === null) return null
    const { namespace, interface: name } = death
    const master = labInterface(lab, namespace, name)?.master ?? null
    const bridge = network.link(namespace, master)
    if (!bridge || network.link(namespace, name)?.master !== null) return null
    if (network.addresses(namespace, name).length > 0) return null
    const end = { namespace, ask: 'link', dev: name } as const
    return {
      ask: [end],
      ruledOut: say('not-a-port-loose'),
      judge: (answers) => ({
        namespace,
        interface: name,
        message: say('not-a-bridge-port', { namespace, interface: name, bridge: bridge.name }),
        evidence: answers.evidence(end),
        repair: { namespace, steps: [{ op: 'link-master', namespace, name, master: bridge.name, before: null }] },
      }),
    }
  },
}

type Loose = Extract<Obstacle, { kind: 'not-a-port' }>

/** Between who asks and who has the address, or who should have it. */
function looseEnd({ death, network, lab }: Scene): Loose | null {
  const asked = death?.missed
  const link = asked && network.link(asked.namespace, asked.dev)
  if (!asked || !link) return null
  const from: Place = { namespace: asked.namespace, link }
  const belongs = (port: Place, bridge: LiveLink): boolean =>
    labInterface(lab, port.namespace, port.link.name)?.master === bridge.name
  const holders = network.owners(asked.address).map(({ namespace, dev }) => ({ namespace, dev }))
  const wanted = labOwner(lab, asked.address)
  if (holders.length === 0 && wanted) holders.push({ namespace: wanted.namespace, dev: wanted.interface.name })
  for (const { namespace, dev } of holders) {
    const target = network.link(namespace, dev)
    const between = target && obstacle(network, from, { namespace, link: target }, belongs)
    if (between?.kind !== 'not-a-port') continue
    const said = labInterface(lab, between.at.namespace, between.at.link.name)?.master ?? null
    const named = said === null ? undefined : network.link(between.at.namespace, said)
    return named ? { ...between, bridge: named } : between
  }
  return null
}
