/** A rule that takes more of the TTL than the one hop it is. */
import type { Repair } from '../repair.js'
import type { Evidence } from '../diagnosis.js'
import type { Question } from '../question.js'
import type { Scene } from '../scene.js'
import { eventEvidence, metBy, setsLife } from './altering.js'
import { askChain, withoutRule } from './firewall.js'

export interface Lowered {
  readonly namespace: string
  readonly rule: string
  readonly heard: readonly Evidence[]
  readonly ask: Question
  readonly repair: Repair | null
}

/** @param allowed the TTL the packet was given by its sender's setting */
export function loweredBy(scene: Scene, allowed: number): Lowered | null {
  const { hops, death } = scene
  for (const hop of hops) {
    const { namespace, observed, packet } = hop
    if (!observed || packet?.ip?.dst !== death?.dst || !takesMore(scene, namespace, allowed)) continue
    const verdict = metBy(scene, hop, setsLife)
    if (!verdict) continue
    const step = withoutRule(scene, verdict)
    return {
      namespace,
      rule: verdict.rule ?? '',
      heard: eventEvidence(verdict),
      ask: askChain(verdict),
      repair: step && { namespace, steps: [step] },
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
