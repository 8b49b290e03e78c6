import { innermost } from '../loss.js'
import { addressAdd } from '../lab-says.js'
import { isIpv6, type Owner } from '../network.js'
import type { Finding, Rule, Suspicion } from '../rule.js'
import type { ProbeFacts, Scene } from '../scene.js'
import type { TracedHop } from '../../packet/hop.js'
import { say } from '../words.js'

/** A rule gives packets a source that nobody has: answers to it find no owner. */
export const wrongSource: Rule = {
  code: 'wrong-source',
  suspect(scene) {
    const found = rewritten(scene)
    if (!found) return null
    const { namespace, source, oif, own } = found
    const ipv6 = isIpv6(source)
    const rules = { namespace, ask: 'iptables', engine: 'nft', ipv6, table: 'nat', chain: 'POSTROUTING' } as const
    const addresses = own
      ? ({ namespace: own.namespace, ask: 'addresses', dev: own.dev } as const)
      : ({ namespace, ask: 'addresses', dev: oif } as const)
    return {
      ask: [rules, addresses],
      ruledOut: say('not-wrong-source', { namespace }),
      judge: (answers): Finding => ({
        namespace,
        interface: oif,
        message: own
          ? say('wrong-source-own', { namespace, source, owner: own.namespace })
          : say('wrong-source', { namespace, source }),
        evidence: answers.evidence(rules, addresses),
        repair: own ? null : { namespace, steps: [addressAdd(namespace, oif, `${source}/${ipv6 ? 128 : 32}`)] },
      }),
    }
  },
}

interface Rewritten {
  readonly namespace: string
  readonly source: string
  readonly oif: string
  /** Whose address it is, where it is that of who got the packet; else nobody's. */
  readonly own: Owner | null
}

/**
 * Where the request got a source that is nobody's, or that of who it is for, which takes no packet of its own from outside
 * (fib_validate_source, net/ipv4/fib_frontend.c); and by which interface it left with it.
 */
function rewritten({ hops, network, death }: Scene): Rewritten | null {
  if (!death || death.stage === 'start') return null
  const nat = hops.findLast(
    ({ leg, event, changed }) => leg === 'request' && event === 'nat' && changed.includes('ip.src'),
  )
  const source = nat?.packet && innermost(nat.packet).ip?.src
  if (!nat || !source) return null
  const owners = network.owners(source)
  const own = death.stage === 'target' ? owners.find(({ namespace }) => namespace === death.namespace) : undefined
  if (owners.length > 0 && !own) return null
  const out = hops.find(
    ({ n, namespace, event, direction, leg }) =>
      n > nat.n && leg === 'request' && namespace === nat.namespace && event === 'sent' && direction === 'out',
  )
  return out?.interface ? { namespace: nat.namespace, source, oif: out.interface, own: own ?? null } : null
}

/**
 * Where the destination was rewritten, a socket that listens on every address answers from another one than the request had come
 * to by then. Connection tracking takes that for a new conversation whose ends are taken, and gives it another port
 * (nf_nat_used_tuple, net/netfilter/nf_nat_core.c).
 */
function otherPort(
  { namespace, interface: dev, packet }: TracedHop,
  { protocol, port, from }: ProbeFacts,
): Suspicion | null {
  const other = packet?.udp?.srcPort
  if (protocol !== 'udp' || port === null || other === undefined || other === port) return null
  const listeners = { namespace, ask: 'listeners', protocol } as const
  const rules = { namespace, ask: 'iptables', engine: 'nft', ipv6: false, table: 'nat', chain: 'PREROUTING' } as const
  return {
    ask: [listeners, rules],
    ruledOut: say('not-other-source', { namespace }),
    judge: (answers): Finding | null =>
      /-j (DNAT|REDIRECT)\b/.test(answers.of(rules).output) &&
      /(^|\s)(0\.0\.0\.0|\*):/m.test(answers.of(listeners).output)
        ? {
            namespace,
            interface: dev,
            message: say('other-port', { namespace, other, port, client: from }),
            evidence: answers.evidence(listeners, rules),
            repair: null,
          }
        : null,
  }
}

/** Sockets that listen on every address answer from the one that the way back prefers: whoever asked does not take it. */
export const otherSource: Rule = {
  code: 'wrong-source',
  suspect({ death, network, probe, hops }) {
    if (death?.stage !== 'home' || death.src === null) return null
    const { src: source, dst: client } = death
    const sent = hops.find(
      ({ leg, event, packet }) => leg === 'reply' && event === 'sent' && packet?.ip?.src === source,
    )
    if (!sent || !network.owns(sent.namespace, probe.target)) return null
    const { namespace } = sent
    if (source === probe.target) return otherPort(sent, probe)
    const back = { namespace, ask: 'route-get', to: client } as const
    const addresses = { namespace, ask: 'addresses' } as const
    return {
      ask: [back, addresses],
      ruledOut: say('not-other-source', { namespace }),
      judge: (answers): Finding => ({
        namespace,
        interface: sent.interface,
        message: say('other-source', { namespace, source, target: probe.target, client: probe.from }),
        evidence: answers.evidence(back, addresses),
        repair: null,
      }),
    }
  },
}
