/** A lab file, or one that a lab is made of, that is dragged onto the window. A browser gives its text and no path, so it opens as a lab without a file. */
import { openableName } from '../../electron/core/exchange/foreign.js'
import { filmName, labOfFilm } from '../../electron/core/film/film-file.js'
import { saidHere, t } from '../i18n/text.svelte.js'
import type { App } from './app.svelte.js'
import { tell } from './tell.js'

/** As large as a lab file may be (bytes). */
const largest = 4 * 1024 * 1024

export const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

export async function openDropped(app: App, file: File): Promise<void> {
  // The desktop's preload script knows the path, and its shell opens the file itself.
  if (app.session.shell?.shell === 'desktop') return
  const { name } = file
  if (!openableName.test(name)) return refuse(t('drop.noLab', { name }))
  if (file.size > largest) return refuse(t('drop.tooLarge', { name }))
  try {
    let text = await file.text()
    if (filmName.test(name)) {
      const carried = labOfFilm(text)
      if (!carried.ok) return refuse(saidHere(carried.said))
      ;({ text } = carried)
    }
    await app.files.openFile({ path: null, text, fingerprint: null }, null, name)
  } catch {
    refuse(t('drop.unreadable', { name }))
  }
}

function refuse(message: string): void {
  tell({ code: 'dropped-file', message, where: null, output: null })
}
