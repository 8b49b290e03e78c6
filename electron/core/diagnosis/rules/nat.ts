/** Where an address should have been rewritten: the last namespace that sent the request on, and its rules of NAT. */
import { containsAddress } from '../../lab/address.js'
import type { LabNat } from '../../lab/lab.js'
import { parseRule } from '../../plan/rules.js'
import type { Scene } from '../scene.js'

export interface Crossing {
  readonly namespace: string
  readonly iif: string | null
  readonly oif: string
  /** As it left. */
  readonly src: string
}

/** Where the request was routed last, the end of its way that is nearest to the far side. */
export function lastCrossing({ hops }: Scene): Crossing | null {
  const routed = hops.findLast(({ leg, event }) => leg === 'request' && event === 'routed')
  if (!routed) return null
  const out = hops.find(
    ({ n, leg, namespace, direction, event }) =>
      n > routed.n && leg === 'request' && namespace === routed.namespace && direction === 'out' && event === 'sent',
  )
  const src = out?.packet?.ip?.src
  if (!out || out.interface === null || src === undefined) return null
  const came = hops.find(({ n }) => n === routed.comparedWith)
  return { namespace: routed.namespace, iif: came?.interface ?? null, oif: out.interface, src }
}

/** Rules of NAT that a namespace has and a lab file has words for. */
export const liveNat = ({ network }: Scene, namespace: string): LabNat[] =>
  (network.namespace(namespace)?.ruleset.iptables ?? []).flatMap((rule) => {
    const parsed = rule.table === 'nat' ? parseRule(rule) : null
    return parsed?.kind === 'nat' ? [parsed.rule] : []
  })

type SourceNat = Extract<LabNat, { readonly source: string }>

export const isSourceNat = (rule: LabNat): rule is SourceNat => rule.kind !== 'dnat'

export const rewrites = (rule: LabNat, source: string): rule is SourceNat =>
  isSourceNat(rule) && containsAddress(rule.source, source)
