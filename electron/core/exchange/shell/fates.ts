/**
 * The account of a script: each command of its text is understood, named as left out, without effect, or never reached.
 * There is nothing else, so nothing is lost in silence.
 */
import type { Command } from 'unbash'

export type Fate = 'understood' | 'named' | 'without-effect'

const weight: Readonly<Record<Fate, number>> = { 'without-effect': 0, understood: 1, named: 2 }

export class Fates {
  readonly #fates = new Map<number, Fate>()

  /** What counts of a command in a loop is what is said of it. */
  set({ pos }: Pick<Command, 'pos'>, fate: Fate): void {
    const before = this.#fates.get(pos)
    if (before === undefined || weight[fate] > weight[before]) this.#fates.set(pos, fate)
  }

  get({ pos }: Pick<Command, 'pos'>): Fate | undefined {
    return this.#fates.get(pos)
  }

  get size(): number {
    return this.#fates.size
  }

  count(fate: Fate): number {
    return [...this.#fates.values()].filter((each) => each === fate).length
  }
}
