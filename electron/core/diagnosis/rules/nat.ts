/** Where an address should have been rewritten: the last namespace that sent the request on, and its rules of NAT. */
import { containsAddress } from '../../lab/address.js'
import type { LabNat } from '../../lab/lab.js'
import type { NatPart } from '../../lab/schema.js'
import { parseRule } from '../../plan/parse-rule.js'
import type { Scene } from '../scene.js'

export interface Crossing {
  readonly namespace: string
  readonly iif: string | null
  readonly oif: string
  /** As it left. */
  readonly src: string
  readonly dst: string | null
}

/** Where the request was routed last, the end of its way that is nearest to the far side. */
export const lastCrossing = (scene: Scene): Crossing | null => crossings(scene)[0] ?? null

/** Every place where the request was routed and went on, the last first. */
export function crossings({ hops }: Scene): (Crossing | null)[] {
  return hops
    .filter(({ leg, event }) => leg === 'request' && event === 'routed')
    .map((routed) => {
      const out = hops.find(
        ({ n, leg, namespace, direction, event }) =>
          n > routed.n &&
          leg === 'request' &&
          namespace === routed.namespace &&
          direction === 'out' &&
          event === 'sent',
      )
      const { src, dst = null } = out?.packet?.ip ?? {}
      if (!out || out.interface === null || src === undefined) return null
      const came = hops.find(({ n }) => n === routed.comparedWith)
      return { namespace: routed.namespace, iif: came?.interface ?? null, oif: out.interface, src, dst }
    })
    .toReversed()
}

/** Rules of NAT that a namespace has and a lab file has words for. */
export const liveNat = ({ network }: Scene, namespace: string): LabNat[] =>
  (network.namespace(namespace)?.ruleset.iptables ?? []).flatMap((rule) => {
    const parsed = rule.table === 'nat' ? parseRule(rule) : null
    return parsed?.kind === 'nat' ? [parsed.rule] : []
  })

export type SourceNat = Extract<LabNat, { readonly kind: 'masquerade' | 'snat' }>
export type TargetNat = Extract<LabNat, { readonly kind: 'dnat' }>

export const isSourceNat = (rule: LabNat): rule is SourceNat => rule.kind === 'masquerade' || rule.kind === 'snat'

/** A packet as a rule of NAT sees it. */
export interface Seen {
  readonly source: string | null
  readonly destination: string | null
  readonly protocol: string
  /** Destination port. */
  readonly port: number | null
}

/** Whether the rule means such packets, whatever the interface. What is not known of the packet speaks for the rule. */
export function means(rule: LabNat, { source, destination, protocol, port }: Seen): boolean {
  const is = (part: NatPart, fits: boolean): boolean => fits !== (rule.not?.includes(part) ?? false)
  return (
    (rule.source === undefined || source === null || is('source', containsAddress(rule.source, source))) &&
    (rule.destination === undefined ||
      destination === null ||
      is('destination', containsAddress(rule.destination, destination))) &&
    (!rule.protocol || is('protocol', rule.protocol === protocol)) &&
    (!rule.port || is('port', rule.port === port))
  )
}

/** Whether it counts for what leaves by the interface. */
export const leavesBy = (rule: SourceNat, oif: string): boolean =>
  rule.out === null || (rule.out === oif) !== (rule.not?.includes('out') ?? false)
