/** A rule of mangle that takes more of the TTL than the one hop it is. */
import { isIpv6 } from '../network.js'
import type { Repair } from '../repair.js'
import type { Question } from '../question.js'
import type { Scene } from '../scene.js'

export interface Lowered {
  readonly namespace: string
  readonly rule: string
  readonly ask: Question
  readonly repair: Repair
}

/** @param allowed the TTL the packet was given by its sender's setting */
export function loweredBy(scene: Scene, allowed: number): Lowered | null {
  const { live, death } = scene
  if (!death) return null
  const ipv6 = isIpv6(death.dst)
  const family = ipv6 ? 'ipv6' : 'ipv4'
  for (const { name: namespace, ruleset } of live.namespaces) {
    if (!takesMore(scene, namespace, allowed)) continue
    const mangle = ruleset.iptables.filter((each) => each.family === family && each.table === 'mangle')
    for (const { engine, table, chain, rule } of mangle) {
      if (rule === null || !/-j (TTL|HL) --(ttl|hl)-(set|dec) /.test(rule)) continue
      const inChain = mangle.filter((each) => each.rule !== null && each.chain === chain && each.engine === engine)
      const position = inChain.findIndex((each) => each.rule === rule) + 1
      return {
        namespace,
        rule,
        ask: { namespace, ask: 'iptables', engine, ipv6, table, chain },
        repair: {
          namespace,
          steps: [{ op: 'saved-rule-delete', namespace, engine, family, table, chain, rule, position }],
        },
      }
    }
  }
  return null
}

/** It came with more than it went on with, or could not go on although it had enough. */
function takesMore({ hops, probe, death }: Scene, namespace: string, allowed: number): boolean {
  const ttlOf = (direction: 'in' | 'out'): number | undefined =>
    hops.find((hop) => {
      const { ip } = hop.packet ?? {}
      return hop.observed && hop.namespace === namespace && hop.direction === direction && ip?.dst === death?.dst
    })?.packet?.ip?.ttl
  const [came, went] = [ttlOf('in'), ttlOf('out')]
  if (namespace === probe.from) return went !== undefined && went < allowed
  if (came === undefined) return false
  if (went !== undefined) return went < came - 1
  return namespace === death?.complaint?.namespace && came > 1
}
