/**
 * A variant that somebody works on: what it can be made again of, what was done in it, and the file that is handed in.
 * Its faults are in its own text, as those of any lab to repair; what a trace proves is told a step at a time, and counted.
 */
import { untrack } from 'svelte'
import type { VaryKey } from '../../electron/core/challenge/vary-key.js'
import { withPredicted, type GivenAnswers } from '../../electron/core/challenge/predicted.js'
import type { Unmarked } from '../../electron/core/challenge/submission.js'
import type { Marked } from '../../electron/core/predict/mark.js'
import type { Failure } from '../../electron/core/rpc.js'
import type { StarterLab } from '../../electron/core/rpc-shell.js'
import { attempt, type Rpc } from '../connection/rpc.js'
import type { Goals } from '../guide/goals.svelte.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { keepInTab, keptInTab } from '../state/kept-in-tab.js'
import type { HintLevel } from './kept.js'

/** A lab that variants can be made of. */
export interface Origin {
  readonly name: string
  readonly text: string
}

interface Kept {
  /** Id of the document. */
  readonly lab: string
  /** Milliseconds since the epoch. */
  readonly since: number
  /** In its order, the last of them. */
  readonly typed: readonly string[]
  readonly traces: number
  /** Of what was expected before a probe was sent. */
  readonly answers: GivenAnswers
  readonly hint: HintLevel
  /** When all of it worked for the first time. */
  readonly ended?: number
  /** What it was made of, where that was here. */
  readonly origin: Origin | null
}

interface Parts {
  readonly rpc: Rpc
  readonly document: LabDocument
  readonly deploy: Deploy
  readonly goals: Goals
  readonly starters: () => readonly StarterLab[]
}

const tabKey = 'vethlab.task'
/** Of what was typed; all of it is a small part of what a result may be (lines, and characters of each). */
const mostLines = 1000
const longestLine = 300

export class Task {
  private kept = $state.raw<Kept | null>(null)
  /** A variant is being proved. */
  making = $state(false)
  failure = $state.raw<Failure | null>(null)

  constructor(private readonly parts: Parts) {}

  /** What the open lab is a variant of, and by which numbers; null: it is none. */
  readonly key: VaryKey | null = $derived.by(() => this.parts.document.labFile?.vary ?? null)
  /** Why something fails is to be found out. */
  readonly veils = $derived.by(() => (this.key?.faults ?? 0) > 0 && this.kept !== null && !this.parts.goals.repaired)
  readonly since = $derived.by(() => this.kept?.since ?? null)
  readonly ended = $derived.by(() => this.kept?.ended ?? null)
  readonly commands = $derived.by(() => this.kept?.typed.length ?? 0)
  readonly traces = $derived.by(() => this.kept?.traces ?? 0)
  readonly hint: HintLevel = $derived.by(() => this.kept?.hint ?? 0)
  /** As they are graded: to be told what to look at, and the cause, are hints; the repair is a fix. */
  readonly help = $derived.by(() => ({ hints: Math.min(this.hint, 2), fixes: this.hint > 2 ? 1 : 0 }))

  /** The sound lab that another variant can be made of; null: nobody here has it. */
  readonly origin: Origin | null = $derived.by(() => {
    const { labFile, text, broken, starter } = this.parts.document
    if (!labFile || broken) return null
    const starters = this.parts.starters()
    const sound = (fits: (lab: StarterLab) => boolean): Origin | null => {
      const found = starters.find((lab) => !lab.broken && fits(lab))
      return found ? { name: found.name, text: found.text } : null
    }
    const { vary } = labFile
    if (vary) return sound(({ name }) => name === vary.of) ?? this.kept?.origin ?? null
    if (!labFile.broken && !labFile.goal) return (labFile.checks ?? []).length > 0 ? { name: labFile.name, text } : null
    // Of what was opened again, the name tells.
    const from = starters.find(({ id }) => id === starter) ?? starters.find(({ name }) => name === labFile.name)
    return from ? sound(({ rung }) => rung === from.rung) : null
  })

  /** Another lab is open, or the same after a reload. */
  opened(): void {
    const { id } = this.parts.document
    const kept = keptInTab<Kept>(tabKey)
    if (this.key === null) this.keep(null)
    else if (kept?.lab === id) this.kept = kept
    else this.keep({ lab: id, since: Date.now(), typed: [], traces: 0, answers: {}, hint: 0, origin: null })
  }

  /** Call inside an effect: the clock stops when all of it works. */
  follow(): void {
    const { kept } = this
    if (kept && kept.ended === undefined && this.parts.goals.repaired)
      untrack(() => this.keep({ ...kept, ended: Date.now() }))
  }

  /** What the variant that was just opened was made of. */
  madeOf(origin: Origin): void {
    if (this.kept) this.keep({ ...this.kept, origin })
  }

  /** A line was sent off in a terminal. */
  ran(line: string): void {
    const { kept } = this
    const typed = line.trim().slice(0, longestLine)
    if (kept && typed !== '') this.keep({ ...kept, typed: [...kept.typed, typed].slice(-mostLines) })
  }

  probed(): void {
    if (this.kept) this.keep({ ...this.kept, traces: this.kept.traces + 1 })
  }

  /** Somebody had said before which way it would take. */
  predicted(probe: { readonly from: string; readonly to: string }, marked: Marked): void {
    const { kept } = this
    if (kept) this.keep({ ...kept, answers: withPredicted(kept.answers, probe, marked) })
  }

  moreHelp(): void {
    if (this.kept && this.kept.hint < 3) this.keep({ ...this.kept, hint: (this.kept.hint + 1) as HintLevel })
  }

  /**
   * @param seed whole, 0 to 4294967295
   * @param faults 0 to 3
   * @returns the variant's text; null: there is none, and `failure` says why, or nobody waits for it any more
   */
  async make({ text }: Origin, seed: number, faults: number): Promise<string | null> {
    this.making = true
    this.failure = null
    const made = await attempt(this.parts.rpc.request('variant/make', { text, seed, faults }))
    this.making = false
    if (made.ok) return made.text
    if (made.failure.code !== 'cancelled') this.failure = made.failure
    return null
  }

  async giveUpMaking(): Promise<void> {
    this.failure = null
    if (this.making) await attempt(this.parts.rpc.request('variant/cancel', {}))
  }

  /** The network as it is now, and how it came to be so. */
  async result(student: string): Promise<{ readonly text: string } | { readonly failure: Failure } | null> {
    const { key, kept, parts } = this
    const lab = parts.deploy.kept()?.source.text
    if (!key || !kept || lab === undefined) return null
    const result: Unmarked = {
      'vethlab-result': 1,
      ...{ student, seed: key.seed, lab, answers: kept.answers, commands: [...kept.typed] },
      ...{ started: kept.since, ended: Date.now(), help: this.help },
    }
    const written = await attempt(parts.rpc.request('result/write', result))
    return written.ok ? { text: written.text } : { failure: written.failure }
  }

  private keep(kept: Kept | null): void {
    this.kept = kept
    keepInTab(tabKey, kept)
  }
}
