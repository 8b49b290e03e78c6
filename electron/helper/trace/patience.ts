/**
 * How long somebody waits for answers of the network. What a busy machine needs for its own work is no part of it: there,
 * too, a fix gets the time in which it can show that it helps. All of it together has an end all the same.
 */

/** Times the waiting itself: our own work takes a fraction of it on an idle machine. */
const withWork = 5

export class Patience {
  #left: number
  readonly #end: number

  /** @param ms spent on waiting at most */
  constructor(ms: number) {
    this.#left = ms
    this.#end = performance.now() + ms * withWork
  }

  /** Milliseconds that may still be waited. */
  get left(): number {
    return Math.max(0, Math.min(this.#left, this.#end - performance.now()))
  }

  /** @param limitMs after which `act` ends by itself; what it takes beyond that is the machine's */
  async wait<T>(limitMs: number, act: (limitMs: number) => Promise<T>): Promise<T> {
    const begun = performance.now()
    try {
      return await act(limitMs)
    } finally {
      this.#left -= Math.min(limitMs, performance.now() - begun)
    }
  }
}
