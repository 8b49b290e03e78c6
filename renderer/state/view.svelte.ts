/** Which parts of the frame are open, and what the dock shows. */
import type { Settings } from './settings.svelte.js'

export type DockTab = 'terminal' | 'trace' | 'plan' | 'commands' | 'checks' | 'drift'

export class View {
  tab = $state<DockTab>('terminal')

  constructor(private readonly settings: Settings) {}

  openDock(): void {
    if (!this.settings.dock) this.settings.set({ dock: true })
  }

  showTab(tab: DockTab): void {
    this.tab = tab
    this.openDock()
  }
}
