/**
 * Where a learner stands in the guide of the open lab. All of it follows from the kernel's state: which steps are done,
 * what is missing, which step is in view. Kept beside that is only what the kernel cannot tell: answers, what was typed,
 * checks that have passed, and where somebody has turned the page.
 */
import { untrack } from 'svelte'
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { commandEffects, shownByKernel } from '../../electron/core/guide/command-effects.js'
import { isMeans, missingParts } from '../../electron/core/guide/missing-parts.js'
import type { MissingPart } from '../../electron/core/guide/missing-parts.js'
import { isSameProbe, probeOf } from '../../electron/core/guide/typed-command.js'
import type { Typed } from '../../electron/core/guide/typed-command.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { GuideStep, LabFile } from '../../electron/core/lab/schema.js'
import type { Params } from '../../electron/core/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { Checks } from '../state/checks.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { Acts } from './acts.svelte.js'
import { Asking } from './asking.js'
import type { Circumstances } from './circumstances.js'
import type { Progress } from './progress.svelte.js'
import { renamed, stepChecks } from './step-check.js'
import type { StepCheck } from './step-check.js'

/** In the kept answers: not answered yet. */
const unanswered = -1

/** Of a command: nobody has carried it out, somebody has, or what it does was so before anybody did. */
export type Tick = 'open' | 'done' | 'already'

const prefixOf = (step: number): string => `guide step ${step + 1}`

export class Guide {
  /** Results of the steps' own checks; the lab's have their tab. */
  readonly checks: Checks
  private readonly asking: Asking
  /** Index of the step in view. */
  index = $state(0)
  /** Somebody has turned to a step that is not the next to do, and reads there. */
  private byHand = $state(false)
  /** The network was deployed, and its guide is read along. */
  reading = $state(false)
  /** Chosen option by step index. */
  readonly answers = new SvelteMap<number, number>()
  /**
   * Steps that were done in the network that stands: what the step asks for was there, what it asks to be sent was sent,
   * and its checks have passed. A later step may undo what they saw.
   */
  private readonly passed = new SvelteSet<number>()
  private readonly acts = new Acts(() => this.steps)
  /** Furthest step that was in view: what lies before it was passed. */
  private reached = $state(0)
  /** Something of a network was there. */
  private stood = false
  /** Steps that were done when the guide last followed. */
  private lastDone: readonly boolean[] = []
  /** Opened, and not yet looked at the kernel. */
  private fresh = true

  constructor(
    rpc: Rpc,
    private readonly document: LabDocument,
    private readonly around: Circumstances,
    private readonly progress: Progress,
  ) {
    this.checks = new Checks(
      rpc,
      () => this.stepChecks.flat().map(({ check }) => check),
      () => this.labOfSteps(),
      () => around.live.wiring,
      // They run by themselves, while somebody builds or repairs.
      () => false,
    )
    this.asking = new Asking(this.checks)
  }

  readonly steps: readonly GuideStep[] = $derived.by(() => this.document.lab?.guide ?? [])
  readonly current = $derived(this.steps[this.index] ?? null)
  readonly isLast = $derived(this.index >= this.steps.length - 1)
  /** There is something to build, not only to read. */
  private readonly builds = $derived(this.steps.some(({ done }) => done?.namespaces ?? done?.links))

  readonly stepChecks: readonly (readonly StepCheck[])[] = $derived.by(() => {
    const namespaces = this.document.lab?.namespaces ?? new Map()
    return this.steps.map(({ done }, index) => stepChecks(done?.checks ?? [], prefixOf(index), namespaces))
  })

  /** By step, what the kernel does not have of it; null while the kernel's state is not known. */
  private readonly missing: readonly (readonly MissingPart[])[] | null = $derived.by(() => {
    const { state } = this.around.live
    const known = this.document.lab?.namespaces
    return state && this.steps.map(({ done }) => (done ? missingParts(done, state, known) : []))
  })

  /** For each step: whether what it asks for is there. */
  readonly done: readonly boolean[] = $derived(this.steps.map((step, index) => this.isDone(step, index)))

