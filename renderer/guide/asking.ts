/** Asks the network by itself: once whenever it has changed, and never twice at a time. */
import { untrack } from 'svelte'
import type { Checks } from '../state/checks.svelte.js'

export class Asking {
  private asked = ''

  constructor(private readonly checks: Checks) {}

  /**
   * Call inside an effect.
   * @param about what the answer depends on; null: there is nothing to ask
   */
  whenChanged(about: string | null, names: readonly string[]): void {
    if (about === null) this.asked = ''
    // The end of the run comes back here, and finds what has changed meanwhile.
    else if (this.checks.running.size === 0 && about !== this.asked) {
      this.asked = about
      untrack(() => void this.checks.run(names))
    }
  }
}
