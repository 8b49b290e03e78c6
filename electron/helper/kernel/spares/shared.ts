/** What the maker of spare namespaces and the kernel worker share: counters, and a ring of descriptors. */
import type { Held } from '../namespace.js'
import { NetlinkSocket } from '../netlink/socket.js'

/** Spares that may wait to be taken. */
const ringSize = 64
/** Descriptors of one: of the namespace, for requests, for events, for the ruleset (-1: none). */
const slotInts = 4

/** Counters at the start of the shared memory. `made` and `taken` only grow, and wrap as 32-bit integers do. */
const wantedAt = 0
const madeAt = 1
const takenAt = 2
/** 1 while the maker is at work, or asks whether it is to be. */
const busyAt = 3
const countersInts = 4

export interface MakerData {
  readonly memory: SharedArrayBuffer
  /** Descriptor of the namespace that the thread begins in, and returns to. */
  readonly home: number
}

export class SpareRing {
  readonly #ints: Int32Array

  constructor(readonly memory = new SharedArrayBuffer((countersInts + ringSize * slotInts) * 4)) {
    this.#ints = new Int32Array(memory)
  }

  /** From now on this many are to be made, by whoever claims them. */
  want(count: number): void {
    Atomics.store(this.#ints, wantedAt, count)
    Atomics.notify(this.#ints, wantedAt)
  }

  /** True: the caller is to make one. */
  claim(): boolean {
    for (;;) {
      const wanted = Atomics.load(this.#ints, wantedAt)
      if (wanted <= 0) return false
      if (Atomics.compareExchange(this.#ints, wantedAt, wanted, wanted - 1) === wanted) return true
    }
  }

  /** The maker's own claim: it is busy until `rest`. */
  claimBusy(): boolean {
    Atomics.store(this.#ints, busyAt, 1)
    if (this.claim()) return true
    this.rest()
    return false
  }

  rest(): void {
    Atomics.store(this.#ints, busyAt, 0)
    Atomics.notify(this.#ints, busyAt)
  }

  /** Waits until the maker rests (at most so many milliseconds). With none wanted, nothing comes after that. */
  untilRest(limitMs: number): void {
    Atomics.wait(this.#ints, busyAt, 1, limitMs)
  }

  /** No more is wanted, ever. */
  end(): void {
    this.want(-1)
  }

  /** Waits until some are wanted; false: never again. */
  untilWanted(): boolean {
    for (;;) {
      const wanted = Atomics.load(this.#ints, wantedAt)
      if (wanted !== 0) return wanted > 0
      Atomics.wait(this.#ints, wantedAt, 0)
    }
  }

  /** Waits until there is room for one more. */
  untilRoom(): void {
    for (;;) {
      const taken = Atomics.load(this.#ints, takenAt)
      if (((this.#made() - taken) | 0) < ringSize) return
      Atomics.wait(this.#ints, takenAt, taken)
    }
  }

  put(held: Held): void {
    const at = this.#slot(this.#made())
    this.#ints.set([held.fd, held.requests.fd, held.events.fd, held.ruleset?.fd ?? -1], at)
    this.#publish()
  }

  /** A refusal in place of a namespace. */
  putRefusal(errno: number): void {
    this.#ints.set([-errno, 0, 0, 0], this.#slot(this.#made()))
    this.#publish()
  }

  #publish(): void {
    Atomics.add(this.#ints, madeAt, 1)
    Atomics.notify(this.#ints, madeAt)
  }

  /** The oldest spare, or the errno of its refusal; null where none is ready. */
  take(): Held | number | null {
    const taken = Atomics.load(this.#ints, takenAt)
    if (taken === this.#made()) return null
    const at = this.#slot(taken)
    const [fd = -1, requests = -1, events = -1, ruleset = -1] = this.#ints.subarray(at, at + slotInts)
    Atomics.add(this.#ints, takenAt, 1)
    Atomics.notify(this.#ints, takenAt)
    if (fd < 0) return -fd
    return {
      fd,
      requests: new NetlinkSocket(requests),
      events: new NetlinkSocket(events),
      ruleset: ruleset < 0 ? null : new NetlinkSocket(ruleset),
    }
  }

  /** Waits for one that is being made; false where none comes in time (milliseconds). */
  untilReady(limitMs: number): boolean {
    const made = this.#made()
    if (Atomics.load(this.#ints, takenAt) !== made) return true
    return Atomics.wait(this.#ints, madeAt, made, limitMs) !== 'timed-out'
  }

  #made(): number {
    return Atomics.load(this.#ints, madeAt)
  }

  #slot(number: number): number {
    return countersInts + ((number >>> 0) % ringSize) * slotInts
  }
}
