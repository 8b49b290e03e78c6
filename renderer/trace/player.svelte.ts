/** Plays a film: one clock, from which everything on screen takes its place. */
import { prefersReducedMotion } from 'svelte/motion'
import type { Film } from './film.js'
import { isPlayable } from './film.js'
import { paceOf, speeds, stillMs, usualSpeed } from './pace.js'
import type { Speed } from './pace.js'
import { asksBefore } from './question.js'

export class Player {
  /** The step that is under way or has been reached. */
  step = $state(0)
  /** Since the step began, ms of film: first the travel, then the rest. */
  elapsedMs = $state(0)
  playing = $state(false)
  speed = $state<Speed>(usualSpeed)
  loop = $state(false)
  /** Number of the hop that the table and the pane show; one of the step's. */
  hop = $state(0)
  /** Ask before an address changes. */
  asking = $state(false)
  /** The step that waits behind a question; null: none. */
  question = $state<number | null>(null)
  private frame = 0
  private last = 0
  private asked = new Set<number>()

  constructor(readonly film: Film) {
    this.seek(0)
  }

  private readonly pace = $derived.by(() => paceOf(this.film, this.step, this.speed))

  /** 0..1 of the way to the step's place. */
  readonly progress = $derived.by(() =>
    this.pace.travelMs === 0 ? 1 : Math.min(1, this.elapsedMs / this.pace.travelMs),
  )
  readonly arrived = $derived(this.progress >= 1)

  /** Real time, ns: the map onto film time is linear within a step. */
  readonly nowNs = $derived.by(() => {
    const to = this.film.steps[this.step]?.atNs ?? 0
    const from = this.film.steps[this.step - 1]?.atNs ?? to
    return from + (to - from) * this.progress
  })

  get atEnd(): boolean {
    return this.step >= this.film.steps.length - 1 && this.arrived
  }

  /** Whether a hop has been shown: all of the steps before, and the step's own once the packet is there. */
  isPlayed(n: number): boolean {
    const step = this.film.byNumber.get(n)?.step ?? Infinity
    return step < this.step || (step === this.step && this.arrived)
  }

  play(): void {
    if (!isPlayable(this.film)) return
    if (this.atEnd) this.place(0, 0)
    if (this.question !== null) this.goOn()
    this.playing = true
    this.last = performance.now()
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame((now) => this.tick(now))
  }

  pause(): void {
    this.playing = false
    cancelAnimationFrame(this.frame)
  }

  toggle(): void {
    if (this.playing) this.pause()
    else this.play()
  }

  /** To a hop's own place, at rest. */
  seek(position: number): void {
    const n = this.film.order[Math.min(Math.max(position, 0), this.film.order.length - 1)]
    if (n === undefined) return
    this.show(n)
  }

  show(n: number): void {
    const step = this.film.byNumber.get(n)?.step
    if (step === undefined) return
    this.pause()
    this.question = null
    this.place(step, paceOf(this.film, step, this.speed).travelMs)
    this.hop = n
  }

  /** Next hop; within a flood, the next copy. While the packet is on its way, to where it is going. */
  next(): void {
    const waits = this.question
    if (!this.arrived && waits === null) return this.show(this.hop)
    const position = this.film.order.indexOf(this.hop) + 1
    const following = this.film.order[position]
    if (following === undefined) return
    const step = this.film.byNumber.get(following)?.step ?? this.step
    if (waits === null && step !== this.step && this.holds(step)) {
      this.pause()
      this.question = step
      return
    }
    this.seek(position)
  }

  previous(): void {
    this.seek(this.film.order.indexOf(this.hop) - 1)
  }

  first(): void {
    this.seek(0)
  }
  end(): void {
    this.seek(this.film.order.length - 1)
  }

  /** To a moment of real time, also between two hops. */
  seekTime(ns: number): void {
    this.pause()
    this.question = null
    const { steps } = this.film
    const step = steps.findIndex((each) => each.atNs >= ns)
    const index = step < 0 ? steps.length - 1 : step
    const to = steps[index]?.atNs ?? 0
    const from = steps[index - 1]?.atNs ?? to
    // Several hops at one moment: the last of them.
    const last = to === ns ? steps.findLastIndex((each) => each.atNs === ns) : index
    const { travelMs } = paceOf(this.film, last, this.speed)
    this.place(last, last !== index || to === from ? travelMs : (travelMs * (ns - from)) / (to - from))
  }

  faster(by: 1 | -1): void {
    const to = speeds[speeds.indexOf(this.speed) + by]
    if (to !== undefined) this.setSpeed(to)
  }

  /** Keeps the place. */
  setSpeed(speed: Speed): void {
    const { progress } = this
    this.speed = speed
    this.elapsedMs = progress * paceOf(this.film, this.step, speed).travelMs
  }

  /** Past the question that waits. */
  goOn(): void {
    const waits = this.question
    if (waits === null) return
    this.question = null
    this.asked.add(waits)
    this.place(waits, 0)
  }

  dispose(): void {
    cancelAnimationFrame(this.frame)
  }

  private place(step: number, elapsedMs: number): void {
    this.step = step
    this.elapsedMs = elapsedMs
    const numbers = this.film.steps[step]?.hops ?? []
    if (!numbers.includes(this.hop)) this.hop = numbers[0] ?? 0
  }

  private holds(step: number): boolean {
    return this.asking && !this.asked.has(step) && asksBefore(this.film, step) !== null
  }

  private tick(now: number): void {
    if (!this.playing) return
    // A window that was hidden goes on where it was.
    let left = Math.min(now - this.last, 100)
    this.last = now
    while (left > 0 && this.playing) left = this.advance(left)
    if (this.playing) this.frame = requestAnimationFrame((next) => this.tick(next))
  }

  /** Moves on by at most `ms`, to the end of the step at most; what is left over. */
  private advance(ms: number): number {
    const { travelMs, restMs } = this.pace
    // Pictures instead of movement: each is there at once and stays for a second.
    const still = prefersReducedMotion.current
    if (still && this.elapsedMs < travelMs) this.elapsedMs = travelMs
    const length = still ? travelMs + stillMs : travelMs + restMs
    const left = this.elapsedMs + ms - length
    if (left < 0) {
      this.elapsedMs += ms
      return 0
    }
    this.elapsedMs = length
    if (this.step < this.film.steps.length - 1) {
      if (this.holds(this.step + 1)) {
        this.question = this.step + 1
        this.pause()
      } else this.place(this.step + 1, 0)
    } else if (this.loop) {
      this.place(0, 0)
    } else this.pause()
    return left
  }
}
