/** The kernel follows the lab that a hand changes: one apply under way, at most one waiting, and of those the latest wins. */
import type { Target } from '../canvas/selection.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'

/** A change of the lab that the kernel is to follow. */
export interface Followed {
  readonly label: string
  /** What it is about, the first as exactly as can be. */
  readonly touched: readonly Target[]
  /** Takes it back: what the kernel refuses must not stay in the lab. */
  readonly back: () => unknown
}

interface Surroundings {
  readonly document: LabDocument
  readonly deploy: Deploy
  /** Whether a finished gesture is carried out by itself: in a sandbox that runs, if the person wants it so. */
  atOnce(): boolean
}

export class Following {
  /** The change that waits for its turn; null: none waits, or none is under way. */
  private waiting: Followed | null = null
  private underWay = false

  /** @param refused the kernel did not take it; where `stays`, something else was changed meanwhile that may be right */
  constructor(
    private readonly around: Surroundings,
    private readonly refused: (change: Followed, stays: boolean) => void,
  ) {}

  /** To be asked before a change. What waits for Deploy, as a file that was changed outside, is not carried out with it. */
  get follows(): boolean {
    const { deploy, document } = this.around
    if (!deploy.busy && !deploy.hasEdits) document.fromOutside = false
    if (document.fromOutside) return false
    return this.underWay || deploy.busy || !deploy.hasEdits
  }

  async follow(change: Followed): Promise<void> {
    this.waiting = change
    if (this.underWay) return
    this.underWay = true
    const { deploy, document } = this.around
    for (;;) {
      // At once where nothing is under way: what the change and the beginning of its work do to the window is one update.
      if (deploy.busy) await deploy.idle()
      const next: Followed | null = this.waiting
      this.waiting = null
      if (next === null) break
      // By what the lab says, not by what the kernel shows: that may still be on its way.
      if (!this.around.atOnce() || !deploy.isStanding || document.broken || !deploy.hasEdits) continue
      if (document.fromOutside) continue
      const { text } = document
      if (await deploy.deploy()) continue
      this.refused(next, document.text !== text)
    }
    this.underWay = false
  }
}
