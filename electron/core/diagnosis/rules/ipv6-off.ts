import { departureOf } from '../death.js'
import { addressAdd, labInterface, labOwner, routesOver } from '../lab-says.js'
import { isIpv6 } from '../network.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { valueOf } from './sysctl.js'

interface At {
  readonly namespace: string
  readonly dev: string
}

/** IPv6 is switched off on an interface, and its addresses went with it. */
export const ipv6Off: Rule = {
  code: 'ipv6-off',
  suspect(scene) {
    const places = candidates(scene)
    if (places.length === 0) return null
    const asked = places.map((place) => {
      const keys = ['all', place.dev].map((each) => `net.ipv6.conf.${each.replaceAll('.', '/')}.disable_ipv6`)
      return { place, keys, question: { namespace: place.namespace, ask: 'sysctl', keys } as const }
    })
    return {
      ask: asked.map(({ question }) => question),
      ruledOut: say('not-ipv6-off', { namespace: places[0]?.namespace ?? '' }),
      judge(answers): Finding | null {
        for (const { place, keys, question } of asked) {
          const { namespace, dev } = place
          const { output } = answers.of(question)
          // `all` is only what was written last; the interface's own value counts.
          if (valueOf(output, keys[1] ?? '') !== '1') continue
          return {
            namespace,
            interface: dev,
            message: say('ipv6-off', { namespace, interface: dev, key: keys[1] ?? '' }),
            evidence: answers.evidence(question),
            repair: { namespace, steps: repairOf(scene, place, keys[1] ?? '') },
          }
        }
        return null
      },
    }
  },
}

/** Without an IPv6 address: who should send by it, or should have what was asked for. */
function candidates({ death, network, lab, probe }: Scene): At[] {
  const dst = death?.missed?.address ?? departureOf(death)?.dst ?? probe.target
  if (!isIpv6(dst)) return []
  const bareOf = (namespace: string): At[] =>
    (network.namespace(namespace)?.links ?? [])
      .filter(({ kind, master, name }) => {
        const own = network.addresses(namespace, name).some(({ address }) => isIpv6(address))
        return kind !== 'loopback' && master === null && !own
      })
      .map(({ name }) => ({ namespace, dev: name }))
  const owner = labOwner(lab, dst)
  const there =
    owner && network.owners(dst).length === 0 ? [{ namespace: owner.namespace, dev: owner.interface.name }] : []
  const sender = departureOf(death)?.namespace ?? probe.from
  const none = !network.addresses(sender).some(({ address }) => isIpv6(address))
  return [...there, ...(none ? bareOf(sender) : [])]
}

function repairOf(scene: Scene, { namespace, dev }: At, key: string): RepairStep[] {
  const wanted = (labInterface(scene.lab, namespace, dev)?.addresses ?? []).filter((address) => isIpv6(address))
  return [
    { op: 'sysctl-set', namespace, key, value: '0', before: '1' },
    ...wanted.map((address) => addressAdd(namespace, dev, address)),
    ...routesOver(scene, namespace, dev, wanted),
  ]
}
