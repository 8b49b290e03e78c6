import type { ImpairEntry } from '../lab/impair.js'
import type { Impair } from '../lab/lab.js'
import { delayText, percentText, rateText } from './qdisc.js'

/** As an `impair:` entry of a lab file says it. */
export function impairEntry({ delayUs, lossPercent, rateBit }: Impair): ImpairEntry {
  return {
    ...(delayUs ? { delay: delayText(delayUs) } : {}),
    ...(lossPercent ? { loss: percentText(lossPercent) } : {}),
    ...(rateBit ? { rate: rateText(rateBit) } : {}),
  }
}
