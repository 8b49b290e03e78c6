import type { LiveLink } from '../../live/state.js'
import type { KernelStep } from '../../plan/step.js'
import type { Network } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, type Place } from '../segment.js'
import { say } from '../words.js'

type Vxlan = NonNullable<LiveLink['vxlan']>

interface Mismatch {
  readonly near: Place
  readonly far: Place
  readonly what: 'id' | 'port' | 'remote'
  readonly values: readonly [string, string]
  /** What the far end should be. */
  readonly right: Vxlan
}

/** The two ends of a tunnel do not fit: what one wraps, the other throws away. */
export const tunnelMismatch: Rule = {
  code: 'tunnel-mismatch',
  suspect(scene) {
    const found = mismatch(scene)
    if (!found) return null
    const { near, far, what, values } = found
    const links = [near, far].map(
      ({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name, details: true }) as const,
    )
    return {
      ask: links,
      ruledOut: say('not-tunnel'),
      judge: (answers): Finding => ({
        namespace: far.namespace,
        interface: far.link.name,
        message: say('tunnel-mismatch', {
          namespace: near.namespace,
          interface: near.link.name,
          otherNamespace: far.namespace,
          otherInterface: far.link.name,
          what,
          value: values[0],
          otherValue: values[1],
        }),
        evidence: answers.evidence(...links),
        repair: { namespace: far.namespace, steps: remade(scene.network, far, found.right) },
      }),
    }
  },
}

/** Of a tunnel that the packet should have taken: one on the segment of who sends. */
function mismatch({ death, network }: Scene): Mismatch | null {
  const missed = death?.missed
  const link = missed && network.link(missed.namespace, missed.dev)
  const start = missed && link ? [{ namespace: missed.namespace, link }] : []
  const around = start.flatMap((place) => [place, ...segment(network, place, true)])
  // The tunnel's own packet arrived, and what was in it did not.
  const arrived = death
    ? (network.namespace(death.namespace)?.links ?? []).map((each) => ({ namespace: death.namespace, link: each }))
    : []
  for (const near of [...around, ...arrived]) {
    const { vxlan } = near.link
    if (!vxlan?.remote || !vxlan.local) continue
    for (const far of tunnelsAt(network, vxlan.remote)) {
      const other = far.link.vxlan
      if (!other || (other.remote !== vxlan.local && other.id !== vxlan.id)) continue
      const pairs: readonly (readonly [Mismatch['what'], string, string])[] = [
        ['id', String(vxlan.id), String(other.id)],
        ['port', String(vxlan.port), String(other.port)],
        ['remote', vxlan.local, other.remote ?? ''],
      ]
      const wrong = pairs.find(([, a, b]) => a !== b)
      const fits = tunnelsAt(network, vxlan.remote).some(
        ({ link: each }) =>
          each.vxlan?.id === vxlan.id && each.vxlan.port === vxlan.port && each.vxlan.remote === vxlan.local,
      )
      if (wrong && !fits)
        return {
          near,
          far,
          what: wrong[0],
          values: [wrong[1], wrong[2]],
          right: { id: vxlan.id, port: vxlan.port, local: vxlan.remote, remote: vxlan.local },
        }
    }
  }
  return null
}

const tunnelsAt = (network: Network, address: string): Place[] =>
  network
    .owners(address)
    .flatMap(({ namespace }) =>
      (network.namespace(namespace)?.links ?? [])
        .filter(({ vxlan }) => vxlan !== null)
        .map((link) => ({ namespace, link })),
    )

/** A tunnel's numbers cannot be changed: it is made anew with all that was on it. */
function remade(network: Network, { namespace, link }: Place, right: Vxlan): KernelStep[] {
  const { vxlan, name, mac, mtu } = link
  if (!vxlan) return []
  const make = ({ id, port, local, remote }: Vxlan): KernelStep[] => [
    { op: 'vxlan-add', namespace, name, id, port, local: local ?? '', remote: remote ?? '', mac, mtu },
    ...(link.master === null
      ? []
      : [{ op: 'link-master' as const, namespace, name, master: link.master, before: null }]),
    ...network
      .addresses(namespace, name)
      .map(({ address, family }) => ({ op: 'address-add' as const, namespace, dev: name, address, family })),
    ...(link.up ? [{ op: 'link-up' as const, namespace, name }] : []),
  ]
  return [{ op: 'link-delete', namespace, name, restore: make(vxlan) }, ...make(right)]
}
