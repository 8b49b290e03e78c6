/**
 * What a new namespace starts with. Where nobody asks the kernel for something else (`net.core.devconf_inherit_init_net`),
 * it copies the machine's own IPv4 settings into each namespace it makes: one machine forwards and checks sources, the next
 * does not. A lab must mean the same on both, so each namespace made for one starts with the kernel's own values.
 */
import { freshSettings, type FreshSetting } from '../../core/plan/fresh-settings.js'
import { type Held, holdCurrent } from './namespace.js'
import type { Refusal } from './errno.js'
import { readSysctl, writeSysctl } from './sysctl.js'

/** What a machine hands on changes only where somebody changes the machine (milliseconds). */
const knownForMs = 1000

/** One for each thread that makes namespaces. */
export class FreshSettings {
  #handedOn: readonly FreshSetting[] = []
  #readAt = -Infinity

  /** In a namespace that has just been made: gives it the kernel's own values, where it has others, and holds it. */
  hold(): Held | Refusal {
    if (performance.now() - this.#readAt > knownForMs) {
      this.#handedOn = freshSettings.filter(({ key, value }) => (readSysctl(key) ?? value) !== value)
      this.#readAt = performance.now()
    }
    for (const { key, value, copied } of this.#handedOn) {
      writeSysctl(key, value)
      if (copied !== null) writeSysctl(copied, value)
    }
    return holdCurrent()
  }
}
