/** Checks that somebody has run run again by themselves when the network has changed: one run at a time. */
import { untrack } from 'svelte'
import type { Checks } from './checks.svelte.js'

export class Recheck {
  private asked = ''
  /** A run was under way when it was last looked at. */
  private under = false

  constructor(private readonly checks: Checks) {}

  /**
   * Call inside an effect.
   * @param about what the answers depend on; null: nobody may ask now
   */
  whenChanged(about: string | null, names: readonly string[]): void {
    const { results, running } = this.checks
    const begins = running.size > 0 && !this.under
    this.under = running.size > 0
    if (about === null) return
    // What is asked by hand is asked of the network as it is when that begins; what changes meanwhile is news.
    if (begins) this.asked = about
    else if (!this.under && results.size > 0 && about !== this.asked) {
      this.asked = about
      // Why it fails is looked for when somebody asks: that tries fixes in the network.
      untrack(() => void this.checks.run(names, false))
    }
  }
}
