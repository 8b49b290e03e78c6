import { isTunnelKind, tunnelOverhead } from '../../lab/tunnel.js'
import type { LiveLink } from '../../live/state.js'
import type { Death } from '../death.js'
import type { RepairStep } from '../repair.js'
import { counterEvidence, type Finding, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { isIpv6, type Network } from '../network.js'
import type { Place } from '../segment.js'
import { say } from '../words.js'
import { packetLength } from './packet-length.js'

/** ICMP 3/4 and ICMPv6 2 (packet too big), or the sender's own interface (EMSGSIZE): probes heed no path MTU that was learned. */
export const mtu: Rule = {
  code: 'mtu',
  suspect(scene) {
    const { death, network, probe } = scene
    if (!death) return null
    const { complaint } = death
    const ipv6 = isIpv6(death.dst)
    const said = complaint !== null && (ipv6 ? complaint.type === 2 : complaint.type === 3 && complaint.code === 4)
    const own = death.stage === 'start' && /message too long/i.test(probe.message ?? '')
    const unsaid = !said && !own && isTooLong(scene, death)
    if (!said && !own && !unsaid) return { ask: [], ruledOut: say('not-mtu'), judge: () => null }
    const length = !own && death.length !== null ? death.length : packetLength(probe)
    const place = placeAt(network, said ? complaint.namespace : own ? probe.from : death.namespace, death.dst)
    const link = place && ({ namespace: place.namespace, ask: 'link', dev: place.link.name } as const)
    return {
      ask: link ? [link] : [],
      ruledOut: say('not-mtu'),
      judge: (answers): Finding => {
        const namespace = place?.namespace ?? complaint?.namespace ?? death.namespace
        const params = place && { namespace: place.namespace, interface: place.link.name, mtu: place.link.mtu, length }
        const tunnel = place ? aroundOf(place.link) : null
        const message =
          tunnel && params ? say('tunnel-mtu', { ...params, overhead: tunnel }) : params && say('mtu', params)
        return {
          ...(tunnel === null && !death.tunnel ? {} : { code: 'tunnel-mtu' as const }),
          namespace,
          interface: place?.link.name ?? null,
          message: message ?? say('mtu-unknown', { namespace, length }),
          evidence: [
            ...answers.evidence(...(link ? [link] : [])),
            ...counterEvidence(scene, namespace, ['IpFragFails', 'Ip6InTooBigErrors', 'IcmpOutDestUnreachs']),
          ],
          // What one's own interface does not take, no change of the way lets pass.
          repair:
            place && (!own || tunnel !== null)
              ? {
                  namespace,
                  steps: tunnel === null ? widen(scene, place, length) : widenTunnel(scene, place, length, tunnel),
                }
              : null,
        }
      },
    }
  },
}

/** Longer than what it would have left by takes, where the kernel counted one: its error may have been dropped, too. */
function isTooLong({ network, counters }: Scene, { stage, namespace, dst, length }: Death): boolean {
  const limit = placeAt(network, namespace, dst)?.link.mtu
  const counted = counters[namespace]?.[isIpv6(dst) ? 'Ip6InTooBigErrors' : 'IpFragFails'] ?? 0
  return stage === 'forward' && length !== null && limit !== undefined && length > limit && counted > 0
}

/** Bytes that a tunnel puts around a packet; null where it is none. WireGuard: with IPv4 outside. */
function aroundOf({ kind, tunnel, vxlan, wireguard }: LiveLink): number | null {
  if (vxlan) return vxlan.remote !== null && isIpv6(vxlan.remote) ? 70 : 50
  if (wireguard) return 60
  if (!isTunnelKind(kind) || !tunnel) return null
  return tunnelOverhead(kind, tunnel.key, tunnel.remote !== null && isIpv6(tunnel.remote) ? 'ipv6' : 'ipv4')
}

/** The interface by which a namespace would send it on. */
function placeAt(network: Network, namespace: string, dst: string): Place | null {
  const link = network.link(namespace, network.route(namespace, dst)?.dev ?? null)
  return link ? { namespace, link } : null
}

/** Ethernet's own (RFC 894), where nothing larger is known. */
const usual = 1500

/** The tunnel at both ends, and below it what has to carry it with all that is around. */
function widenTunnel({ network, probe }: Scene, near: Place, length: number, overhead: number): RepairStep[] {
  const remote = near.link.vxlan?.remote ?? near.link.tunnel?.remote ?? null
  if (remote === null) return []
  const below = placeAt(network, near.namespace, remote)
  const across = below && network.peer(below.link)
  const far = network
    .owners(remote)
    .flatMap(({ namespace }) =>
      (network.namespace(namespace)?.links ?? [])
        .filter(({ kind, name }) => kind === near.link.kind && name === near.link.name)
        .map((link) => ({ namespace, link })),
    )
  const grown = (places: readonly (Place | null | undefined)[], mtu: number): RepairStep[] =>
    places.flatMap((place): RepairStep[] =>
      place && place.link.mtu < mtu
        ? [{ op: 'link-mtu', namespace: place.namespace, name: place.link.name, mtu, before: place.link.mtu }]
        : [],
    )
  return [
    ...grown([below, across], length + overhead),
    ...grown([near, ...far], length),
    ...flushed(probe.from, isIpv6(probe.target)),
  ]
}

/** The sender forgets the smaller path MTU that it has learned. */
const flushed = (namespace: string, ipv6: boolean): RepairStep[] => [
  { op: 'sysctl-set', namespace, key: `net.${ipv6 ? 'ipv6' : 'ipv4'}.route.flush`, value: '1', before: null },
]

/** Both ends of the cable, because what one sends the other must take; and the sender forgets the smaller path MTU. */
function widen({ network, probe }: Scene, { namespace, link }: Place, length: number): RepairStep[] {
  const own = placeAt(network, probe.from, probe.target)?.link.mtu ?? 0
  const value = Math.max(own, length, usual)
  const far = network.peer(link)
  const ends: readonly { readonly namespace: string; readonly link: LiveLink }[] = [
    { namespace, link },
    ...(far ? [far] : []),
  ]
  return [
    ...ends
      .filter(({ link: end }) => end.mtu < value)
      .map((end): RepairStep => ({
        op: 'link-mtu',
        namespace: end.namespace,
        name: end.link.name,
        mtu: value,
        before: end.link.mtu,
      })),
    ...flushed(probe.from, isIpv6(probe.target)),
  ]
}
