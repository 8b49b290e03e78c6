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

/** A rule that rewrites destinations, and where it stands. */
export interface Published {
  readonly rule: TargetNat
  readonly chain: string
  readonly engine: 'nft' | 'legacy'
}

/** A jump that whatever is sent to the namespace itself takes, as container engines write it. */
const jump = /^(?:-m addrtype --dst-type LOCAL )?-j (\S+)$/

/** What PREROUTING does to what is sent to the namespace itself, in chains that it leads to as well. */
export function publishedBy({ network }: Scene, namespace: string): Published[] {
  const all = (network.namespace(namespace)?.ruleset.iptables ?? []).filter(({ table }) => table === 'nat')
  const chains = new Set(['PREROUTING'])
  // A set is walked to its end, with what is added meanwhile.
  for (const chain of chains)
    for (const each of all) {
      const to = each.chain === chain ? jump.exec(each.rule ?? '')?.[1] : undefined
      if (to !== undefined && all.some((other) => other.chain === to)) chains.add(to)
    }
  return all
    .filter(({ chain }) => chains.has(chain))
    .flatMap(({ chain, engine, ...each }) => {
      const parsed = parseRule({ ...each, engine, chain: 'PREROUTING' })
      return parsed?.kind === 'nat' && parsed.rule.kind === 'dnat' ? [{ rule: parsed.rule, chain, engine }] : []
    })
}

/** Whether it counts for what comes in by the interface. */
export const comesBy = (rule: TargetNat, iif: string): boolean =>
  rule.in === null || (rule.in === iif) !== (rule.not?.includes('in') ?? false)

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
