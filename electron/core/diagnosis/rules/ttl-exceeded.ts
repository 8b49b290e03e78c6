import { isIpv6 } from '../network.js'
import { missingRoutes, routeAdd } from '../lab-says.js'
import type { Repair } from '../repair.js'
import { counterEvidence, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, shares } from '../segment.js'
import { deriveRoute } from '../way.js'
import { say } from '../words.js'
import { routeOf } from './routing.js'
import { loweredBy } from './ttl-lowered.js'

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
            evidence: [...counted, ...answers.evidence(lowered.ask)],
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

/** The destination is on the segment of that interface. */
function isOn({ network }: Scene, namespace: string, dev: string | null, dst: string): boolean {
  const link = network.link(namespace, dev)
  return (
    link !== undefined &&
    network.owners(dst).some((owner) => {
      const there = network.link(owner.namespace, owner.dev)
      return there && shares(segment(network, { namespace, link }), { namespace: owner.namespace, link: there })
    })
  )
}

/** The lab's own route where it is missing; else a way that leads there. The first of the circle that has one is mended. */
function loopRepair(scene: Scene, loop: readonly string[]): Repair | null {
  const { network, death } = scene
  if (!death) return null
  for (const namespace of loop) {
    const now = network.route(namespace, death.dst)
    // Behind the route that leads astray there may be the right one: then it only has to go.
    const next = network.routes(namespace, death.dst)[1]
    if (now && next?.via === null && next.dev !== now.dev && isOn(scene, namespace, next.dev, death.dst))
      return { namespace, steps: [{ op: 'route-delete', namespace, route: routeOf(now) }] }
    const wanted =
      missingRoutes(scene, namespace).find(({ to }) => to === now?.to) ?? deriveRoute(network, namespace, death.dst)
    if (!now || !wanted || wanted.via === now.via) continue
    const inTheWay = now.to === wanted.to && now.metric === (wanted.metric ?? 0)
    return {
      namespace,
      steps: [
        ...(inTheWay ? [{ op: 'route-delete' as const, namespace, route: routeOf(now) }] : []),
        routeAdd(namespace, wanted),
      ],
    }
  }
  return null
}