  /** Things that a later step needs are wanted as they are named; of the ways to a purpose the checks are the judge. */
  private hasThings(index: number): boolean {
    const parts = this.missing?.[index]
    if (!parts) return false
    return (this.stepChecks[index]?.length ?? 0) > 0 ? parts.every(isMeans) : parts.length === 0
  }

  private isDone({ done, ask }: GuideStep, index: number): boolean {
    if (this.reading) return index < this.reached
    const answered = !ask || this.answers.get(index) === ask.answer
    if (!done) return ask ? answered : index < this.reached || (index === this.reached && this.isLast)
    return answered && (!this.needsProof(index) || this.passed.has(index)) && this.holds(index)
  }

  /** What the step asks for is there, or was until a later one took it away. */
  private holds(index: number): boolean {
    return this.hasThings(index) || (this.passed.has(index) && (this.takenAwayIn[index] ?? Infinity) <= this.reached)
  }

  /** The kernel's state alone does not tell that it is done. */
  private needsProof(index: number): boolean {
    return (this.stepChecks[index]?.length ?? 0) > 0 || this.acts.asked(index)
  }

  /** First step that is not done; behind the last where all are. */
  private readonly open = $derived.by(() => {
    const first = this.done.indexOf(false)
    return first < 0 ? this.steps.length : first
  })

  /** Steps whose things and packets are all there: only their question waits for its answer. */
  private readonly unansweredOnly: readonly boolean[] = $derived.by(() =>
    this.steps.map(({ done, ask }, index) => {
      if (!ask || this.reading || this.answers.get(index) === ask.answer) return false
      if (!done || this.passed.has(index)) return !done || this.hasThings(index)
      // Before an answer its checks are not asked; what can be told without them is what the kernel has.
      const isAsked = this.answers.get(index) !== undefined && this.needsProof(index)
      return !isAsked && this.missing?.[index]?.length === 0 && this.acts.unsent(index).length === 0
    }),
  )

  /** At the last step all is built, and these steps have a question that is still open; empty else. */
  readonly questionsLeft: readonly number[] = $derived.by(() => {
    if (!this.isLast || this.deciding || this.finished) return []
    if (this.steps.some((_, index) => !this.done[index] && !this.unansweredOnly[index])) return []
    return this.steps.flatMap((_, index) => (this.unansweredOnly[index] ? [index] : []))
  })

  readonly finished = $derived.by(
    () => this.steps.length > 0 && (this.reading ? this.isLast : this.open === this.steps.length),
  )

  /** A step before the one in view that was passed over, and that this one may need, or only its question; null: none. */
  readonly skipped: { readonly step: number; readonly onlyQuestion: boolean } | null = $derived.by(() => {
    if (this.reading || this.deciding || this.open >= this.index) return null
    const before = this.done.slice(0, this.index)
    const step = before.findIndex((isDone, index) => !isDone && !this.unansweredOnly[index])
    return step < 0 ? { step: this.open, onlyQuestion: true } : { step, onlyQuestion: false }
  })

  /** All was deployed: is the guide read along, or the network taken down and built? */
  readonly deciding = $derived.by(
    () => this.builds && this.around.isStanding() && !this.reading && this.open < this.steps.length,
  )

  /** A prediction that the network has not judged yet: nothing beside it may give the answer away. */
  readonly predicting = $derived.by(() => {
    const { current, index } = this
    return current?.ask !== undefined && !this.judged && this.answers.get(index) === undefined
  })
  /** Whether the answer to the question in view may be told. */
  readonly judged = $derived.by(() => {
    const { current, index } = this
    if (!current?.done || this.reading) return true
    return this.needsProof(index) ? this.passed.has(index) : this.hasThings(index)
  })

  private readonly effects = $derived.by(() => commandEffects(this.steps.flatMap(({ commands }) => commands ?? [])))

  /** For each step, the first later one that takes away something it has made; Infinity where none does. */
  private readonly takenAwayIn: readonly number[] = $derived.by(() => {
    const stepOf = this.steps.flatMap(({ commands }, step) => (commands ?? []).map(() => step))
    const first = this.steps.map(() => Infinity)
    this.effects.forEach((effect, command) => {
      const step = stepOf[command] ?? 0
      for (const undone of effect?.undoneBy ?? []) {
        const taker = stepOf[undone.command] ?? step
        if (taker > step) first[step] = Math.min(first[step] ?? Infinity, taker)
      }
    })
    return first
  })

