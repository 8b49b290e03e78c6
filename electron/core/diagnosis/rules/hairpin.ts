import { containsAddress } from '../../lab/address.js'
import { innermost } from '../loss.js'
import { isIpv6, networkText } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

interface Rewritten {
  readonly router: string
  readonly oif: string
}

/** The request was sent on to another address, and the answer comes from there: it did not pass where its source is put back. */
export const hairpin: Rule = {
  code: 'hairpin',
  suspect(scene) {
    const { death, network, probe } = scene
    if (death?.stage !== 'home' || death.src === null || death.src === probe.target) return null
    const { src: server, dst: client } = death
    const crossing = rewrittenTo(scene, server)
    const owner = network.owners(server)[0]
    if (!crossing || !owner) return null
    const { router, oif } = crossing
    const { namespace } = owner
    const back = { namespace, ask: 'route-get', to: client } as const
    const addresses = { namespace, ask: 'addresses', dev: owner.dev } as const
    const direct = containsAddress(owner.address, client)
    const prefix = network.owners(client).find((each) => each.namespace === probe.from)?.address
    return {
      ask: [back, addresses],
      ruledOut: say('not-hairpin'),
      judge: (answers): Finding => ({
        ...(direct ? {} : { code: 'asymmetric' as const }),
        namespace: router,
        interface: oif,
        message: say(direct ? 'hairpin' : 'asymmetric', { router, namespace, server, client, target: probe.target }),
        evidence: answers.evidence(back, addresses),
        repair: masqueraded(crossing, prefix ?? alone(client)),
      }),
    }
  },
}

/**
 * The request was sent on to whoever had sent it: no machine takes a packet from outside whose source is its own
 * (fib_validate_source, net/ipv4/fib_frontend.c).
 */
export const hairpinToItself: Rule = {
  code: 'hairpin',
  suspect(scene) {
    const { death, probe } = scene
    if (!death || death.leg !== 'request' || death.namespace !== probe.from || death.src === null) return null
    const { src: client, dst, namespace, interface: iif } = death
    const crossing = client === dst && client !== probe.target ? rewrittenTo(scene, client) : null
    if (!crossing || iif === null) return null
    const { router, oif } = crossing
    const addresses = { namespace, ask: 'addresses', dev: iif } as const
    return {
      ask: [addresses],
      ruledOut: say('not-hairpin'),
      judge: (answers): Finding => ({
        namespace: router,
        interface: oif,
        message: say('hairpin-self', { router, namespace, client, target: probe.target }),
        evidence: answers.evidence(addresses),
        repair: masqueraded(crossing, alone(client)),
      }),
    }
  },
}

const alone = (address: string): string => `${address}/${isIpv6(address) ? 128 : 32}`

/** What the router sends back that way has the router as its source. */
const masqueraded = ({ router, oif }: Rewritten, source: string): NonNullable<Finding['repair']> => ({
  namespace: router,
  steps: [
    {
      op: 'nat-add',
      namespace: router,
      rule: {
        kind: 'masquerade',
        family: isIpv6(source) ? 'ipv6' : 'ipv4',
        source: networkText(source),
        out: oif,
      },
    },
  ],
})

/** Where the request got its new destination, and by which interface it went there. */
function rewrittenTo({ hops }: Scene, server: string): Rewritten | null {
  const nat = hops.find(
    ({ leg, event, changed, packet }) =>
      leg === 'request' &&
      event === 'nat' &&
      changed.includes('ip.dst') &&
      packet &&
      innermost(packet).ip?.dst === server,
  )
  const out =
    nat &&
    hops.find(
      ({ n, namespace, event, direction, leg }) =>
        n > nat.n && leg === 'request' && namespace === nat.namespace && event === 'sent' && direction === 'out',
    )
  return nat && out?.interface ? { router: nat.namespace, oif: out.interface } : null
}
