/** What is on screen as a file that others can open: the picture, or the film of the trace. */
import { t } from '../i18n/text.svelte.js'
import type { Traces } from '../trace/traces.svelte.js'
import type { CanvasCommands } from './actions.js'
import type { LabDocument } from './lab-document.svelte.js'
import type { Live } from './live.svelte.js'
import { saveFilm } from './save-film.js'
import { savePicture, type PictureKind } from './save-picture.js'
import type { Session } from './session.svelte.js'
import { tell } from './tell.js'

interface Parts {
  readonly document: LabDocument
  readonly traces: Traces
  readonly live: Live
  readonly session: Session
  readonly canvas: () => CanvasCommands | null
}

export class Share {
  constructor(private readonly parts: Parts) {}

  async exportPicture(kind: PictureKind): Promise<void> {
    const canvas = this.parts.canvas()
    if (!canvas) return
    try {
      await savePicture(canvas, kind, this.parts.document.lab?.name ?? 'vethlab', this.parts.session)
    } catch (error) {
      tell({ code: 'picture', message: t('files.noPicture'), where: null, output: String(error) })
    }
  }

  /** The trace on screen, in its lab. */
  readonly canFilm: boolean = $derived.by(() => {
    const { document, traces, live } = this.parts
    return traces.current !== null && traces.playable && document.lab !== null && live.state !== null
  })

  async exportFilm(): Promise<void> {
    const { document, traces, session } = this.parts
    const { current: trace } = traces
    const { lab, text } = document
    const { state: live } = this.parts.live
    if (!trace || !lab || !live) return
    const refuse = (output: string | null): void =>
      tell({ code: 'film', message: t(output === null ? 'files.filmTooLarge' : 'files.noFilm'), where: null, output })
    try {
      if (!(await saveFilm({ session, lab, text, trace, live }))) refuse(null)
    } catch (error) {
      refuse(String(error))
    }
  }
}
