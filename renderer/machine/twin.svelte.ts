/** A lab that was made like this machine: what was done to it since it first stood is what would repair the machine. */
import { untrack } from 'svelte'
import { repairCommands, type TwinSurroundings } from '../../electron/core/machine/repair.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import type { Live } from '../state/live.svelte.js'

export class Twin {
  /** Id of the document that is the twin; null: none was made. */
  private document = $state<string | null>(null)
  private around = $state.raw<TwinSurroundings>({ ways: {}, invented: [] })
  /** As it first stood; null until then. */
  private before = $state.raw<LiveState | null>(null)

  constructor(
    private readonly lab: LabDocument,
    private readonly deploy: Deploy,
    private readonly live: Live,
  ) {}

  readonly isOpen = $derived.by(() => this.document !== null && this.document === this.lab.id)

  made(around: TwinSurroundings): void {
    this.document = this.lab.id
    this.around = around
    this.before = null
  }

  /** To be called in an effect: remembers what the twin was when it first stood. */
  follow(): void {
    if (!this.isOpen || !this.deploy.isStanding || this.deploy.busy) return
    untrack(() => {
      if (this.before) return
      // The last changes of the deploy are on their way.
      void this.live.readAgain().then(() => {
        if (this.isOpen && this.deploy.isStanding) this.before ??= this.live.state
      })
    })
  }

  /** What makes the machine as the twin is by now. */
  readonly commands: readonly string[] = $derived.by(() => {
    const { state } = this.live
    if (!this.isOpen || !this.before || !state || !this.deploy.isStanding || this.deploy.busy) return []
    return repairCommands(this.before, state, this.around)
  })
}
