/** Long lists for people: their middle is counted instead, so that what they come to is seen without scrolling. */

export interface Kept {
  /** Items at the beginning and at the end that stay. */
  readonly first: number
  readonly last: number
}

/** The flag that shows everything. */
const all = '--all'

/** The words in the place of what was left out. */
export const leftOut = (count: number, what: string): string => `... ${count} more ${what}; ${all} shows them`

/**
 * The items in order, and the number of those that are left out in between where there is a gap.
 * @param stays of items that no list lacks
 */
export function shortened<T>(
  items: readonly T[],
  { first, last }: Kept,
  stays: (item: T) => boolean = () => false,
): (T | number)[] {
  const shown: (T | number)[] = []
  // A gap of one takes as much room as what it hides.
  if (items.length <= first + last + 1) return [...items]
  let gap = 0
  for (const [index, item] of items.entries()) {
    if (index >= first && index < items.length - last && !stays(item)) {
      gap += 1
      continue
    }
    if (gap > 0) shown.push(gap)
    gap = 0
    shown.push(item)
  }
  return shown
}
