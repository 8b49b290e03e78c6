/** Reads what an `impair:` entry says: `20ms`, `1%`, `10mbit`. */
import type { z } from 'zod'
import { own } from '../own.js'
import type { Impair } from './lab.js'
import type { impairSchema, LabFile } from './schema.js'

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
/** Of one cable: the same in both directions, or by the end that sends. */
export type ImpairEntry = NonNullable<Exclude<LinkEntry, readonly unknown[]>['impair']>
/** Of one direction. */
export type ImpairKeys = z.infer<typeof impairSchema>

/** Whether it tells the directions apart. No key of an impairment has a colon, and every end has. */
export const isByEnd = (entry: ImpairEntry): entry is Record<string, ImpairKeys> =>
  Object.keys(entry).some((key) => key.includes(':'))

/** What the end `namespace:name` does to the frames that it sends. */
export const impairOf = (entry: ImpairEntry | undefined, end: string): Impair | null => {
  if (!entry) return null
  return normaliseImpair(isByEnd(entry) ? (own(entry, end) ?? {}) : (entry as ImpairKeys))
}

/** Null where nothing is impaired, so that `impair: {}` and no entry are the same. */
function normaliseImpair(entry: ImpairKeys): Impair | null {
  const read = <Value>(text: string | undefined, parse: (text: string) => Value | null): Value | null =>
    text === undefined ? null : parse(text)
  const more = {
    jitterUs: read(entry.jitter, parseDelay),
    duplicatePercent: read(entry.duplicate, parseLoss),
    corruptPercent: read(entry.corrupt, parseLoss),
    reorderPercent: read(entry.reorder, parseLoss),
  }
  const impair: Impair = {
    delayUs: read(entry.delay, parseDelay),
    lossPercent: read(entry.loss, parseLoss),
    rateBit: read(entry.rate, parseRate),
    ...(Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null)) as Partial<Impair>),
  }
  return Object.values(impair).every((value) => value === null) ? null : impair
}
