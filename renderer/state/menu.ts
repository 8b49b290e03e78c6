/** The shell's own menu says which entry was chosen; what it does is the action of that name. */
import type { Action } from './actions.js'
import type { App } from './app.svelte.js'

export function bindMenu(app: App, actions: readonly Action[]): () => void {
  return app.link.on('menu/chosen', ({ entry }) => {
    const action = actions.find(({ id }) => id === entry)
    if (action && (action.enabled?.() ?? true)) action.run()
  })
}
