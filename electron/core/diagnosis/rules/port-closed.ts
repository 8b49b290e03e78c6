import { innermost } from '../death.js'
import { counterEvidence, type Finding, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

/** A reset, or ICMP "port unreachable", from where the packet was meant to go. */
export const portClosed: Rule = {
  code: 'port-closed',
  suspect(scene) {
    const { probe, lab } = scene
    if (probe.protocol === 'icmp' || probe.outcome !== 'refused') return null
    const found = refuser(scene)
    if (!found) return null
    const { namespace, port, address } = found
    const { protocol } = probe
    const listeners = { namespace, ask: 'listeners', protocol } as const
    return {
      ask: [listeners],
      ruledOut: say('not-port-closed'),
      judge(answers): Finding | null {
        const answer = answers.of(listeners)
        const elsewhere = answer.output
          .split('\n')
          .flatMap((line) => new RegExp(`(\\S+):${port}\\s`).exec(line)?.[1] ?? [])
        const wanted = lab?.namespaces
          .get(namespace)
          ?.services.find((service) => service.listen === protocol && service.port === port)
        return {
          namespace,
          interface: null,
          message:
            elsewhere[0] === undefined
              ? say('port-closed', { namespace, protocol: protocol.toUpperCase(), port })
              : say('port-elsewhere', {
                  namespace,
                  protocol: protocol.toUpperCase(),
                  port,
                  address: elsewhere[0].replace(/^\[|\]$/g, ''),
                  target: address,
                }),
          evidence: [
            ...answers.evidence(listeners),
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
                      service: { listen: protocol, port, reply: wanted?.reply ?? 'hello\n' },
                    },
                  ],
                },
        }
      },
    }
  },
}

/** Who refused, and on which port: DNAT may have changed both. */
function refuser({
  hops,
  probe,
  network,
}: Scene): { readonly namespace: string; readonly port: number; readonly address: string } | null {
  const arrived = hops.findLast(({ leg, observed, direction, namespace, packet }) => {
    const ip = packet && innermost(packet).ip
    return leg === 'request' && observed && direction === 'in' && ip && network.owns(namespace, ip.dst)
  })
  const ports = arrived?.packet && (innermost(arrived.packet)[probe.protocol === 'tcp' ? 'tcp' : 'udp'] ?? null)
  const port = ports?.dstPort ?? probe.port
  if (port === null) return null
  if (arrived?.packet) return { namespace: arrived.namespace, port, address: innermost(arrived.packet).ip?.dst ?? '' }
  return network.owns(probe.from, probe.target) ? { namespace: probe.from, port, address: probe.target } : null
}
