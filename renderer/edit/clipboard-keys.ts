/** Ctrl C, X and V on the picture. The browser asks for what is copied, and gives what is pasted, without a question. */
import type { App } from '../state/app.svelte.js'

/** Returns a function that takes them off again. */
export function bindClipboard(app: App): () => void {
  /** Words that somebody has marked, a field and a terminal have a clipboard of their own. */
  const isElsewhere = ({ target }: Event): boolean => {
    if (!app.editing || app.dialogs.question || app.dialogs.sheet) return true
    const on = target instanceof Element ? target : null
    if (on?.closest('input, textarea, select, [contenteditable], .terminal')) return true
    return !(getSelection()?.isCollapsed ?? true)
  }
  const give = (event: ClipboardEvent, text: string | null): void => {
    if (text === null || !event.clipboardData) return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
  }
  function copy(event: ClipboardEvent): void {
    if (!isElsewhere(event)) give(event, app.clipboard.copied())
  }
  function cut(event: ClipboardEvent): void {
    if (!isElsewhere(event)) give(event, app.clipboard.cut())
  }
  // On Linux a middle click pastes, too; on the picture it pans.
  let byKey = false
  const key = (event: KeyboardEvent): void => {
    byKey = event.type === 'keydown' && (event.key === 'Insert' || event.key.toLowerCase() === 'v')
  }
  function paste(event: ClipboardEvent): void {
    if (isElsewhere(event) || !byKey) return
    event.preventDefault()
    void app.clipboard.paste(event.clipboardData?.getData('text/plain') ?? '')
  }
  document.addEventListener('keydown', key, true)
  document.addEventListener('keyup', key, true)
  document.addEventListener('copy', copy)
  document.addEventListener('cut', cut)
  document.addEventListener('paste', paste)
  return () => {
    document.removeEventListener('keydown', key, true)
    document.removeEventListener('keyup', key, true)
    document.removeEventListener('copy', copy)
    document.removeEventListener('cut', cut)
    document.removeEventListener('paste', paste)
  }
}
