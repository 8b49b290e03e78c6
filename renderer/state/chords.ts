/**
 * Ctrl Enter is for the window. What opens a menu takes Enter with Ctrl as well as without, and it comes before the window:
 * there the window looks first.
 */
const isOnMenuButton = ({ key, ctrlKey, metaKey, target }: KeyboardEvent): boolean =>
  key === 'Enter' && (ctrlKey || metaKey) && target instanceof Element && target.closest('[aria-haspopup]') !== null

/** @returns what takes the listener off again */
export function listenForKeys(listener: (event: KeyboardEvent) => void): () => void {
  const early = (event: KeyboardEvent): void => {
    if (!isOnMenuButton(event)) return
    listener(event)
    if (event.defaultPrevented) event.stopPropagation()
  }
  addEventListener('keydown', early, { capture: true })
  addEventListener('keydown', listener)
  return () => {
    removeEventListener('keydown', early, { capture: true })
    removeEventListener('keydown', listener)
  }
}
