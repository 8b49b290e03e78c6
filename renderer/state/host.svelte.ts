/** A lab on this machine itself: what would change there, the way to it with administrator rights, and the way back. */
import { isOnMachine } from '../../electron/core/host/on-machine.js'
import { normalise } from '../../electron/core/lab/normalise.js'
import { stepText } from '../../electron/core/plan/text.js'
import type { Conflict, Failure, LeftBehind, Preflight } from '../../electron/core/rpc.js'
import type { HelperWaiting } from '../../electron/core/rpc-shell.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { t } from '../i18n/text.svelte.js'
import type { HostChoices } from './deploy.svelte.js'
import { previewOnHost } from './host-preview.js'
import type { LabDocument } from './lab-document.svelte.js'
import type { Session } from './session.svelte.js'
import { say, tell } from './tell.js'

export type HostPlan = Preflight['plan']

/** What the rest of the window does for it. */
export interface HostParts {
  readonly session: Session
  readonly document: LabDocument
  /** A helper has taken the place of the one before: everything is taken from it. */
  entered(): Promise<void>
  startSandbox(): Promise<void>
  deploy(choices: HostChoices): Promise<Failure | null>
  /** Whether a lab of this session stands on the machine. */
  hasLab(): boolean
  /** Shows the lab that stands there. */
  showLab(): Promise<void>
  /** What becomes of it. */
  askLeave(): Promise<'undo' | 'keep' | 'cancel'>
}

export class Host {
  /** The page that lists what would change. */
  open = $state(false)
  waiting = $state.raw<HelperWaiting | null>(null)
  /** `rights`: somebody is asked for them. */
  busy = $state<'rights' | 'looking' | 'deploying' | 'undoing' | null>(null)
  /** What the helper has found; null before it has looked. */
  preflight = $state.raw<Preflight | null>(null)
  failure = $state.raw<Failure | null>(null)
  /** Chosen by hand; null: the one of the best default route. */
  uplink = $state<string | null>(null)
  remedies = $state.raw<ReadonlySet<string>>(new Set())
  /** What an earlier session left on this machine. */
  left = $state.raw<LeftBehind | null>(null)
  /** What of it could not be undone when that was tried last, and why, in the kernel's words; null: it was not tried. */
  stays = $state.raw<string | null>(null)

  constructor(
    private readonly rpc: Rpc,
    private readonly parts: HostParts,
  ) {
    rpc.on('helper/waiting', (what) => (this.waiting = what))
  }

  /** Every command, from the helper, which sees what is there; before it runs, as for a machine with nothing in the way. */
  readonly plan: HostPlan = $derived.by(() => {
    if (this.preflight) return this.preflight.plan
    const file = this.parts.document.labFile
    if (!file || this.parts.document.broken) return []
    return previewOnHost(normalise(file)).map(({ step, text, undo }) => ({
      namespace: step.namespace,
      text,
      undo: undo.map(stepText),
      onHost: isOnMachine(step),
    }))
  })

  /** What keeps the lab from being deployed: no remedy has been chosen for it. */
  readonly blocking: readonly Conflict[] = $derived.by(() =>
    (this.preflight?.conflicts ?? []).filter(({ id, severity }) => severity === 'blocks' && !this.remedies.has(id)),
  )

  /** An unfinished lab of an earlier session must go first. */
  readonly blockedByLeft = $derived.by(() => this.left !== null && !this.left.kept)

  readonly canDeploy = $derived.by(
    () => this.busy === null && this.preflight !== null && this.blocking.length === 0 && !this.blockedByLeft,
  )

  async show(): Promise<void> {
    this.open = true
    this.preflight = null
    this.failure = null
    this.remedies = new Set()
    if (this.parts.session.onHost) await this.look()
  }

  /** With administrator rights, or with those that are there already. */
  async proceed(): Promise<void> {
    if (await this.enter()) await this.look()
  }

