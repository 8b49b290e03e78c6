import { isIpv6 } from '../network.js'
import type { RepairStep } from '../repair.js'
import { counterEvidence, moved, type Finding, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { noWay, wayOut } from './routing.js'
import { valueOf } from './sysctl.js'

/** A question for a link-layer address that its owner heard. */
interface Heard {
  readonly namespace: string
  readonly iif: string
  /** Address that asks: of the packet that waits, where that is one of the asker's own (arp_solicit). */
  readonly asker: string
  readonly asked: string
}

/** The last question in vain, as the film has it at who owns the address. */
function heardInVain({ death, hops, network }: Scene): Heard | null {
  const missed = death?.missed
  if (!missed || isIpv6(missed.address)) return null
  const hop = hops.findLast(
    ({ leg, direction, namespace, interface: name, packet }) =>
      leg === 'arp' &&
      direction === 'in' &&
      packet?.arp?.op === 'request' &&
      packet.arp.targetIp === missed.address &&
      namespace !== missed.namespace &&
      network.owns(namespace, missed.address) &&
      network.link(namespace, name)?.master === null,
  )
  if (!hop?.packet?.arp || hop.interface === null) return null
  return { namespace: hop.namespace, iif: hop.interface, asker: hop.packet.arp.senderIp, asked: missed.address }
}

/**
 * Who has the address heard the question and would send to who asks by another interface: reverse path filtering takes the
 * question for forged (arp_process, fib_validate_source), and arp_filter leaves it to that other interface (arp_filter).
 */
export const askerFiltered: Rule = {
  code: 'rp-filter',
  suspect(scene) {
    const heard = heardInVain(scene)
    if (!heard) return null
    const { namespace, iif, asker, asked } = heard
    const keysOf = (name: string): string[] =>
      ['all', iif].map((dev) => `net.ipv4.conf.${dev.replaceAll('.', '/')}.${name}`)
    const keys = { rp: keysOf('rp_filter'), arp: keysOf('arp_filter') }
    const rp = { namespace, ask: 'sysctl', keys: keys.rp } as const
    const arp = { namespace, ask: 'sysctl', keys: keys.arp } as const
    const back = { namespace, ask: 'route-get', to: asker } as const
    const check = { namespace, ask: 'route-get', to: asked, from: asker, iif } as const
    return {
      ask: [back, check, rp, arp],
      ruledOut: say('not-arp-off', { namespace, target: asked }),
      judge(answers): Finding | null {
        const way = wayOut(answers.of(back))
        // A way by lo is one that the filter never takes: then the address is its own, too.
        if (way === null || way === 'lo' || way === iif) return null
        const said = (question: typeof rp) =>
          question.keys.map((key) => ({ key, value: valueOf(answers.of(question).output, key) ?? '0' }))
        const at = { namespace, interface: iif }
        const words = { ...at, target: asked, source: asker, way }
        const strongest = Math.max(...said(rp).map(({ value }) => Number(value)))
        if (noWay(answers.of(check)) && strongest > 0) {
          const before = said(rp)[1]?.value ?? '0'
          return {
            ...at,
            message: say('rp-filter-asker', { ...words, value: strongest }),
            evidence: answers.evidence(check, back, rp),
            repair: { namespace, steps: [{ op: 'sysctl-set', namespace, key: keys.rp[1] ?? '', value: '2', before }] },
          }
        }
        const filters = said(arp).filter(({ value }) => value !== '0')
        if (filters.length === 0 || !moved(scene, namespace, 'TcpExtArpFilter')) return null
        return {
          code: 'arp-off',
          ...at,
          message: say('arp-filtered', { ...words, key: filters[0]?.key ?? '' }),
          evidence: [...answers.evidence(back, arp), ...counterEvidence(scene, namespace, ['TcpExtArpFilter'])],
          repair: {
            namespace,
            steps: filters.map(({ key, value }): RepairStep => ({
              op: 'sysctl-set',
              namespace,
              key,
              value: '0',
              before: value,
            })),
          },
        }
      },
    }
  },
}
