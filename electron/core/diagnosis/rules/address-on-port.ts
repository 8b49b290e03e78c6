import { addressAdd, addressDelete } from '../lab-says.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

/** A bridge takes what comes to its ports: an address on a port is not reached, and what leaves by the port asks past the bridge. */
export const addressOnPort: Rule = {
  code: 'address-on-port',
  suspect(scene) {
    const place = holder(scene)
    if (!place) return null
    const { namespace, dev, bridge } = place
    const link = { namespace, ask: 'link', dev } as const
    const addresses = { namespace, ask: 'addresses', dev } as const
    return {
      ask: [link, addresses],
      ruledOut: say('not-address-on-port'),
      judge: (answers): Finding => {
        const own = scene.network.addresses(namespace, dev).map(({ address }) => address)
        return {
          namespace,
          interface: dev,
          message: say('address-on-port', { namespace, interface: dev, bridge, address: own[0] ?? '' }),
          evidence: answers.evidence(link, addresses),
          repair: {
            namespace,
            steps: own.flatMap((address) => [
              addressDelete(namespace, dev, address),
              addressAdd(namespace, bridge, address),
            ]),
          },
        }
      },
    }
  },
}

/** Where it sends by such a port, or should have come to the address of one. */
function holder({
  death,
  network,
  probe,
}: Scene): { readonly namespace: string; readonly dev: string; readonly bridge: string } | null {
  const sought = [death?.missed?.address, death?.dst, probe.target]
  const places = [
    ...(death?.missed ? [death.missed] : []),
    ...sought.flatMap((address) => (address === undefined ? [] : network.owners(address))),
  ]
  for (const { namespace, dev } of places) {
    const bridge = network.link(namespace, dev)?.master
    if (bridge && network.addresses(namespace, dev).length > 0) return { namespace, dev, bridge }
  }
  return null
}
