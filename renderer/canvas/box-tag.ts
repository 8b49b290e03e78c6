/** The small tag that says what is special about a whole namespace: its words, and where on its box it stands. */
import type { Box, Rect } from './drawing.js'
import { textWidth } from './measure.js'
import type { Presence, SceneNamespace } from './scene.js'
import type { Words } from './words.js'

type TagWords = Pick<Words, 'notReached' | 'notDeployed' | 'madeInTerminal' | 'leaving'>

/** Null where there is nothing special about it. */
export function tagOf(presence: Presence, words: TagWords): string | null {
  if (presence === 'planned') return words.notDeployed
  if (presence === 'foreign') return words.madeInTerminal
  return presence === 'leaving' ? words.leaving : null
}

/** The longest that this namespace may come to bear; a failed trace may leave anyone out. */
export function longestTag({ presence }: SceneNamespace, words: TagWords): string {
  const own = tagOf(presence, words) ?? ''
  return own.length > words.notReached.length ? own : words.notReached
}

export const tagWidth = (text: string): number => Math.round(textWidth(text, 'band') + 18)

/** In the header where there is one, else hanging on the lower border, clear of the routes and of its ports. */
export function tagPlace(box: Box, text: string): Rect {
  const width = tagWidth(text)
  if (box.banded) return { x: box.width - width - 14, y: 7, width, height: 22 }
  const x = box.ports.some(({ side }) => side === 'bottom') ? box.width - width - 14 : 14
  return { x, y: box.height - 6, width, height: 18 }
}
