/** From what is wanted to what is there: the plan, its progress, and what the last run of it said. */
import { tick } from 'svelte'
import { differences } from '../../electron/core/change/difference.js'
import type { Difference } from '../../electron/core/change/difference.js'
import { keepChanges } from '../../electron/core/change/keep.js'
import { keepAll } from '../../electron/core/change/keep-all.js'
import { diff } from '../../electron/core/plan/diff.js'
import { normalise } from '../../electron/core/lab/normalise.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { isQuieting } from '../../electron/core/plan/sysctls.js'
import type { Plan } from '../../electron/core/plan/step.js'
import type { DeployFailure, DeployReport, Failure } from '../../electron/core/rpc.js'
import { t } from '../i18n/text.svelte.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { previewEdit, previewOnHost } from './host-preview.js'
import type { LabDocument, StepName } from './lab-document.svelte.js'
import type { Live } from './live.svelte.js'
import { tellFirst } from './tell.js'

/** What a person decided about a deploy on this machine itself. */
export interface HostChoices {
  /** The interface that stands for the uplink, where it is not the one of the default route. */
  readonly uplink?: string
  /** Ids of the conflicts whose remedy is carried out, too. */
  readonly remedies?: string[]
  /** Fingerprint of the preflight that the person has before their eyes. */
  readonly shown?: string
}

/** Of a lab on this machine that was taken down. */
export interface Aftermath {
  readonly lab: string
  /** What was left alone because it no longer is what the lab had made of it. */
  readonly kept: readonly string[]
  /** What is otherwise than before the lab was built: `-` before, `+` now. */
  readonly differs: readonly string[]
}

export interface Progress {
  readonly done: number
  readonly total: number
}

/** Where a plan would be so long that nobody reads it, it is still counted. */
const none: Plan = []

export class Deploy {
  /** The lab file that was last built in this session. */
  standingFile = $state.raw<LabFile | null>(null)
  /** Id of the document it came from: another document replaces everything, the same one changes what differs. */
  private standingId = $state<string | null>(null)
  /** What the kernel is at, until it ends. */
  private work: Promise<unknown> = Promise.resolve()
  /** The text that it was, where this window has built it. */
  standingText = $state.raw<string | null>(null)
  progress = $state.raw<Progress | null>(null)
  stopping = $state(false)
  /** Something else is at the kernel, step by step. */
  private held = $state(false)
  failure = $state.raw<DeployFailure | Failure | null>(null)
  report = $state.raw<DeployReport | null>(null)
  /** On this machine: what stayed, or is otherwise, when the lab was taken down; null once that was read, or where nothing is. */
  aftermath = $state.raw<Aftermath | null>(null)
  /** The lab as it would be if the gesture that is in the air ended now: its commands are shown before they happen. */
  proposed = $state.raw<Lab | null>(null)
  /** What differs is to be found out, and told by nothing here. */
  veiled = $state(false)
  /** The plan that runs or failed: live changes must not take its lines away while they are read. */
  runningPlan = $state.raw<Plan | null>(null)

  constructor(
    private readonly rpc: Rpc,
    private readonly document: LabDocument,
    private readonly live: Live,
    /** The lab's `host` is this machine itself, where most of what is live is somebody else's. */
    private readonly onHost: () => boolean,
  ) {
    rpc.on('deploy/progress', ({ done, total }) => {
      if (this.progress) this.progress = { done, total }
    })
  }

  readonly standingLab: Lab | null = $derived(this.standingFile ? normalise(this.standingFile) : null)
  /** The lab that is open is the one that was built, give or take its edits. */
  readonly isStanding = $derived.by(() => this.standingId !== null && this.standingId === this.document.id)
  readonly busy = $derived(this.progress !== null || this.stopping || this.held)

  /** What Deploy would do now. Empty: nothing. */
  readonly plan: Plan = $derived.by(() => {
    const lab = this.proposed ?? this.document.lab
    if (!lab || !this.live.state || this.veiled) return none
    // Only the helper knows what of the machine is the lab's; what it would do is on the page that asks.
    if (this.onHost()) {
      if (!this.isStanding || !this.standingLab) return previewOnHost(lab)
      return this.hasEdits || this.proposed ? previewEdit(lab, this.standingLab) : none
    }
    if (!this.isStanding) return diff(lab, this.live.state, { former: 'everything' })
    return this.hasEdits || this.proposed ? diff(lab, this.live.state, { former: this.standingLab }) : none
  })

  /** All of the open lab stands, and none of it was deployed: somebody has built it by hand. */
  readonly isBuiltByHand = $derived.by(() => {
    const { lab } = this.document
    if (!lab || this.isStanding || this.busy || this.onHost() || !this.live.hasContent) return false
    return this.plan.every((planned) => isQuieting(lab, planned))
  })

  /** Objects that the open lab and the kernel do not agree on because somebody changed the kernel. */
  readonly drift: readonly Difference[] = $derived.by(() => (this.veiled ? [] : this.changedByOthers))

  private readonly changedByOthers: readonly Difference[] = $derived.by(() => {
    const { lab } = this.document
    if (!lab || !this.live.state || !this.isStanding || !this.standingLab || this.busy || this.onHost()) return []
    return differences(lab, this.standingLab, this.live.state)
  })

