import type { LiveLink } from '../../live/state.js'
import { labOwner } from '../lab-says.js'
import { bare, isIpv6 } from '../network.js'
import type { Question } from '../question.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, type Place } from '../segment.js'
import { say } from '../words.js'
import { noWay } from './routing.js'
import { valueOf } from './sysctl.js'

const conf = (dev: string, name: string): string => `net.ipv4.conf.${dev.replaceAll('.', '/')}.${name}`

/** Who asks for a next hop, and everybody on that segment who has an address of its own there. */
function listeners({ death, network }: Scene): { readonly asker: Place; readonly near: readonly Place[] } | null {
  const missed = death?.missed
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link) return null
  const asker = { namespace: missed.namespace, link }
  return { asker, near: segment(network, asker).filter((place) => place.link.master === null) }
}

/** It has the address and was told not to answer for it (arp_ignore), or its interface speaks no ARP at all. */
export const arpOff: Rule = {
  code: 'arp-off',
  suspect(scene) {
    const missed = scene.death?.missed
    const found = listeners(scene)
    if (!missed || !found) return null
    const { address } = missed
    const owner = found.near.find(
      ({ namespace }) => namespace !== missed.namespace && scene.network.owns(namespace, address),
    )
    if (!owner) return null
    const { namespace, link } = owner
    const keys = ['all', link.name].map((dev) => conf(dev, 'arp_ignore'))
    const sysctl = { namespace, ask: 'sysctl', keys } as const
    const neighbour = { namespace: missed.namespace, ask: 'neighbour', address } as const
    const ends = [found.asker, owner].map((place) => ({ place, question: askLink(place) }))
    const own = scene.network.addresses(namespace, link.name).some((each) => bare(each.address) === address)
    return {
      ask: [neighbour, ...(isIpv6(address) ? [] : [sysctl]), ...ends.map(({ question }) => question)],
      ruledOut: say('not-arp-off', { namespace, target: address }),
      judge(answers): Finding | null {
        const silent = ends.find(({ question }) => /<[^>]*\bNOARP\b/.test(answers.of(question).output))
        if (silent) {
          const { name } = silent.place.link
          return {
            namespace: silent.place.namespace,
            interface: name,
            message: say('arp-off-link', { namespace: silent.place.namespace, interface: name }),
            evidence: answers.evidence(neighbour, silent.question),
            repair: {
              namespace: silent.place.namespace,
              steps: [{ op: 'link-set', namespace: silent.place.namespace, name, setting: 'arp', value: 1, before: 0 }],
            },
          }
        }
        if (isIpv6(address)) return null
        const said = keys.map((key) => ({ key, value: valueOf(answers.of(sysctl).output, key) ?? '0' }))
        const strongest = said.reduce((a, b) => (Number(b.value) > Number(a.value) ? b : a))
        if (!silences(Number(strongest.value), own)) return null
        return {
          namespace,
          interface: link.name,
          message: say('neighbour-mute', { owner: namespace, target: address, ...strongest }),
          evidence: answers.evidence(neighbour, sysctl),
          repair: {
            namespace,
            steps: said
              .filter(({ value }) => value !== '0')
              .map(({ key, value }): RepairStep => ({ op: 'sysctl-set', namespace, key, value: '0', before: value })),
          },
        }
      },
    }
  },
}

/** arp_ignore (ip-sysctl): 1 and 2 answer for addresses of the very interface, 8 for none. */
const silences = (value: number, ofThisInterface: boolean): boolean => value === 8 || (value > 0 && !ofThisInterface)

const askLink = ({ namespace, link }: Place): Question => ({ namespace, ask: 'link', dev: link.name })

/** Nobody has the address, and who is at the other end would answer in its stead if told to (proxy_arp). */
export const proxyArp: Rule = {
  code: 'arp-off',
  suspect(scene) {
    const { network, death, lab } = scene
    const missed = death?.missed
    const found = listeners(scene)
    if (!missed || !found || isIpv6(missed.address) || network.owners(missed.address).length > 0) return null
    const { address } = missed
    // The lab says who should have it: then nobody needs to stand in for that one.
    if (labOwner(lab, address)) return null
    // Where it has an address itself, that one is the gateway.
    const isProxy = ({ namespace, link }: { namespace: string; link: LiveLink }): boolean =>
      namespace !== missed.namespace &&
      network.forwards(namespace, false) &&
      network.addresses(namespace, link.name).length === 0
    const proxy = found.near.find(isProxy)
    if (!proxy) return null
    const { namespace, link } = proxy
    const key = conf(link.name, 'proxy_arp')
    const sysctl = { namespace, ask: 'sysctl', keys: [conf('all', 'proxy_arp'), key] } as const
    const way = { namespace, ask: 'route-get', to: address } as const
    const neighbour = { namespace: missed.namespace, ask: 'neighbour', address } as const
    return {
      ask: [sysctl, way, neighbour],
      ruledOut: say('not-arp-off', { namespace, target: address }),
      judge(answers): Finding | null {
        const on = [conf('all', 'proxy_arp'), key].some((each) => valueOf(answers.of(sysctl).output, each) === '1')
        const lost = noWay(answers.of(way))
        if (on && !lost) return null
        const evidence = answers.evidence(neighbour, sysctl, way)
        if (lost)
          return {
            code: 'no-route',
            namespace,
            interface: link.name,
            message: say('arp-proxy-lost', { namespace, interface: link.name, target: address }),
            evidence,
            repair: null,
          }
        return {
          namespace,
          interface: link.name,
          message: say('arp-proxy-off', { namespace, interface: link.name, target: address, key }),
          evidence,
          repair: { namespace, steps: [{ op: 'sysctl-set', namespace, key, value: '1', before: '0' }] },
        }
      },
    }
  },
}

/** It got the echo and was told not to answer any. */
export const echoOff: Rule = {
  code: 'arp-off',
  suspect({ death, probe }) {
    if (death?.stage !== 'target' || death.leg !== 'request' || probe.protocol !== 'icmp') return null
    const { namespace } = death
    const key = isIpv6(death.dst) ? 'net.ipv6.icmp.echo_ignore_all' : 'net.ipv4.icmp_echo_ignore_all'
    const sysctl = { namespace, ask: 'sysctl', keys: [key] } as const
    return {
      ask: [sysctl],
      ruledOut: say('not-echo-off', { namespace }),
      judge: (answers): Finding | null =>
        valueOf(answers.of(sysctl).output, key) === '1'
          ? {
              namespace,
              interface: death.interface,
              message: say('echo-off', { namespace, key }),
              evidence: answers.evidence(sysctl),
              repair: { namespace, steps: [{ op: 'sysctl-set', namespace, key, value: '0', before: '1' }] },
            }
          : null,
    }
  },
}
