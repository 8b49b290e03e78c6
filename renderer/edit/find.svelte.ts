/** Looking for something on the canvas: what was found stays bright, and Enter goes from one to the next. */
import { findOnCanvas, othersThan } from '../canvas/find.js'
import { everythingReached, type Reach, type Target } from '../canvas/selection.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import type { Live } from '../state/live.svelte.js'

export class Find {
  open = $state(false)
  question = $state('')
  private at = $state(-1)

  constructor(
    private readonly document: LabDocument,
    private readonly live: Live,
    private readonly show: (target: Target) => void,
  ) {}

  readonly found: readonly Target[] = $derived.by(() =>
    this.open ? findOnCanvas(this.document.lab, this.document.labFile, this.live.state, this.question) : [],
  )
  /** From 1; 0: none was gone to yet. */
  readonly number = $derived(Math.min(this.at, this.found.length - 1) + 1)

  /** Everything else is dimmed while something is looked for. */
  readonly reach: Reach = $derived.by(() =>
    this.open && this.question.trim() !== ''
      ? { ...everythingReached, quiet: true, drained: othersThan(this.found, this.document.lab, this.live.state) }
      : everythingReached,
  )

  begin(): void {
    this.open = true
    this.at = -1
  }

  ask(question: string): void {
    this.question = question
    this.at = -1
  }

  step(by: 1 | -1): void {
    const { found } = this
    if (found.length === 0) return
    this.at = this.at < 0 ? (by > 0 ? 0 : found.length - 1) : (this.at + by + found.length) % found.length
    const target = found[this.at]
    if (target) this.show(target)
  }

  end(): void {
    this.open = false
    this.question = ''
  }
}
