/** What is asked of a person before a variant is made, and before one's work on it is handed in. */
import type { App } from '../state/app.svelte.js'
import { download } from '../state/download.js'
import { tell } from '../state/tell.js'
import { resultEnding } from '../../electron/core/challenge/submission.js'

/** In place of the lab that is open. */
export async function newVariant({ task, dialogs, files, document }: App): Promise<void> {
  const { origin } = task
  if (!origin) return
  const text = await dialogs.ask('variant', { origin })
  if (text === null) return
  await files.openFile({ path: null, text, fingerprint: null })
  // Somebody may have kept the lab that was open.
  if (document.text === text) task.madeOf(origin)
}

export async function handIn({ task, dialogs, settings, document, session }: App): Promise<void> {
  if (!task.key) return
  const student = await dialogs.ask('hand-in', {})
  if (student === null) return
  settings.set({ student })
  const result = await task.result(student)
  if (!result) return
  if ('failure' in result) return tell(result.failure)
  const name = `${student}-${document.lab?.name ?? 'lab'}`.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '')
  download(new Blob([result.text], { type: 'application/json' }), `${name}${resultEnding}`, session)
}
