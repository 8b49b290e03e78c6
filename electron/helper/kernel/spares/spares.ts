/**
 * Namespaces made ahead of the steps that name them, on a thread of their own: most of the time that one takes to make,
 * the kernel holds no lock that the other steps need. Until it has a name a spare is nowhere to be seen, and one that is
 * not needed in the end goes with its descriptors, so a step refused half-way is what it would be without them.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Refusal } from '../errno.js'
import { type Held, letGo } from '../namespace.js'
import { type MakerData, SpareRing } from './shared.js'

/** Beside the file that this one is bundled into. */
const makerFile = new URL('./namespace-maker.js', import.meta.url)

/** For fewer, waking the thread does not pay. */
const worthFrom = 8
/** Longest wait for a spare that is being made (milliseconds): the kernel may be busy cleaning up. */
const waitMs = 2000

export class Spares {
  readonly #ring = new SpareRing()
  readonly #ended: Promise<void>
  #ready = false
  /** Expected and not asked for yet. */
  #open = 0

  /**
   * Starts the thread, where there is a processor for it.
   * @param home descriptor of the calling thread's namespace, to be closed after `close` only
   * @param makes false: no namespace will ever be asked for
   */
  constructor(home: number, makes = true) {
    const workerData: MakerData = { memory: this.#ring.memory, home }
    const maker =
      makes && availableParallelism() > 1 ? new Worker(makerFile, { name: 'namespace-maker', workerData }) : null
    this.#ended = new Promise((resolve) => (maker ? maker.once('exit', () => resolve()) : resolve()))
    maker?.once('online', () => (this.#ready = true))
    // Without it every namespace is made when its step comes.
    maker?.on('error', () => (this.#ready = false))
    maker?.unref()
  }

  /** From now on so many namespaces will be asked for. */
  expect(count: number): void {
    this.#open = this.#ready && count >= worthFrom ? count : 0
    this.#ring.want(this.#open)
  }

  /** One that was made ahead; null: make it yourself. */
  take(): Held | Refusal | null {
    if (this.#open === 0) return null
    this.#open -= 1
    const ready = this.#ring.take()
    if (ready !== null) return answer(ready)
    if (this.#ring.claim()) return null
    // All that are wanted are made or being made.
    const late = this.#ring.untilReady(waitMs) ? this.#ring.take() : null
    if (late !== null) return answer(late)
    this.#ready = false
    this.#open = 0
    return null
  }

  /** No more will be asked for. */
  release(): void {
    this.#open = 0
    this.#ring.want(0)
    if (this.#ready) this.#ring.untilRest(waitMs)
    for (let left = this.#ring.take(); left !== null; left = this.#ring.take())
      if (typeof left !== 'number') letGo(left)
  }

  /**
   * Resolves when the thread has ended by itself. It is never terminated: one that is just loading machine code would take
   * the whole process with it (an exception in a thread that ends is fatal to an addon).
   */
  close(): Promise<void> {
    this.release()
    this.#ready = false
    this.#ring.end()
    return this.#ended
  }
}

const answer = (spare: Held | number): Held | Refusal => (typeof spare === 'number' ? Refusal.of(spare) : spare)
