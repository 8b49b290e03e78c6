/**
 * Break it: one to three faults in the lab that stands, which nobody is told of. The kernel has them, the lab's text does not,
 * so what differs is the fault itself; it is hidden until all checks hold again, or somebody gives up.
 */
import { untrack } from 'svelte'
import type { Problem } from '../../electron/core/lab/problem.js'
import { inEnglish, said } from '../../electron/core/words/said.js'
import { brokenBy, type Broken } from '../../electron/core/challenge/broken.js'
import { healthyOf, injectionsOf } from '../../electron/core/challenge/catalogue.js'
import type { Injection } from '../../electron/core/challenge/fault.js'
import { inject } from '../../electron/core/challenge/inject.js'
import { pickFaults } from '../../electron/core/challenge/pick.js'
import { normalise } from '../../electron/core/lab/normalise.js'
import { diff } from '../../electron/core/plan/diff.js'
import type { Failure } from '../../electron/core/rpc.js'
import { attempt, type Rpc } from '../connection/rpc.js'
import type { Circumstances } from '../guide/circumstances.js'
import { t } from '../i18n/text.svelte.js'
import { Checks } from '../state/checks.svelte.js'
import type { Commands } from '../state/commands.svelte.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { keepInTab, keptInTab } from '../state/kept-in-tab.js'
import { tell } from '../state/tell.js'
import type { Traces } from '../trace/traces.svelte.js'
import { challengeKey, mostTyped, pointsLeft, type HintLevel, type Kept } from './kept.js'

export interface Ended extends Broken {
  /** Id of the document. */
  readonly lab: string
  readonly how: 'solved' | 'given-up'
  readonly tookMs: number
  readonly points: number
  /** What was typed meanwhile, in its order. */
  readonly typed: readonly string[]
  readonly commands: number
  readonly traces: number
}

/** Why nothing was broken; null: there is nobody left to be told. */
type Refused = 'no-place' | 'not-sound' | 'not-proved' | Failure | null

interface Parts {
  readonly rpc: Rpc
  readonly document: LabDocument
  readonly deploy: Deploy
  readonly traces: Traces
  readonly commands: Commands
  readonly around: Circumstances
  /** Something else keeps the causes of what fails to itself. */
  readonly veiled: () => boolean
}

const message = said`Repair it in the terminals: the lab itself can be changed again when all checks hold.`
const locked: Problem = {
  severity: 'error',
  code: 'challenge',
  path: [],
  message: inEnglish(message),
  hint: null,
  said: { message, hint: null },
}

const seed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

function refuse(refused: Refused): void {
  if (typeof refused === 'string')
    tell({ code: 'challenge', message: t(`challenge.refused.${refused}`), where: null, output: null })
  else if (refused) tell(refused)
}

export class Challenge {
  readonly checks: Checks
  /** Faults are being looked for that break a check. */
  breaking = $state(false)
  private kept = $state.raw<Kept | null>(null)
  private over = $state.raw<Ended | null>(null)
  private asked = ''
  /** Sequence number of the last command before it was broken. */
  private before = 0

  constructor(private readonly parts: Parts) {
    const { rpc, document } = parts
    // Why one fails is what is to be found out.
    this.checks = new Checks(
      rpc,
      () => document.lab?.checks ?? [],
      () => document.labFile,
      () => this.parts.around.live.wiring,
      () => false,
    )
  }

  /** Something is broken, or about to be, and nobody may see what. */
  readonly on = $derived.by(() => this.breaking || this.kept !== null)
  /** How it ended, of the lab that is open. */
  readonly ended: Ended | null = $derived.by(() => (this.over?.lab === this.parts.document.id ? this.over : null))
  readonly hint: HintLevel = $derived.by(() => this.kept?.hint ?? 0)
  readonly points = $derived.by(() => pointsLeft(this.hint))
  readonly since = $derived.by(() => this.kept?.since ?? null)
  readonly commands = $derived.by(() => this.kept?.commands ?? 0)
  readonly traced = $derived.by(() => this.kept?.traces ?? 0)
  readonly working = $derived.by(() => {
    const checks = this.parts.document.lab?.checks ?? []
    return checks.filter(({ name }) => this.checks.results.get(name)?.ok).length
  })

  /** What is asked for: a lab that stands as it is written, with checks, and nobody's work in it. */
  readonly possible = $derived.by(() => {
    const { document, deploy, around } = this.parts
    return (
      !this.on &&
      around.idle() &&
      deploy.isStanding &&
      !deploy.hasEdits &&
      deploy.drift.length === 0 &&
      !document.broken &&
      (document.labFile?.goal ?? []).length === 0 &&
      (document.lab?.checks ?? []).length > 0
    )
  })

  /** @param count how many faults at once, 1 to 3 */
  async break(count: number): Promise<void> {
    const { document, deploy, commands, traces, around } = this.parts
    const { labFile, lab, source, id } = document
    if (!this.possible || !labFile || !lab || !source) return
    this.over = null
    this.before = commands.last
    this.breaking = true
    // A film of the network as it was tells nothing of what it is now.
    traces.clear()
    try {
      const choices = pickFaults(injectionsOf(healthyOf(labFile, lab)), count, seed())
      // Nothing else is done to the network meanwhile.
      const found = await deploy.hold(this.firstThatBreaks(choices, id))
      if ('refused' in found) return refuse(found.refused)
      this.asked = around.live.wiring
      const begun = { typed: [], commands: 0, traces: 0, hint: 0 } as const
      this.keep({ lab: id, since: Date.now(), ...found, ...begun, hidden: [this.before, commands.last] })
    } finally {
      this.breaking = false
    }
  }