  async look(): Promise<void> {
    const lab = this.parts.document.labFile
    if (!lab) return
    this.busy = 'looking'
    const uplink = this.uplink === null ? {} : { uplink: this.uplink }
    const answer = await attempt(this.rpc.request('host/preflight', { lab, ...uplink }))
    this.busy = null
    this.failure = answer.ok ? null : answer.failure
    if (!answer.ok) return
    this.preflight = answer.preflight
    // A remedy of something that is no longer in the way is no remedy.
    const there = new Set(answer.preflight.conflicts.map(({ id }) => id))
    this.remedies = new Set([...this.remedies].filter((id) => there.has(id)))
  }

  async chooseUplink(name: string): Promise<void> {
    this.uplink = name
    await this.look()
  }

  choose(id: string, wanted: boolean): void {
    const next = new Set(this.remedies)
    if (wanted) next.add(id)
    else next.delete(id)
    this.remedies = next
  }

  async deploy(): Promise<void> {
    if (!this.canDeploy) return
    const { preflight } = this
    if (preflight === null) return
    this.busy = 'deploying'
    this.failure = await this.parts.deploy({
      shown: preflight.shown,
      remedies: [...this.remedies],
      ...(this.uplink === null ? {} : { uplink: this.uplink }),
    })
    this.busy = null
    if (this.failure === null) this.open = false
    else if (this.failure.code === 'plan-changed') await this.lookAgain(this.failure)
  }

  /** The plan as it is now, and why it is shown again. */
  private async lookAgain(why: Failure): Promise<void> {
    await this.look()
    this.failure ??= why
  }

  async cancel(): Promise<void> {
    await attempt(this.rpc.request('helper/cancel', {}))
  }

  /** Back to the sandbox; what stands on the machine is undone or kept, as the user says. False: it stays as it is. */
  async leave(): Promise<boolean> {
    if (!(await this.settle())) return false
    this.open = false
    await this.back()
    return true
  }

  /** Before this window or this placement is left. False: the user wants neither. */
  async settle(): Promise<boolean> {
    if (!this.parts.session.onHost || !this.parts.hasLab()) return true
    const chosen = await this.parts.askLeave()
    if (chosen === 'cancel') return false
    const answer = await attempt(this.rpc.request('host/leave', { keep: chosen === 'keep' }))
    if (!answer.ok) tell(answer.failure)
    return answer.ok
  }

  /** Takes back what an earlier session left. Administrator rights are only wanted for as long as that takes. */
  async recover(): Promise<void> {
    const stays = this.parts.session.onHost
    if (!(await this.enter())) return
    this.busy = 'undoing'
    const answer = await attempt(this.rpc.request('host/recover', {}))
    this.busy = null
    if (answer.ok) {
      this.left = null
      this.stays = null
      say(t('host.recovered', { count: answer.undone.length }))
      for (const words of answer.kept)
        tell({ code: 'kept', message: t('host.keptForeign'), where: null, output: words })
    } else this.notUndone(answer.failure)
    if (!stays) await this.back()
    else if (this.open) await this.look()
  }

  /** Goes on with a lab that was left running. */
  async attach(): Promise<void> {
    if (!(await this.enter())) return
    this.left = null
    await this.parts.showLab()
  }

  /** Not all of an undo could be carried out, or none of it: what stays is said in the banner, as long as it stays. */
  notUndone(failure: Failure): void {
    this.stays = failure.code === 'undo-refused' ? failure.output : null
    tell(this.stays === null ? failure : { ...failure, output: null })
  }

  async readLeft(): Promise<void> {
    const answer = await this.rpc.request('helper/left', {}).catch(() => null)
    if (answer) this.left = answer.left
  }

  private async enter(): Promise<boolean> {
    if (this.parts.session.onHost) return true
    this.busy = 'rights'
    this.failure = null
    const answer = await attempt(this.rpc.request('helper/start', { placement: 'host' }))
    this.busy = null
    this.waiting = null
    if (answer.ok) {
      await this.parts.entered()
      return true
    }
    if (answer.failure.code === 'cancelled') say(t('host.cancelled'))
    else if (this.open) this.failure = answer.failure
    else tell(answer.failure)
    return false
  }

  private async back(): Promise<void> {
    this.preflight = null
    this.uplink = null
    await this.parts.startSandbox()
    await this.readLeft()
  }
}
