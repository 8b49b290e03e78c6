/** Keys that the window takes from a focused shell; all others, with or without Ctrl, belong to what runs in it. */
export interface TerminalKeys {
  copy(): void
  paste(): void
  find(): void
  leave(): void
}

/** True where the key was ours. */
export function takeTerminalKey(event: KeyboardEvent, keys: TerminalKeys): boolean {
  if (event.ctrlKey && event.shiftKey && !event.altKey) {
    const action = { KeyC: keys.copy, KeyV: keys.paste, KeyF: keys.find, Escape: keys.leave }[event.code]
    if (!action) return false
    event.preventDefault()
    if (event.type === 'keydown') action()
    return true
  }
  // Steps of the guide: a chord that shells bind to nothing.
  if (event.ctrlKey && event.altKey && !event.metaKey) return event.code === 'KeyN'
  // These are the window's wherever the focus is: the terminals by number, deploy.
  return (
    event.ctrlKey &&
    !event.altKey &&
    !event.metaKey &&
    (/^Digit[1-9]$/.test(event.code) || event.code === 'Backquote' || event.key === 'Enter')
  )
}