  /** For each command of the step in view: whether the kernel shows what it does; null where it cannot. */
  private readonly shown: readonly (boolean | null)[] = $derived.by(() => {
    const { state } = this.around.live
    const before = this.steps.slice(0, this.index).flatMap(({ commands }) => commands ?? []).length
    const shown = state ? shownByKernel(this.effects, state) : []
    return (this.current?.commands ?? []).map((_, number) => shown[before + number] ?? null)
  })
  /** The same, when the step came into view. */
  private found = $state.raw<readonly (boolean | null)[]>([])
  /** The step that this was read for. */
  private foundFor: number | null = null

  /** For each command of the step in view: whether it was carried out, by the kernel's word or by what was typed. */
  readonly ticks: readonly Tick[] = $derived.by(() =>
    (this.current?.commands ?? []).map((line, number) => {
      const typed = this.acts.has(this.index, line)
      if (!(this.shown[number] ?? typed)) return 'open'
      return this.found[number] && !typed ? 'already' : 'done'
    }),
  )

  /** What to say about the step in view: mistakes at once, what is merely to come only where it was passed over. */
  readonly stillMissing: readonly MissingPart[] = $derived.by(() => {
    const parts = this.missing?.[this.index] ?? []
    if (this.reading || this.deciding || this.done[this.index]) return []
    if (this.needsProof(this.index) && this.passed.has(this.index)) return []
    const mistakes = parts.filter(
      ({ values }) => (values['there'] ?? values['like'] ?? hostNamespace) !== hostNamespace,
    )
    const carriedOut = this.ticks.map((tick) => tick !== 'open')
    const last = this.ticks.lastIndexOf('done')
    // All the rest is there, and only the packet has not been sent.
    if (parts.length === 0) return last >= 0 ? this.acts.unsent(this.index) : []
    const passedOver = last >= 0 && (last === carriedOut.length - 1 || carriedOut.slice(0, last).includes(false))
    return passedOver ? [...mistakes, ...parts.filter((part) => !mistakes.includes(part))] : mistakes
  })

  /** The lab with the steps' checks in place of its own: what the helper is asked to run. */
  private labOfSteps(): LabFile | null {
    const lab = this.document.labFile
    const checks = this.steps.flatMap(({ done }, index) => renamed(done?.checks ?? [], prefixOf(index)))
    return lab && { ...lab, checks }
  }

  /** Another lab is open: take up where its guide was left. */
  opened(): void {
    const kept = this.progress.of(this.document.lab?.name)
    this.forget()
    this.index = Math.min(kept?.step ?? 0, Math.max(0, this.steps.length - 1))
    this.reached = this.index
    this.reading = kept?.reading ?? false
    this.stood = (kept?.passed?.length ?? 0) > 0 || this.reading
    this.fresh = kept === null
    for (const step of kept?.passed ?? []) this.passed.add(step)
    kept?.answers.forEach((answer, step) => {
      if (answer !== unanswered) this.answers.set(step, answer)
    })
  }

  private forget(): void {
    this.answers.clear()
    this.passed.clear()
    this.acts.clear()
    this.checks.clear()
    this.reading = false
    this.byHand = false
    this.stood = false
    this.foundFor = null
    this.lastDone = []
    this.index = 0
    this.reached = 0
  }

