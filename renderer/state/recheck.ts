/** Checks that somebody has run run again by themselves when the network has changed: one run at a time. */
import { untrack } from 'svelte'
import type { Checks } from './checks.svelte.js'

export class Recheck {
  private asked = ''

  constructor(private readonly checks: Checks) {}

  /**
   * Call inside an effect.
   * @param about what the answers depend on; null: nobody may ask now
   */
  whenChanged(about: string | null, names: readonly string[]): void {
    const { results, running } = this.checks
    if (results.size === 0 || about === null) return
    // What was asked by hand just now is no news.
    if (running.size > 0) this.asked = about
    else if (about !== this.asked) {
      this.asked = about
      // Why it fails is looked for when somebody asks: that tries fixes in the network.
      untrack(() => void this.checks.run(names, false))
    }
  }
}
