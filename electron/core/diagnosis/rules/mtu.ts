import type { RepairStep } from '../repair.js'
import { counterEvidence, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { isIpv6 } from '../network.js'
import { say } from '../words.js'

/** ICMP 3/4 and ICMPv6 2 (packet too big), or the sender's own interface that is too small (EMSGSIZE). */
export const mtu: Rule = {
  code: 'mtu',
  suspect(scene) {
    const { death, network, probe } = scene
    if (!death) return null
    const { complaint } = death
    const ipv6 = isIpv6(death.dst)
    const said = complaint !== null && (ipv6 ? complaint.type === 2 : complaint.type === 3 && complaint.code === 4)
    const own = death.stage === 'start' && /message too long/i.test(probe.message ?? '')
    const namespace = said ? complaint.namespace : death.namespace
    const dev = network.route(namespace, death.dst)?.dev ?? null
    const link = network.link(namespace, dev)
    const question = dev === null ? null : ({ namespace, ask: 'link', dev } as const)
    return {
      ask: (said || own) && question ? [question] : [],
      ruledOut: say('not-mtu'),
      judge(answers) {
        if (!said && !own) return null
        const needed = neededMtu(scene, death.length)
        return {
          namespace,
          interface: dev,
          message:
            link && dev !== null
              ? say('mtu', { namespace, interface: dev, mtu: link.mtu, length: death.length ?? needed })
              : say('mtu-unknown', { namespace }),
          evidence: [
            ...(question ? answers.evidence(question) : []),
            ...counterEvidence(scene, namespace, ['IpFragFails', 'Ip6InTooBigErrors', 'IcmpOutDestUnreachs']),
          ],
          repair: link && dev !== null ? { namespace, steps: widen(scene, namespace, dev, needed) } : null,
        }
      },
    }
  },
}

/** What the sender's own interface takes is enough for all it sends; at least the packet itself. */
function neededMtu({ probe, network }: Scene, length: number | null): number {
  const dev = network.route(probe.from, probe.target)?.dev ?? null
  const own = network.link(probe.from, dev)?.mtu ?? 0
  // Ethernet's own (RFC 894), where nothing larger is known.
  return Math.max(own, length ?? 0, 1500)
}

/** Both ends of the cable, because what one sends the other must take; and the sender forgets the smaller path MTU. */
function widen({ network, probe }: Scene, namespace: string, dev: string, value: number): RepairStep[] {
  const link = network.link(namespace, dev)
  const far = link && network.peer(link)
  const ends = [...(link ? [{ namespace, link }] : []), ...(far ? [far] : [])]
  const steps: RepairStep[] = ends
    .filter(({ link: end }) => end.mtu < value)
    .map((end) => ({
      op: 'link-mtu',
      namespace: end.namespace,
      name: end.link.name,
      mtu: value,
      before: end.link.mtu,
    }))
  const family = isIpv6(probe.target) ? 'ipv6' : 'ipv4'
  return [
    ...steps,
    { op: 'sysctl-set', namespace: probe.from, key: `net.${family}.route.flush`, value: '1', before: null },
  ]
}
