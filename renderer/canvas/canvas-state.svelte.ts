/** The canvas's own state: from lab and live state to the drawing, kept stable from one change to the next. */
import type { Lab } from '../../electron/core/lab/lab.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Language } from '../i18n/catalogue.js'
import { buildScene } from './build-scene.js'
import { canvasWords } from './canvas-words.js'
import type { Drawing } from './drawing.js'
import { homeOf, layOut, remembered, type Places } from './layout.js'
import { reuse } from './reuse.js'
import { sceneAsWritten } from './scene-as-written.js'
import type { Scene } from './scene.js'

export interface CanvasInput {
  readonly lab: Lab | null
  readonly live: LiveState | null
  readonly standing: Lab | null
  /** What the kernel has otherwise than the lab is written is not to be seen. */
  readonly veiled: boolean
  readonly language: Language
  readonly realHost: boolean
  readonly captions: ReadonlyMap<string, string> | undefined
  /** Somebody draws in it. */
  readonly editing: boolean
}

export class CanvasState {
  #input: () => CanvasInput
  /** The place of a box while it is dragged. */
  moving = $state.raw<Places>({})
  // The last drawing is no state: it is only what the next one is compared with. Places of a drag that still goes on are
  // not kept: it may be taken back.
  #last: { name: string; key: string; drawing: Drawing; places: Places; home: Places; still: boolean } | null = null

  constructor(input: () => CanvasInput) {
    this.#input = input
  }

  readonly scene: Scene = $derived.by(() => {
    const { lab, live, standing, veiled, captions } = this.#input()
    if (veiled && lab && live) return sceneAsWritten({ lab, live, ...(captions && { captions }) })
    return buildScene({ lab, live, standing, ...(captions && { captions }) })
  })

  readonly drawing: Drawing = $derived.by(() => {
    const { lab, language, realHost, editing } = this.#input()
    const name = lab?.name ?? ''
    const key = `${name} ${language}`
    // Another lab starts from nothing; the same one keeps every box where it is. In another language its words have other
    // sizes, and it is arranged anew, but for what somebody drew.
    const last = this.#last?.name === name && (this.#last.key === key || this.#last.still) ? this.#last : null
    // What somebody drew stays as it was drawn, afterwards too.
    const still = editing || (last?.still ?? false)
    const dragged = new Set(Object.keys(this.moving))
    const drawing = layOut(this.scene, {
      words: canvasWords(language, realHost),
      saved: { ...lab?.layout, ...this.moving },
      previous: last?.places ?? {},
      home: last?.home ?? {},
      still,
      dragged,
    })
    const kept = reuse(last?.key === key ? last.drawing : null, drawing)
    const places =
      dragged.size > 0 && last ? last.places : remembered(last?.places ?? {}, kept, lab?.layout ?? {}, still)
    this.#last = { name, key, drawing: kept, places, home: homeOf(last?.home ?? {}, places, lab?.layout ?? {}), still }
    return kept
  })
}
