import type { Impair } from '../lab/lab.js'

/**
 * How an impairment becomes a root qdisc. Delay and loss need netem, which can limit the rate as well; a rate alone
 * takes tbf, which many more kernels have.
 */
export type Qdisc =
  | { readonly kind: 'netem'; readonly impair: Impair }
  | { readonly kind: 'tbf'; readonly rateBit: number; readonly burstBytes: number; readonly latencyUs: number }

/** Bytes that may leave back to back: room for one segment of 64 KiB cut up by GSO would hide the limit, 32 KiB shows it. */
export const tbfBurstBytes = 32 * 1024
/** Microseconds a frame may wait for tokens before it is dropped: a short queue, as of a real slow line. */
export const tbfLatencyUs = 50_000

export function qdiscOf(impair: Impair): Qdisc | null {
  const { rateBit } = impair
  if (fields.some((field) => field !== 'rateBit' && impair[field])) return { kind: 'netem', impair }
  return rateBit ? { kind: 'tbf', rateBit, burstBytes: tbfBurstBytes, latencyUs: tbfLatencyUs } : null
}

/** The kernel keeps delay in ticks, shares as 32-bit fractions and rates in whole bytes: these differences are its rounding. */
const rounding = {
  delayUs: 1,
  jitterUs: 1,
  lossPercent: 0.0005,
  duplicatePercent: 0.0005,
  corruptPercent: 0.0005,
  reorderPercent: 0.0005,
  rateBit: 8,
} as const
const fields = Object.keys(rounding) as readonly (keyof typeof rounding)[]

export function sameImpair(a: Impair | null, b: Impair | null): boolean {
  return fields.every((field) => Math.abs((a?.[field] ?? 0) - (b?.[field] ?? 0)) <= rounding[field])
}

/** `20ms`, `1500us`. */
export function delayText(us: number): string {
  return us % 1000 === 0 ? `${us / 1000}ms` : `${us}us`
}

/** `10mbit`, `1500kbit`: the largest unit that keeps a whole number. */
export function rateText(bit: number): string {
  for (const [unit, size] of [
    ['gbit', 1e9],
    ['mbit', 1e6],
    ['kbit', 1e3],
  ] as const) {
    if (bit % size === 0) return `${bit / size}${unit}`
  }
  return `${bit}bit`
}

/** A per cent figure without the digits that the kernel's 32-bit fraction adds. */
export function percentText(percent: number): string {
  return `${Number(percent.toFixed(4))}%`
}
