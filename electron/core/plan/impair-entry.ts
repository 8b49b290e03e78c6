import type { ImpairEntry, ImpairKeys } from '../lab/impair.js'
import type { Impair } from '../lab/lab.js'
import { delayText, percentText, rateText, sameImpair } from './qdisc.js'

/** As an `impair:` entry of a lab file says it. */
export function impairEntry(impair: Impair): ImpairKeys {
  const { delayUs, jitterUs, lossPercent, duplicatePercent, corruptPercent, reorderPercent, rateBit } = impair
  return {
    ...(delayUs ? { delay: delayText(delayUs) } : {}),
    ...(jitterUs ? { jitter: delayText(jitterUs) } : {}),
    ...(lossPercent ? { loss: percentText(lossPercent) } : {}),
    ...(duplicatePercent ? { duplicate: percentText(duplicatePercent) } : {}),
    ...(corruptPercent ? { corrupt: percentText(corruptPercent) } : {}),
    ...(reorderPercent ? { reorder: percentText(reorderPercent) } : {}),
    ...(rateBit ? { rate: rateText(rateBit) } : {}),
  }
}

/** Of both ends of a cable, `namespace:name`; undefined where neither impairs anything. */
export function cableImpair(
  ends: readonly [string, string],
  [a, b]: readonly [Impair | null, Impair | null],
): ImpairEntry | undefined {
  if (!a && !b) return undefined
  if (a && sameImpair(a, b)) return impairEntry(a)
  return {
    ...(a && { [ends[0]]: impairEntry(a) }),
    ...(b && { [ends[1]]: impairEntry(b) }),
  }
}