  /** What stands and would be lost with the network: changed by hand after a deploy, or made by hand without one. */
  readonly unkept: readonly Difference[] = $derived.by(() => {
    const { lab } = this.document
    return this.isStanding ? this.drift : lab ? this.unkeptIn(lab) : []
  })

  /** The same of a lab that the open one may become. */
  private unkeptIn(lab: Lab): readonly Difference[] {
    const { isStanding, standingLab } = this
    if (!this.live.state || this.busy || this.onHost() || this.veiled) return []
    if (isStanding) return standingLab ? differences(lab, standingLab, this.live.state) : []
    return differences(lab, lab, this.live.state).filter(({ kind }) => kind === 'extra')
  }

  /** The open lab with all that stands by hand in it; null: it is no YAML. */
  kept(): ReturnType<typeof keepAll> | null {
    const { source } = this.document
    const { state: live } = this.live
    if (!source || !live) return source && { source, problems: [] }
    return keepAll(source, live, (lab) => this.unkeptIn(lab))
  }

  /** The lab says something else than what was deployed; its drawing does not count. */
  readonly hasEdits = $derived.by(() => {
    const [now, then] = [this.document.labFile, this.standingFile]
    if (now === then) return false
    return meaning(now) !== meaning(then)
  })

  readonly canDeploy = $derived.by(() => !this.busy && !this.document.broken && this.plan.length > 0)

  /** What stands already when this window comes to it. */
  found(labFile: LabFile | null): void {
    this.standingFile = labFile
    this.standingText = null
    this.standingId = labFile && this.document.labFile?.name === labFile.name ? this.document.id : null
  }

  forget(): void {
    this.standingFile = null
    this.standingText = null
    this.standingId = null
    this.progress = null
    this.stopping = false
  }

  private async during<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.work = work
    const answer = await work
    // What it has changed is no difference that somebody has made, not even until the next frame.
    this.live.catchUp()
    return answer
  }

  /** Nobody builds, stops or reverts until it is done, but whoever does it. */
  async hold<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.held = true
    try {
      return await this.during(work)
    } finally {
      this.held = false
    }
  }

  /** Resolves when nothing is under way any more, and what came of it is told. */
  async idle(): Promise<void> {
    while (this.busy) {
      await this.work
      await tick()
    }
  }

  /** @param choices on this machine itself */
  async deploy(choices: HostChoices = {}): Promise<boolean> {
    const lab = this.document.labFile
    if (!lab || this.busy) return false
    const { id, text } = this.document
    this.runningPlan = this.plan
    this.failure = null
    this.report = null
    this.progress = { done: 0, total: this.plan.length }
    const answer = await this.during(
      attempt(this.rpc.request('lab/apply', { lab, former: this.isStanding ? 'standing' : 'everything', ...choices })),
    )
    this.progress = null
    if (!answer.ok) {
      this.failure = answer.failure
      return false
    }
    this.report = answer
    this.runningPlan = null
    this.standingFile = lab
    this.standingId = id
    this.standingText = text
    return true
  }

  /** Puts back everything that differs. */
  async revertAll(): Promise<boolean> {
    if (!this.standingFile || this.busy) return false
    return this.revert(null)
  }

  /** @param only the objects to put back; null: all of them */
  async revert(only: readonly Difference[] | null): Promise<boolean> {
    const lab = this.standingFile
    if (!lab || this.progress || this.stopping) return false
    this.progress = { done: 0, total: only?.flatMap(({ steps }) => steps).length ?? this.changedByOthers.length }
    const steps = only?.flatMap((drift) => drift.steps.map(({ text }) => text))
    const answer = await this.during(
      attempt(this.rpc.request('lab/apply', { lab, former: 'everything', ...(steps ? { only: steps } : {}) })),
    )
    this.progress = null
    this.failure = answer.ok ? null : answer.failure
    return answer.ok
  }

  /** @param step what it is a part of; else it is one of its own */
  keep(
    difference: Difference,
    step: StepName = { label: t('drift.kept', { what: difference.what, name: difference.namespace }) },
  ): void {
    const { labFile } = this.document
    if (!labFile || !this.live.state) return
    const kept = this.document.change(keepChanges(labFile, difference, this.live.state), step, 'meaning')
    if (!kept.ok) tellFirst(kept.problems)
  }

  /** All that stands by hand, as one edit of the lab. */
  keepAll(step: StepName = { label: t('drift.keptAll', { count: this.unkept.length }) }): void {
    const kept = this.kept()
    if (!kept) return
    this.document.edit(kept.source.text, step)
    tellFirst(kept.problems)
  }

  async stop(): Promise<boolean> {
    if (this.busy) return false
    this.stopping = true
    const answer = await this.during(attempt(this.rpc.request('lab/clear', {})))
    this.stopping = false
    this.failure = answer.ok ? null : answer.failure
    if (!answer.ok) return false
    const { kept, differs } = answer
    const lab = this.standingFile?.name ?? ''
    this.aftermath = kept.length > 0 || (differs ?? []).length > 0 ? { lab, kept, differs: differs ?? [] } : null
    this.forget()
    return true
  }
}

/** What of a lab file reaches the kernel or the checks. */
function meaning(file: LabFile | null): string {
  if (!file) return ''
  const { vethlab, name, broken, namespaces, links, tunnels, uplink, checks } = file
  return JSON.stringify({ vethlab, name, broken, namespaces, links, tunnels, uplink, checks })
}
