/** Binds the actions to keys. A single letter is a letter wherever somebody types. */
import { createKeybindingsHandler } from 'tinykeys'
import { listenForKeys } from './chords.js'
import { meaningsOf } from './key-table.js'
import type { Action } from './actions.js'
import type { App } from './app.svelte.js'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  target.getAttribute('type') !== 'radio'

/** A field in which nothing was typed has nothing of its own to undo. */
const isUntouched = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.dataset['untouched'] !== undefined

/** A button on it is pressed by Enter, and a list is walked by arrows. */
const isOnPicture = (target: EventTarget | null): boolean =>
  target === document.body ||
  (target instanceof Element && target.closest('main') !== null && !target.closest('button, a, [role=radio]'))

/** Returns a function that takes them off again. */
export function bindShortcuts(app: App, actions: readonly Action[]): () => void {
  const bindings = Object.fromEntries(
    [...meaningsOf(actions)].map(([keys, meanings]) => [
      keys,
      (event: KeyboardEvent) => {
        const meant = meanings.find(({ when }) => when === undefined || (when === 'edit') === app.editing)
        if (meant) carryOut(meant.action, event, meant.everywhere)
      },
    ]),
  )
  const numbers = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [
      `$mod+Digit${index + 1}`,
      (event: KeyboardEvent) => showTerminal(index, event),
    ]),
  )

  function carryOut(action: Action, event: KeyboardEvent, everywhere = false): void {
    // What would be done to the lab is not meant while this machine is shown.
    if (app.machine.open && !action.onMachine) return
    // What has the focus comes first: it may know the key, too.
    if (event.defaultPrevented || app.dialogs.question || app.dialogs.sheet) return
    if (!everywhere && isTyping(event.target) && !(action.inUntouched && isUntouched(event.target))) return
    if (action.onPicture && !isOnPicture(event.target)) return
    // The browser's own meaning of Ctrl S or Ctrl K never helps in here.
    event.preventDefault()
    if (action.enabled?.() ?? true) action.run()
  }

  function showTerminal(index: number, event: KeyboardEvent): void {
    const name = app.live.state?.namespaces[index]?.name
    event.preventDefault()
    if (app.machine.open) return
    if (name !== undefined) void app.showTerminal(name)
  }

  return listenForKeys(createKeybindingsHandler({ ...bindings, ...numbers }) as (event: Event) => void)
}
