/** A lab file, or one that a lab is made of, that is dragged onto the window. A browser gives its text and no path, so it opens as a lab without a file. */
import { t } from '../i18n/text.svelte.js'
import type { App } from './app.svelte.js'
import { tell } from './tell.js'

/** As large as a lab file may be (bytes). */
const largest = 4 * 1024 * 1024

export const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

export async function openDropped(app: App, file: File): Promise<void> {
  // The desktop's preload script knows the path, and its shell opens the file itself.
  if (app.session.shell?.shell === 'desktop') return
  const { name } = file
  if (!/\.(?:ya?ml|sh|bash)$/i.test(name)) return refuse(t('drop.noLab', { name }))
  if (file.size > largest) return refuse(t('drop.tooLarge', { name }))
  try {
    await app.files.openFile({ path: null, text: await file.text(), fingerprint: null }, null, name)
  } catch {
    refuse(t('drop.unreadable', { name }))
  }
}

function refuse(message: string): void {
  tell({ code: 'dropped-file', message, where: null, output: null })
}
