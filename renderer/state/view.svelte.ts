/** Which parts of the frame are open, and what the dock shows. */
import type { LeftPanel, Settings } from './settings.svelte.js'

export type DockTab = 'terminal' | 'trace' | 'plan' | 'file' | 'commands' | 'checks' | 'drift'

export class View {
  tab = $state<DockTab>('terminal')
  private folded = $state(false)

  constructor(private readonly settings: Settings) {}

  /** The panel on the left that is seen; null: none. */
  get left(): LeftPanel | null {
    return this.folded ? null : this.settings.left
  }

  /** What was open gives its room to something else for now. */
  get foldedLeft(): LeftPanel | null {
    return this.folded ? this.settings.left : null
  }

  openLeft(panel: LeftPanel | null): void {
    this.folded = false
    this.settings.set({ left: panel })
  }

  /** For as long as something else needs the room; what was open is not forgotten. */
  fold(on: boolean): void {
    this.folded = on
  }

  showTab(tab: DockTab): void {
    this.tab = tab
    if (!this.settings.dock) this.settings.set({ dock: true })
  }
}
