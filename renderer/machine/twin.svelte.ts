/** A lab that was made like this machine: what was done to it since it first stood is what would repair the machine. */
import { untrack } from 'svelte'
import { repairCommands, type TwinSurroundings } from '../../electron/core/machine/repair.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { keepInTab, keptInTab } from '../state/kept-in-tab.js'
import type { Live } from '../state/live.svelte.js'

interface Made {
  /** Id of the document that is the twin. */
  readonly document: string
  readonly around: TwinSurroundings
  /** As it first stood; null until then. */
  readonly before: LiveState | null
}

const key = 'vethlab.twin'

export class Twin {
  /** Null: none was made. */
  private own = $state.raw<Made | null>(null)

  constructor(
    private readonly lab: LabDocument,
    private readonly deploy: Deploy,
    private readonly live: Live,
  ) {}

  /** It is the lab that is open. */
  private readonly open = $derived.by(() => (this.own?.document === this.lab.id ? this.own : null))

  made(around: TwinSurroundings): void {
    this.keep({ document: this.lab.id, around, before: null })
  }

  /** After a reload. */
  restore(): void {
    this.own = keptInTab<Made>(key)
  }

  /** To be called in an effect: remembers what the twin was when it first stood. */
  follow(): void {
    if (!this.open || !this.deploy.isStanding || this.deploy.busy) return
    untrack(() => void this.remember())
  }

  /** What makes the machine as the twin is by now. */
  readonly commands: readonly string[] = $derived.by(() => {
    const { state } = this.live
    const { before, around } = this.open ?? {}
    if (!before || !around || !state || !this.deploy.isStanding || this.deploy.busy) return []
    return repairCommands(before, state, around)
  })

  private async remember(): Promise<void> {
    if (this.open?.before) return
    try {
      // The last changes of the deploy are on their way.
      await this.live.readAgain()
    } catch {
      // The connection broke: with the next one the state comes anew.
      return
    }
    const { open } = this
    if (open && !open.before && this.deploy.isStanding && this.live.state)
      this.keep({ ...open, before: this.live.state })
  }

  private keep(own: Made): void {
    this.own = own
    keepInTab(key, own)
  }
}
