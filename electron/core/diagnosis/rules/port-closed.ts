import { inTheWay } from '../../lab/service.js'
import { innermost } from '../loss.js'
import { isIpv6 } from '../network.js'
import { counterEvidence, type Finding, type Rule } from '../rule.js'
import type { RuleVerdict, Scene } from '../scene.js'
import { say } from '../words.js'
import { askChain } from './firewall.js'
import { fits, ownPackets, samePacket } from './own-packets.js'
import { newEnd } from './rewriting.js'

/** A reset, or ICMP "port unreachable", from where the packet was meant to go. */
export const portClosed: Rule = {
  code: 'port-closed',
  suspect(scene) {
    const { probe, lab } = scene
    if (probe.protocol === 'icmp' || (probe.outcome !== 'refused' && !refusedInVain(scene))) return null
    const found = refuser(scene)
    if (!found) return null
    const { namespace, port, address, rewritten } = found
    const { protocol } = probe
    const listeners = { namespace, ask: 'listeners', protocol } as const
    const chain = rewritten && askChain(rewritten)
    return {
      ask: [listeners, ...(chain ? [chain] : [])],
      ruledOut: say('not-port-closed'),
      judge(answers): Finding | null {
        const answer = answers.of(listeners)
        const elsewhere = answer.output
          .split('\n')
          .flatMap((line) => new RegExp(`(\\S+):${port}\\s`).exec(line)?.[1] ?? [])
        if (elsewhere.some((each) => isEverywhere(each, isIpv6(address)))) return null
        const wanted = lab?.namespaces
          .get(namespace)
          ?.services.find((service) => inTheWay(service, { listen: protocol, port, address }))
        return {
          namespace,
          interface: null,
          message:
            elsewhere[0] === undefined
              ? say(rewritten ? 'port-closed-rewritten' : 'port-closed', {
                  ...{ namespace, protocol: protocol.toUpperCase(), port },
                  ...(rewritten ? { from: probe.port ?? '', rule: rewritten.rule ?? '' } : {}),
                })
              : say('port-elsewhere', {
                  namespace,
                  protocol: protocol.toUpperCase(),
                  port,
                  address: elsewhere[0].replace(/^\[|\]$/g, ''),
                  target: address,
                }),
          evidence: [
            ...answers.evidence(listeners, ...(chain ? [chain] : [])),
            ...counterEvidence(scene, namespace, ['TcpOutRsts', 'UdpNoPorts', 'Udp6NoPorts']),
          ],
          // One that listens, on another address, would be in the way.
          repair:
            elsewhere.length > 0
              ? null
              : {
                  namespace,
                  steps: [
                    {
                      op: 'service-start',
                      namespace,
                      service: wanted ?? { listen: protocol, port, reply: 'hello\n' },
                    },
                  ],
                },
        }
      },
    }
  },
}

/** A listener on all addresses, as ss(8) has it: `*` is a socket of IPv6 that takes IPv4 as well. */
const isEverywhere = (listens: string, ipv6: boolean): boolean =>
  listens === '*' || listens === (ipv6 ? '[::]' : '0.0.0.0')

/** It said that the port is closed, and that was kept from who asked (RFC 792, 4443: port unreachable). */
function refusedInVain({ death, probe, network }: Scene): boolean {
  const complaint = death?.complaint
  // One about the answer is the word of who asked.
  if (
    !complaint ||
    death.leg !== 'request' ||
    probe.protocol !== 'udp' ||
    !network.owns(complaint.namespace, death.dst)
  )
    return false
  return isIpv6(death.dst) ? complaint.type === 1 && complaint.code === 4 : complaint.type === 3 && complaint.code === 3
}

interface Refuser {
  readonly namespace: string
  readonly port: number
  readonly address: string
  /** The rule of its own that had sent the packet to this port. */
  readonly rewritten: RuleVerdict | null
}

/** Rewritten where it had arrived, behind where it was captured: only its rule tells. */
function rewrittenAt(scene: Scene, namespace: string, port: number): RuleVerdict | null {
  const own = ownPackets(scene, namespace)
  return (
    scene.verdicts.find(
      ({ namespace: at, packet, rule, family }) =>
        at === namespace &&
        rule !== null &&
        newEnd(rule) !== null &&
        (packet === null
          ? own.some((each) => fits({ rule, iif: null, oif: null }, family, each))
          : packet.ports?.dst === port && own.some((each) => samePacket(packet, each))),
    ) ?? null
  )
}

/** Who took what was for somebody else (REDIRECT of a proxy), and refused it: by a reset, or "port unreachable" (RFC 792, 4443). */
const intercepting = ({ hops }: Scene): string | undefined =>
  hops.find(({ leg, event, direction, packet }) => {
    if (event !== 'sent' || direction !== 'out' || packet === null) return false
    const { tcp, icmp, ip } = packet
    if (leg === 'reply') return tcp?.flags.includes('RST') ?? false
    return leg === 'error' && icmp?.type === (ip?.version === 6 ? 1 : 3) && icmp.code === (ip?.version === 6 ? 4 : 3)
  })?.namespace

/** Who refused, and on which port: DNAT may have changed both. */
function refuser(scene: Scene): Refuser | null {
  const { hops, probe, network } = scene
  const came = hops.filter(({ leg, observed, direction }) => leg === 'request' && observed && direction === 'in')
  const arrived =
    came.findLast(({ namespace, packet }) => network.owns(namespace, (packet && innermost(packet).ip?.dst) ?? '')) ??
    came.findLast(({ namespace }) => namespace === intercepting(scene))
  const ports = arrived?.packet && (innermost(arrived.packet)[probe.protocol === 'tcp' ? 'tcp' : 'udp'] ?? null)
  const port = ports?.dstPort ?? probe.port
  if (port === null) return null
  if (!arrived?.packet)
    return network.owns(probe.from, probe.target)
      ? { namespace: probe.from, port, address: probe.target, rewritten: null }
      : null
  const { namespace } = arrived
  const address = innermost(arrived.packet).ip?.dst ?? ''
  const rewritten = rewrittenAt(scene, namespace, port)
  const end = rewritten?.rule ? newEnd(rewritten.rule) : null
  // Sent on to somebody else, the film has it there.
  if (!end || (end.address !== null && !network.owns(namespace, end.address)))
    return { namespace, port, address, rewritten: null }
  return { namespace, port: end.port ?? port, address: end.address ?? address, rewritten }
}
