import { isIpv6 } from '../network.js'
import type { Repair } from '../repair.js'
import { counterEvidence, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { loweredBy } from './ttl-lowered.js'
import { leadRight } from './wrong-route.js'

/** Linux gives packets 64 hops unless told otherwise (RFC 1700). */
const usualTtl = '64'

/** ICMP 11/0, ICMPv6 3/0: too few hops allowed, or a way that never ends. */
export const ttlExceeded: Rule = {
  code: 'ttl-exceeded',
  suspect(scene) {
    const { death, network, probe } = scene
    const complaint = death?.complaint
    if (!death) return null
    const { namespace } = complaint ?? death
    const ipv6 = isIpv6(death.dst)
    const route = { namespace, ask: 'route-get', to: death.dst } as const
    const key = 'net.ipv4.ip_default_ttl'
    const sysctl = { namespace: probe.from, ask: 'sysctl', keys: [key] } as const
    const allowed = probe.ttl ?? Number(network.sysctl(probe.from, key) ?? usualTtl)
    const said = complaint && (ipv6 ? complaint.type === 3 : complaint.type === 11) && complaint.code === 0
    const lowered = said ? loweredBy(scene, allowed) : null
    return {
      ask: said ? [route, ...(ipv6 ? [] : [sysctl]), ...(lowered ? [lowered.ask] : [])] : [],
      ruledOut: say('not-ttl'),
      judge(answers) {
        if (!said) return null
        const counted = counterEvidence(scene, namespace, ['IpInHdrErrors', 'IcmpOutTimeExcds', 'Icmp6OutTimeExcds'])
        const loop = loopOf(scene)
        const byLo = loop.find((each) => network.route(each, death.dst)?.dev === 'lo')
        if (byLo !== undefined)
          return {
            ...{ code: 'loop', namespace: byLo, interface: 'lo' },
            message: say('route-lo', {
              ...{ namespace: byLo, target: death.dst, prefix: network.route(byLo, death.dst)?.to ?? '' },
            }),
            evidence: [...counted, ...answers.evidence(route)],
            repair: leadRight(scene, byLo, death.dst),
          }
        if (loop.length > 0)
          return {
            namespace,
            interface: death.interface,
            message: say('ttl-loop', { namespaces: loop.join(', ') }),
            evidence: [...counted, ...answers.evidence(route)],
            repair: loopRepair(scene, loop),
          }
        if (lowered)
          return {
            namespace: lowered.namespace,
            interface: null,
            message: say('ttl-lowered', { namespace: lowered.namespace, rule: lowered.rule }),
            evidence: [...counted, ...lowered.heard, ...answers.evidence(lowered.ask)],
            repair: lowered.repair,
          }
        const small = probe.ttl === null && !ipv6 && allowed < Number(usualTtl)
        return {
          namespace,
          interface: death.interface,
          message: say('ttl-exceeded', { namespace, ttl: allowed }),
          evidence: [...counted, ...(ipv6 ? [] : answers.evidence(sysctl))],
          repair: small
            ? {
                namespace: probe.from,
                steps: [{ op: 'sysctl-set', namespace: probe.from, key, value: usualTtl, before: String(allowed) }],
              }
            : null,
        }
      },
    }
  },
}

/** Namespaces that sent the request on more than once, with less TTL each time: fragments of one packet have the same. */
function loopOf({ hops }: Scene): string[] {
  const lives = new Map<string, Set<number>>()
  for (const { leg, event, namespace, packet } of hops) {
    const ttl = packet?.ip?.ttl
    if (leg === 'request' && event === 'routed' && ttl !== undefined)
      lives.set(namespace, (lives.get(namespace) ?? new Set()).add(ttl))
  }
  return [...lives].filter(([, ttls]) => ttls.size > 2).map(([namespace]) => namespace)
}

/** The first of the circle that can be led right. */
function loopRepair(scene: Scene, loop: readonly string[]): Repair | null {
  const { death } = scene
  if (!death) return null
  for (const namespace of loop) {
    const repair = leadRight(scene, namespace, death.dst)
    if (repair) return repair
  }
  return null
}
