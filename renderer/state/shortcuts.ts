/** Binds the actions to keys. A single letter is a letter wherever somebody types. */
import { createKeybindingsHandler } from 'tinykeys'
import type { Action } from './actions.js'
import type { App } from './app.svelte.js'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  target.getAttribute('type') !== 'radio'

/** Returns a function that takes them off again. */
export function bindShortcuts(app: App, actions: readonly Action[]): () => void {
  /** One key may mean one thing in each mode. */
  const meanings = new Map<string, (event: KeyboardEvent) => void>()
  const bind = (keys: string, action: Action, when: Action['when'], everywhere?: boolean): void => {
    const other = meanings.get(keys)
    meanings.set(keys, (event) => {
      if (when === undefined || (when === 'edit') === app.editor.on) carryOut(action, event, everywhere)
      else other?.(event)
    })
  }
  for (const action of actions) {
    for (const keys of [action.keys ?? []].flat()) bind(keys, action, action.when, action.everywhere)
    if (action.chord) bind(action.chord, action, undefined, true)
  }
  const bindings = Object.fromEntries(meanings)
  const numbers = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [
      `$mod+Digit${index + 1}`,
      (event: KeyboardEvent) => showTerminal(index, event),
    ]),
  )

  function carryOut(action: Action, event: KeyboardEvent, everywhere = false): void {
    // What has the focus comes first: it may know the key, too.
    if (event.defaultPrevented || app.dialogs.question || app.dialogs.sheet) return
    if (!everywhere && isTyping(event.target)) return
    // The browser's own meaning of Ctrl S or Ctrl K never helps in here.
    event.preventDefault()
    if (action.enabled?.() ?? true) action.run()
  }

  function showTerminal(index: number, event: KeyboardEvent): void {
    const name = app.live.state?.namespaces[index]?.name
    event.preventDefault()
    if (name !== undefined) void app.showTerminal(name)
  }

  const listener = createKeybindingsHandler({ ...bindings, ...numbers }) as (event: Event) => void
  addEventListener('keydown', listener)
  return () => removeEventListener('keydown', listener)
}
