/** Where a learner stands in the guide of the open lab: the step in view, the answers given, what the kernel shows as done. */
import { SvelteMap } from 'svelte/reactivity'
import type { CheckEntry, GuideStep } from '../../electron/core/lab/schema.js'
import type { LabCheck } from '../../electron/core/lab/lab.js'
import type { GuideProgress } from '../../electron/core/rpc-shell.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import type { Checks } from '../state/checks.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import type { Live } from '../state/live.svelte.js'
import { hasParts } from './done.js'

/** In the kept answers: not answered yet. */
const unanswered = -1

export class Guide {
  /** Index of the step in view. */
  index = $state(0)
  /** Chosen option by step index. */
  readonly answers = new SvelteMap<number, number>()
  private kept: readonly GuideProgress[] = []

  constructor(
    private readonly rpc: Rpc,
    private readonly document: LabDocument,
    private readonly live: Live,
    private readonly checks: Checks,
  ) {}

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
    return hasParts(done, this.live.state) && (done.checks ?? []).every((check) => this.hasPassed(check))
  }

  /** The lab's check that a step means: the one of that name, or that asks the same. */
  checkOf(entry: CheckEntry): LabCheck | null {
    const all = this.document.lab?.checks ?? []
    const target = 'ping' in entry ? entry.ping : 'tcp' in entry ? entry.tcp : entry.udp
    return (
      all.find(({ name }) => name === entry.name) ??
      all.find((check) => {
        const [kind, asked] = [check.kind, check.kind === 'ping' ? check.target : `${check.target}:${check.port}`]
        return kind in entry && check.from === entry.from && asked === target
      }) ??
      null
    )
  }

  private hasPassed(entry: CheckEntry): boolean {
    const check = this.checkOf(entry)
    return check !== null && this.checks.results.get(check.name)?.ok === true
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
    kept?.answers.forEach((answer, step) => {
      if (answer !== unanswered) this.answers.set(step, answer)
    })
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
