/** A file that the page has made: a browser takes it, and the desktop asks for its place. */
import { t } from '../i18n/text.svelte.js'
import type { Session } from './session.svelte.js'
import { say } from './tell.js'

export function download(content: Blob, name: string, { shell }: Session): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has taken hold of the data by then (ms).
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
  // A browser may take it without a word; who was asked for its place knows it.
  if (shell?.shell !== 'desktop') say(t('files.downloaded', { name }), 'download')
}
