/**
 * Up to which command of a script its network stands. Many take down at their end what they have built; whoever reads them
 * came for what stood before that.
 */
import { hostOf } from '../commands/namespaces.js'
import type { Network } from '../network/network.js'

/** Of a network: what a teardown takes, whatever else it leaves. */
interface Size {
  readonly namespaces: number
  readonly cables: number
}

/** Words of commands that take away, or prepare for it. */
const taking = /^(?:d|del|dele|delete|delbr|delif|flush|down|nomaster|-F|-D|-X)$/

export class Standing {
  /** How many commands until the last one that added to a network. */
  built = 0
  /** How many before the first of those that have only taken away since something was added. */
  #untilTaken: number | null = null
  /** The first namespaces or cables that have gone since the last came: how many commands before it, and what stood. */
  #fallen: { readonly until: number; readonly stood: Size } | null = null

  constructor(readonly network: Network) {}

  get size(): Size {
    return { namespaces: this.network.namespaces.size, cables: this.network.cables.size }
  }

  /**
   * A command for the network has succeeded.
   * @param at its number
   * @param last the number of the last command that it has run
   * @param before what stood when it began
   */
  changed(words: readonly string[], at: number, last: number, before: Size): void {
    const grown = sum(this.size) - sum(before)
    const takes = words.some((word) => taking.test(word))
    if (grown < 0) this.#fallen ??= { until: this.#untilTaken ?? at - 1, stood: before }
    else if (grown > 0) this.#fallen = null
    if (grown < 0 || (takes && grown === 0)) this.#untilTaken ??= at - 1
    else {
      this.#untilTaken = null
      if (this.network.namespaces.size > 1 || hostOf(this.network).devices.size > 1) this.built = last
    }
  }

  /**
   * How many commands to follow for the network before it was taken away; null where it was not.
   * @param isEmpty nothing of it makes a lab
   */
  before(isEmpty: boolean): number | null {
    const fallen = this.#fallen
    if (isEmpty) return fallen?.until ?? (this.built === 0 ? null : this.built)
    // The namespace that everything starts in stays.
    const isGone = fallen !== null && fallen.stood.namespaces > 1 && this.size.namespaces === 1
    return isGone ? fallen.until : null
  }
}

const sum = ({ namespaces, cables }: Size): number => namespaces + cables
