/** Where a learner stands in the guide of the open lab: the step in view, the answers given, what the kernel shows as done. */
import { SvelteMap } from 'svelte/reactivity'
import type { LabCheck } from '../../electron/core/lab/lab.js'
import { normaliseCheck } from '../../electron/core/lab/normalise-checks.js'
import type { CheckEntry, GuideStep, LabFile, Text } from '../../electron/core/lab/schema.js'
import type { GuideProgress } from '../../electron/core/rpc-shell.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { Checks } from '../state/checks.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import type { Live } from '../state/live.svelte.js'
import { hasParts } from './done.js'

/** In the kept answers: not answered yet. */
const unanswered = -1

/** A check of a step, under a name that no other step's and none of the lab's has. */
export interface StepCheck {
  readonly check: LabCheck
  readonly label: Text
}

const keyOf = (step: number, check: number): string => `guide step ${step + 1} check ${check + 1}`
const named = (step: GuideStep, index: number): readonly CheckEntry[] =>
  (step.done?.checks ?? []).map((entry, number) => ({ ...entry, name: keyOf(index, number) }))

export class Guide {
  /** Results of the steps' own checks; the lab's have their tab. */
  readonly checks: Checks
  /** Index of the step in view. */
  index = $state(0)
  /** Chosen option by step index. */
  readonly answers = new SvelteMap<number, number>()
  private kept: readonly GuideProgress[] = []

  constructor(
    private readonly rpc: Rpc,
    private readonly document: LabDocument,
    private readonly live: Live,
  ) {
    this.checks = new Checks(
      rpc,
      () => this.stepChecks.flat().map(({ check }) => check),
      () => this.labOfSteps(),
    )
  }

  readonly steps: readonly GuideStep[] = $derived.by(() => this.document.lab?.guide ?? [])
  readonly current = $derived(this.steps[this.index] ?? null)
  /** Furthest step that was in view: what lies before it was passed. */
  private reached = $state(0)

  /** For each step: whether what it asks for is there. */
  readonly done: readonly boolean[] = $derived(this.steps.map((step, index) => this.isDone(step, index)))

  private isDone(step: GuideStep, index: number): boolean {
    const { done, ask } = step
    if (!done) return ask ? this.answers.get(index) === ask.answer : index < this.reached
    if (!this.live.state) return false
    const passed = this.stepChecks[index]?.every(({ check }) => this.checks.results.get(check.name)?.ok) ?? true
    return passed && hasParts(done, this.live.state)
  }

  /** By step. A check whose target leads nowhere in the lab is left out; the lab's own rules say so. */
  readonly stepChecks: readonly (readonly StepCheck[])[] = $derived.by(() => {
    const namespaces = this.document.lab?.namespaces
    return this.steps.map((step, index) =>
      named(step, index).flatMap((entry, number) =>
        normaliseCheck(entry, namespaces ?? new Map()).map((check) => ({
          check,
          label: step.done?.checks?.[number]?.name ?? `${check.from} → ${check.target}`,
        })),
      ),
    )
  })

  /** The lab with the steps' checks in place of its own: what the helper is asked to run. */
  private labOfSteps(): LabFile | null {
    const lab = this.document.labFile
    return lab && { ...lab, checks: this.steps.flatMap(named) }
  }

  async load(): Promise<void> {
    this.kept = (await this.rpc.request('guide/read', {})).progress
    this.opened()
  }

  /** Another lab is open: take up where its guide was left. */
  opened(): void {
    const kept = this.kept.find(({ lab }) => lab === this.document.lab?.name)
    this.index = Math.min(kept?.step ?? 0, Math.max(0, this.steps.length - 1))
    this.reached = this.index
    this.answers.clear()
    this.checks.clear()
    kept?.answers.forEach((answer, step) => {
      if (answer !== unanswered) this.answers.set(step, answer)
    })
  }

  /**
   * Goes on where there is something to do: at the beginning where nothing of the lab is there any more, else past steps
   * that are done already.
   */
  takeUp(): void {
    const { state } = this.live
    const isThere = ({ done }: GuideStep): boolean => !done || (state !== null && hasParts(done, state))
    const [first] = this.steps
    if (first && !isThere(first)) return this.go(0)
    const open = this.done.findIndex((done, index) => index >= this.index && !done)
    if (open > this.index) this.go(open)
  }

  go(index: number): void {
    this.index = Math.max(0, Math.min(index, this.steps.length - 1))
    this.reached = Math.max(this.reached, this.index)
    this.keep()
  }

  answer(option: number): void {
    this.answers.set(this.index, option)
    this.keep()
  }

  startAgain(): void {
    this.answers.clear()
    this.reached = 0
    this.go(0)
  }

  private keep(): void {
    const lab = this.document.lab?.name
    if (lab === undefined) return
    const answers = this.steps.map((_, index) => this.answers.get(index) ?? unanswered)
    const progress = { lab, step: this.index, answers }
    this.kept = [...this.kept.filter((each) => each.lab !== lab), progress]
    void attempt(this.rpc.request('guide/write', progress))
  }
}