  /** Call inside an effect: the guide goes where the kernel's state says, and asks the network what only it can tell. */
  follow(): void {
    const { live } = this.around
    if (this.steps.length === 0 || !live.state) return
    const standing = live.hasContent
    const passing = this.stepChecks.flatMap((checks, index) => {
      // Whoever has a check asked sends its packet.
      const ok = checks.length > 0 && checks.every(({ check }) => this.checks.results.get(check.name)?.ok)
      const sent = this.acts.asked(index) && this.acts.unsent(index).length === 0
      return ok || (checks.length === 0 && sent && this.hasThings(index)) ? [index] : []
    })
    const { open, deciding, done, finished } = this
    untrack(() => {
      const newlyDone = done.flatMap((isDone, step) => (isDone && !this.lastDone[step] ? [step] : []))
      this.lastDone = done
      if (standing) this.stood = true
      // Nothing is left of the network that was there: from the beginning.
      else if (this.stood) return this.begin()
      const proved = deciding || this.reading ? passing : [...passing, ...newlyDone]
      const first = proved.filter((index) => !this.passed.has(index))
      for (const index of first) this.passed.add(index)
      if (first.length > 0) this.keep()
      if (finished && !this.progress.of(this.document.lab?.name)?.finished) this.keep(true)
      if (open === this.index) this.byHand = false
      if (this.byHand || deciding || this.reading) return
      // A step that was just done stays in view, to be read; its `Next step` is for the learner.
      const passedOver = open > this.index + 1 && newlyDone.some((step) => step !== this.index)
      if (open < this.index || passedOver || this.fresh) this.show(Math.min(open, this.steps.length - 1))
      this.fresh = false
    })
    // What is there when a step comes into view was not done in it.
    if (this.foundFor !== this.index) {
      this.foundFor = this.index
      this.found = untrack(() => this.shown)
    }
    const asked = this.toAsk
    this.asking.whenChanged(asked?.about ?? null, asked?.names ?? [])
  }

  /**
   * The checks of the step in view, as soon as the network could satisfy them. A prediction comes before them, and what the
   * learner is asked to send: its answer in the terminal is not told beforehand.
   */
  private readonly toAsk = $derived.by(() => {
    const { index, current, around } = this
    const names = (this.stepChecks[index] ?? []).map(({ check }) => check.name)
    if (names.length === 0 || !around.live.state || !around.idle()) return null
    if (this.reading || this.deciding || !this.hasThings(index)) return null
    // What has passed is asked again as long as no later step may have undone it.
    if (this.passed.has(index) && index < this.reached) return null
    if (!this.passed.has(index)) {
      if (current?.ask && this.answers.get(index) === undefined) return null
      if (this.acts.unsent(index).length > 0) return null
    }
    return { about: `${this.document.id} ${index} ${around.live.wiring}`, names }
  })

  private show(index: number): void {
    if (index === this.index) return
    this.index = index
    this.reached = Math.max(this.reached, index)
    this.keep()
  }

  /** Turns to a step. */
  go(index: number): void {
    if (this.deciding) this.reading = true
    this.show(Math.max(0, Math.min(index, this.steps.length - 1)))
    this.byHand = !this.reading && this.index !== this.open
  }

  readAlong(): void {
    this.reading = true
    this.index = 0
    this.reached = 0
    this.keep()
  }

  answer(option: number): void {
    this.answers.set(this.index, option)
    this.keep()
  }

  /** A line was sent off in a terminal. What it sends, and the step asks about, has its answer asked for. */
  ran(typed: Typed): void {
    if (this.steps.length === 0) return
    const asks = this.toAsk !== null
    const commands = this.acts.add(this.index, typed)
    // The first time, they are asked by themselves.
    if (!asks || this.toAsk === null) return
    const probes = commands.map(probeOf)
    const asked = (this.stepChecks[this.index] ?? []).filter(({ check }) =>
      probes.some((probe) => probe !== null && isSameProbe(check, probe)),
    )
    void this.checks.run(asked.map(({ check }) => check.name))
  }

  /** A packet was sent with the trace bar: as good as a ping, or as a connection. */
  probed({ from, to, protocol = 'icmp', port }: Params<'trace/run'>): void {
    if (protocol === 'icmp') this.ran({ namespace: from, line: `ping ${to}` })
    else if (protocol === 'tcp' && port !== undefined) this.ran({ namespace: from, line: `nc ${to} ${port}` })
  }

  /** From the first step, as if nothing had been answered. */
  begin(): void {
    this.forget()
    this.keep()
  }

  private keep(finished = false): void {
    const lab = this.document.lab?.name
    if (lab === undefined) return
    const answers = this.steps.map((_, index) => this.answers.get(index) ?? unanswered)
    const { index: step, reading } = this
    this.progress.keep({ lab, step, answers, passed: [...this.passed], reading, ...(finished ? { finished } : {}) })
  }
}
