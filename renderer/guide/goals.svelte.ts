/** What a lab to repair is after: asked again whenever the network has changed, until all of it holds. */
import type { PlacedProblem } from '../../electron/core/lab/problem.js'
import type { CheckEntry, LabFile } from '../../electron/core/lab/schema.js'
import type { Rpc } from '../connection/rpc.js'
import { Checks } from '../state/checks.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { Asking } from './asking.js'
import type { Circumstances } from './circumstances.js'
import type { Progress } from './progress.svelte.js'
import { renamed, stepChecks } from './step-check.js'
import type { StepCheck } from './step-check.js'

const prefix = 'goal'

export class Goals {
  readonly checks: Checks
  private readonly asking: Asking

  constructor(
    rpc: Rpc,
    private readonly document: LabDocument,
    private readonly around: Circumstances,
    private readonly progress: Progress,
  ) {
    this.checks = new Checks(
      rpc,
      () => this.list.map(({ check }) => check),
      () => this.labOfGoals(),
      () => around.live.wiring,
      // They run by themselves, while somebody builds or repairs.
      () => false,
    )
    this.asking = new Asking(this.checks)
  }

  /** Of a variant, all that its lab has asked for. */
  private readonly entries: readonly CheckEntry[] = $derived.by(() => {
    const { goal, vary, checks } = this.document.labFile ?? {}
    return goal ?? (vary ? checks : undefined) ?? []
  })

  readonly list: readonly StepCheck[] = $derived.by(() => {
    return stepChecks(this.entries, prefix, this.document.lab?.namespaces ?? new Map())
  })
  readonly reached = $derived.by(() => this.list.filter(({ check }) => this.checks.results.get(check.name)?.ok).length)
  readonly repaired = $derived.by(() => this.list.length > 0 && this.reached === this.list.length)

  /**
   * What may be told of the file's faults. Of a lab to repair the warnings name the cause: they come after the repair.
   * What keeps it from being built is told at once.
   */
  readonly tellable: readonly PlacedProblem[] = $derived.by(() => {
    const { problems } = this.document
    return this.list.length === 0 || this.repaired ? problems : problems.filter(({ severity }) => severity === 'error')
  })

  /** That it is repaired was seen: in the panel, or beside a film. */
  told = $state.raw(false)

  /** The network stands: every goal has somebody who asks. */
  readonly standing = $derived.by(() => {
    const { live } = this.around
    return live.hasContent && this.list.every(({ check }) => live.byName.has(check.from))
  })

  /** The lab with the goals in place of its checks: what the helper is asked to run. */
  private labOfGoals(): LabFile | null {
    const lab = this.document.labFile
    return lab && { ...lab, checks: [...renamed(this.entries, prefix)] }
  }

  /** Call inside an effect. */
  follow(): void {
    if (this.list.length === 0) return
    const { live, idle } = this.around
    if (!this.standing) this.checks.clear()
    const about = this.standing && idle() && live.state ? `${this.document.id} ${live.wiring}` : null
    this.asking.whenChanged(
      about,
      this.list.map(({ check }) => check.name),
    )
    if (!this.repaired) this.told = false
    const lab = this.document.lab?.name
    if (this.repaired && lab !== undefined && !this.progress.of(lab)?.finished)
      this.progress.keep({ lab, step: 0, answers: [], finished: true })
  }
}