  /** Each choice is put into the kernel and asked for; what breaks nothing is taken back. */
  private async firstThatBreaks(
    choices: Iterable<readonly Injection[]>,
    id: string,
  ): Promise<Broken | { readonly refused: Refused }> {
    const { document, deploy, around, rpc } = this.parts
    const { labFile: healthy, source } = document
    if (!healthy || !source) return { refused: null }
    const lab = normalise(healthy)
    const ask = () => attempt(rpc.request('lab/check', { lab: healthy, explain: false }))
    const sound = await ask()
    if (!sound.ok) return { refused: sound.failure }
    if (sound.checks.some(({ ok }) => !ok)) return { refused: 'not-sound' }
    let refused: Refused = 'no-place'
    for (const injections of choices) {
      // Another lab was opened, or the sandbox has ended.
      if (document.id !== id || !deploy.isStanding) return { refused: null }
      const made = inject(source, injections)
      const { state: live } = around.live
      const only = made && live ? diff(normalise(made.broken), live, { former: lab }).map(({ text }) => text) : []
      if (!made || only.length === 0) continue
      refused = 'not-proved'
      // Some of the steps, so that what stands is still the lab as it is written.
      const applied = await attempt(rpc.request('lab/apply', { lab: made.broken, former: 'standing', only }))
      const checked = applied.ok ? await ask() : applied
      const read = await this.readAgain()
      if (read) return { refused: read }
      if (checked.ok && checked.checks.some(({ ok }) => !ok) && around.live.state) {
        for (const check of checked.checks) this.checks.results.set(check.name, check)
        return brokenBy(injections, lab, around.live.state)
      }
      if (!(await deploy.revert(null))) return { refused: deploy.failure }
      const again = await this.readAgain()
      if (again) return { refused: again }
    }
    return { refused }
  }

  /** @returns why it could not be read */
  private async readAgain(): Promise<Failure | null> {
    const read = await attempt(this.parts.around.live.readAgain().then(() => ({ ok: true }) as const))
    return read.ok ? null : read.failure
  }

  /** Call inside an effect: the checks are asked again whenever the network is another one. */
  follow(): void {
    const { kept, asked, checks } = this
    const { document, deploy, around } = this.parts
    this.veil()
    if (!kept) return
    if (document.id !== kept.lab || (around.idle() && !deploy.isStanding)) return untrack(() => this.forget())
    if (!around.live.state || !around.idle() || checks.running.size > 0) return
    const about = around.live.wiring
    if (about !== asked) untrack(() => void this.askAgain(about))
  }

  /** What everybody else must not tell, or do, meanwhile. */
  private veil(): void {
    const { document, deploy, traces, commands } = this.parts
    deploy.veiled = this.on
    traces.veiled = this.on || this.parts.veiled()
    document.locked = this.on ? locked : null
    commands.hidden = this.kept?.hidden ?? (this.breaking ? [this.before, Infinity] : null)
  }

  private async askAgain(about: string): Promise<void> {
    this.asked = about
    const list = this.parts.document.lab?.checks ?? []
    await this.checks.run(list.map(({ name }) => name))
    // Nobody has answered: the next change, or a hand on a row, asks again.
    if (this.checks.failure) return
    // Of a network that has changed meanwhile the answers say nothing.
    if (!this.kept || this.parts.around.live.wiring !== about) return
    if (list.every(({ name }) => this.checks.results.get(name)?.ok)) this.end('solved')
  }

  /** A line was sent off in a terminal. */
  ran(line: string): void {
    const { kept } = this
    if (kept) this.keep({ ...kept, typed: [...kept.typed, line].slice(-mostTyped), commands: kept.commands + 1 })
  }

  probed(): void {
    if (this.kept) this.keep({ ...this.kept, traces: this.kept.traces + 1 })
  }

  moreHelp(): void {
    if (this.kept && this.kept.hint < 3) this.keep({ ...this.kept, hint: (this.kept.hint + 1) as HintLevel })
  }

  /** Shows what was broken, and mends it. */
  async giveUp(): Promise<void> {
    if (!this.kept) return
    if (await this.parts.deploy.revert(null)) this.end('given-up')
  }

  private end(how: Ended['how']): void {
    const { kept, points } = this
    if (!kept) return
    const { since, hint: _hint, hidden: _hidden, ...story } = kept
    this.parts.traces.clear()
    this.over = { ...story, how, tookMs: Date.now() - since, points: how === 'solved' ? points : 0 }
    this.keep(null)
  }

  /** Whatever there was belongs to another lab. */
  forget(): void {
    this.keep(null)
    this.over = null
  }

  /** After a reload: of the lab that is open. */
  restore(): void {
    const kept = keptInTab<Kept>(challengeKey)
    this.keep(kept?.lab === this.parts.document.id ? kept : null)
  }

  private keep(kept: Kept | null): void {
    this.kept = kept
    keepInTab(challengeKey, kept)
  }
}
