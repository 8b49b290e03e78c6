/**
 * Whether a change was taken back whole. Only what our own steps have changed counts: whatever anybody else changed while
 * the change was in force stays as it is.
 */
import { hasGateway } from '../plan/restore.js'
import { setBy, type Fact, type Facts } from './facts.js'
import type { RepairStep } from './repair.js'

/** The same facts at four moments. */
export interface Moments {
  readonly before: Facts
  /** Right behind the change. */
  readonly changed: Facts
  /** Right before it was taken back. */
  readonly kept: Facts
  readonly now: Facts
}

/** Facts that are not as they were, and of which nobody else has made what they are. */
export function left({ before, changed, kept, now }: Moments): readonly Fact[] {
  const keys = new Set([before, changed, kept, now].flatMap((facts) => [...facts.keys()]))
  return [...keys].flatMap((key) => {
    const [was, then, later, is] = [before, changed, kept, now].map((facts) => facts.get(key)?.value)
    if (was === then && later === is) return []
    const wanted = then === later ? was : later
    const fact = before.get(key) ?? kept.get(key) ?? now.get(key)
    return is === wanted || !fact ? [] : [is === undefined ? fact : { ...fact, back: null }]
  })
}

/** An interface that goes down takes its IPv6 addresses and its neighbours along, one that loses its last address its routes. */
export function restoration(facts: readonly Fact[]): RepairStep[] {
  const steps = facts.flatMap(({ back }) => back ?? [])
  // Addresses first, then routes without a gateway: gateways are reached by them.
  const rank = (step: RepairStep): number => (step.op === 'route-add' ? 1 + Number(hasGateway(step.route)) : 0)
  return steps.toSorted((a, b) => rank(a) - rank(b))
}

/** A setting that somebody has set meanwhile is theirs. */
export const isOthers = (step: RepairStep, { changed, kept }: Pick<Moments, 'changed' | 'kept'>): boolean => {
  const key = setBy(step)
  return key !== null && changed.get(key)?.value !== kept.get(key)?.value
}
