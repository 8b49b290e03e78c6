/** How the window's height is shared while a film runs: the picture first, then the table. CSS pixels. */

/** Of the lower part: the film's buttons, the tabs with their line, the table's head, one of its rows. */
export const parts = { transport: 64, tabs: 37, head: 26, row: 24 } as const

/** The picture has at least this part of the window's height, as far as the least table leaves it. */
const leastPicture = 0.45
/** A table of fewer rows is none; of more, it is worth no smaller picture. On a low window a few rows must do. */
const leastRows = 3
const mostRows = { low: 5, high: 12 } as const
const low = 850

export interface ReplayRoom {
  readonly window: number
  /** What picture and lower part share. */
  readonly middle: number
  /** What the picture needs to be read with ease. */
  readonly picture: number
  readonly hops: number
}

/** Height of the lower part: buttons, tabs and as many whole rows as the picture leaves. */
export function replayHeight({ window, middle, picture, hops }: ReplayRoom): number {
  const fixed = parts.transport + parts.tabs + parts.head
  const most = Math.min(window < low ? mostRows.low : mostRows.high, Math.max(leastRows, hops))
  const free = Math.floor((middle - Math.max(window * leastPicture, picture) - fixed) / parts.row)
  // Where not even the least has room, the picture keeps its part and the table is scrolled.
  const least = Math.min(leastRows, Math.max(1, Math.floor((middle - window * leastPicture - fixed) / parts.row)))
  return fixed + parts.row * Math.min(most, Math.max(least, free))
}
