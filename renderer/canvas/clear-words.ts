/**
 * The last word on words: none is printed over another. Boxes are composed so that names and addresses have their room;
 * where remarks, routes or rules still meet others, those that say less give way. All of it is in the inspector.
 */
import type { Box, Mark, Rect, TextStyle } from './drawing.js'
import { markRect } from './label.js'
import { Places } from './places.js'

/** What stands first stays. */
const order: Record<TextStyle, number> = { ns: 0, nm: 1, ad: 2, nat: 3, band: 4, cpm: 5, cp: 6 }

/** @param taken what else is drawn in the box, relative to it: its tag */
export function clearWords(box: Box, taken: readonly Rect[]): Box {
  const places = new Places()
  for (const each of taken) places.add(each)
  const kept = new Set<Mark>()
  for (const mark of [...box.marks].sort((a, b) => order[a.style] - order[b.style])) {
    const rect = markRect(mark)
    const isNeeded = order[mark.style] <= order.ad
    if (!isNeeded && places.meets(rect)) continue
    places.add(rect)
    kept.add(mark)
  }
  return kept.size === box.marks.length ? box : { ...box, marks: box.marks.filter((mark) => kept.has(mark)) }
}
