import { normalise } from '../../electron/core/lab/normalise.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import { buildScene } from '../canvas/build-scene.js'
import { canvasWords } from '../canvas/canvas-words.js'
import type { Drawing } from '../canvas/drawing.js'
import { layOut } from '../canvas/layout.js'

const drawn = new Map<string, Drawing | null>()

/**
 * A shipped lab as the canvas would draw it, null where nothing of it can be read. Its text never changes while the window
 * is open: it is read and laid out once, some ten milliseconds, by the first list that shows it.
 */
export function drawingOf(text: string): Drawing | null {
  const known = drawn.get(text)
  if (known !== undefined) return known
  const drawing = draw(text)
  drawn.set(text, drawing)
  return drawing
}

function draw(text: string): Drawing | null {
  const { lab, labFile } = parseLabText(text, 'lab')
  const shown = lab ?? (labFile ? normalise(labFile) : null)
  return shown
    ? layOut(buildScene({ lab: shown, live: null }), { words: canvasWords('en'), saved: shown.layout })
    : null
}
