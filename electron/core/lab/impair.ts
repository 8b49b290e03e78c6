/** Reads what an `impair:` entry says: `20ms`, `1%`, `10mbit`. */
import type { Impair } from './lab.js'
import type { LabFile } from './schema.js'

const number = '([0-9]+(?:\\.[0-9]+)?)'
const delayPattern = new RegExp(`^${number}(us|ms|s)$`)
const lossPattern = new RegExp(`^${number}%$`)
const ratePattern = new RegExp(`^${number}(bit|kbit|mbit|gbit)$`)

const microseconds: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000 }
/** tc(8): SI steps, bits per second. */
const bits: Readonly<Record<string, number>> = { bit: 1, kbit: 1000, mbit: 1_000_000, gbit: 1_000_000_000 }

/** netem counts the delay in 32 bits of scheduler ticks; an hour is below that everywhere and above every lesson. */
const maxDelayUs = 3_600_000_000
const maxRateBit = 100_000_000_000

/** Microseconds, 0..3600 s, or null if the text is no delay. */
export function parseDelay(text: string): number | null {
  const match = delayPattern.exec(text)
  const value = match && Math.round(Number(match[1]) * (microseconds[match[2] ?? ''] ?? NaN))
  return value !== null && value <= maxDelayUs ? value : null
}

/** Per cent, 0..100, or null if the text is no loss. */
export function parseLoss(text: string): number | null {
  const match = lossPattern.exec(text)
  const value = match && Number(match[1])
  return value !== null && value <= 100 ? value : null
}

/** Bits per second, 8 bit (one byte, the least tbf can count) to 100 gbit, or null if the text is no rate. */
export function parseRate(text: string): number | null {
  const match = ratePattern.exec(text)
  const value = match && Math.round(Number(match[1]) * (bits[match[2] ?? ''] ?? NaN))
  return value !== null && value >= 8 && value <= maxRateBit ? value : null
}

type LinkEntry = NonNullable<LabFile['links']>[number]
export type ImpairEntry = NonNullable<Exclude<LinkEntry, readonly unknown[]>['impair']>

/** Null where nothing is impaired, so that `impair: {}` and no entry are the same. */
export function normaliseImpair(entry: ImpairEntry | undefined): Impair | null {
  if (!entry) return null
  const impair: Impair = {
    delayUs: entry.delay === undefined ? null : parseDelay(entry.delay),
    lossPercent: entry.loss === undefined ? null : parseLoss(entry.loss),
    rateBit: entry.rate === undefined ? null : parseRate(entry.rate),
  }
  return impair.delayUs === null && impair.lossPercent === null && impair.rateBit === null ? null : impair
}
