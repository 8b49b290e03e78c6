import { labInterface } from '../lab-says.js'
import { isIpv6 } from '../network.js'
import type { RepairStep } from '../repair.js'
import { counterEvidence, moved, type Rule } from '../rule.js'
import { say } from '../words.js'
import { addressRepair } from './no-address.js'
import { noWay, wayOut } from './routing.js'
import { valueOf } from './sysctl.js'
import { astray } from './wrong-route.js'

/** Reverse path filtering (RFC 3704): the larger of `all` and the interface's own value counts. */
export const rpFilter: Rule = {
  code: 'rp-filter',
  suspect(scene) {
    const { death } = scene
    if (!death || death.interface === null || death.src === null || death.dst.includes(':')) return null
    if (death.stage === 'bridge' || death.stage === 'cable' || death.stage === 'stranger') return null
    // One that comes back to where it has been is filtered rightly.
    if (astray(scene)) return null
    const { namespace, interface: name, src, dst } = death
    const keys = ['all', name].map((each) => `net.ipv4.conf.${each.replaceAll('.', '/')}.rp_filter`)
    const sysctl = { namespace, ask: 'sysctl', keys } as const
    const back = { namespace, ask: 'route-get', to: src } as const
    const check = { namespace, ask: 'route-get', to: dst, from: src, iif: name } as const
    const addresses = { namespace, ask: 'addresses', dev: name } as const
    const bare = !scene.network.addresses(namespace, name).some(({ address }) => !isIpv6(address))
    const wanted = (labInterface(scene.lab, namespace, name)?.addresses ?? []).some((address) => !isIpv6(address))
    return {
      ask: [sysctl, back, check, ...(bare ? [addresses] : [])],
      ruledOut: say('not-rp-filter', { namespace }),
      judge(answers) {
        // The kernel itself must refuse this very packet, and have counted one; without any way back, that is the cause.
        if (!moved(scene, namespace, 'TcpExtIPReversePathFilter')) return null
        if (noWay(answers.of(back)) || wayOut(answers.of(back)) === 'lo' || !noWay(answers.of(check))) return null
        const values = keys.map((key) => valueOf(answers.of(sysctl).output, key) ?? '0')
        if (values.every((value) => value === '0')) return null
        // An interface without an address passes no filter, not even a loose one (fib_validate_source).
        if (bare && (wanted || values.includes('2')))
          return {
            code: 'no-address',
            namespace,
            interface: name,
            message: say('no-address', { namespace, interface: name, family: 'IPv4' }),
            evidence: [
              ...answers.evidence(addresses, check),
              ...counterEvidence(scene, namespace, ['TcpExtIPReversePathFilter']),
            ],
            repair: addressRepair(scene, namespace, name),
          }
        // The larger of the two counts, so loose filtering by the interface alone is enough.
        const steps: RepairStep[] = [
          { op: 'sysctl-set', namespace, key: keys[1] ?? '', value: '2', before: values[1] ?? '0' },
        ]
        return {
          namespace,
          interface: name,
          message: say('rp-filter', {
            namespace,
            interface: name,
            source: src,
            value: Math.max(...values.map(Number)),
          }),
          evidence: [
            ...counterEvidence(scene, namespace, ['TcpExtIPReversePathFilter']),
            ...answers.evidence(sysctl, check, back),
          ],
          repair: { namespace, steps },
        }
      },
    }
  },
}
