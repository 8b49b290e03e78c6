/** Times as people read them: µs up to a millisecond, then ms and s. */
export function durationText(ns: number, digits = 1): string {
  const [value, unit] = ns < 1e6 ? [ns / 1e3, 'µs'] : ns < 1e9 ? [ns / 1e6, 'ms'] : [ns / 1e9, 's']
  return `${value.toFixed(digits)} ${unit}`
}

/** A moment, or two as a range: both in the unit of the later. Nobody reads microseconds after a second. */
export function spanText(fromNs: number, toNs: number): string {
  const [unit, ns, digits] = toNs < 1e6 ? ['µs', 1e3, 1] : toNs < 1e9 ? ['ms', 1e6, 3] : ['s', 1e9, 3]
  const text = (at: number): string => (at / Number(ns)).toFixed(Number(digits))
  const [from, to] = [text(fromNs), text(toNs)]
  return `${from === to ? to : `${from}–${to}`} ${unit}`
}

/** One unit for a whole axis. */
export function axisUnit(lengthNs: number): { readonly unit: 'µs' | 'ms' | 's'; readonly ns: number } {
  if (lengthNs < 2e6) return { unit: 'µs', ns: 1e3 }
  return lengthNs < 2e9 ? { unit: 'ms', ns: 1e6 } : { unit: 's', ns: 1e9 }
}

/** Without zeros that say nothing: 0, 10, 2.5. */
export const roundText = (value: number): string => String(Math.round(value * 1000) / 1000)
