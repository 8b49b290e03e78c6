/** The trace that is shown as a film file, the same page that the command line writes. */
import { filmBytes, filmData } from '../../electron/core/film/film.js'
import { filmHtml } from '../../electron/core/film/film-file.js'
import { tracePcap, type Trace } from '../../electron/core/diagnosis/trace.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import type { LiveState } from '../../electron/core/live/state.js'
import { download } from './download.js'
import type { Session } from './session.svelte.js'

interface Shown {
  readonly session: Session
  readonly lab: Lab
  /** Of the lab file. */
  readonly text: string
  readonly trace: Trace
  readonly live: LiveState
}

/** False where it would be larger than a film file may be. */
export async function saveFilm({ session, ...shown }: Shown): Promise<boolean> {
  const application = `Vethlab ${session.shell?.version ?? ''}`
  // A part of the program that most windows never need.
  const { default: page } = await import('virtual:film-page')
  const capture = tracePcap(shown.trace, application)
  const film = new Blob([filmHtml(page, filmData({ application, capture, ...shown }))], { type: 'text/html' })
  if (film.size > filmBytes) return false
  download(film, `${shown.lab.name}.film.html`, session)
  return true
}
