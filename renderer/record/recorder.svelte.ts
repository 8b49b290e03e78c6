/**
 * Records what somebody does - lines of terminals, changes by hand, traces - with what the kernel has after each of it, and
 * makes the guide of the open lab of it. What it records comes from where the window learns of it anyway.
 */
import { expectedFrom } from '../../electron/core/change/expect.js'
import type { Trace } from '../../electron/core/diagnosis/trace.js'
import type { GuideStep, Text, TraceEntry } from '../../electron/core/lab/schema.js'
import { guideOf } from '../../electron/core/recorder/guide-of.js'
import type { Act, Recording, TypedCommand } from '../../electron/core/recorder/recorded.js'
import { inEnglish, type Said } from '../../electron/core/words/said.js'
import { attempt, type Rpc } from '../connection/rpc.js'
import { chinese } from '../i18n/said.js'
import { t } from '../i18n/text.svelte.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import type { Live } from '../state/live.svelte.js'
import { keepInTab, keptInTab } from '../state/kept-in-tab.js'
import { say, tell } from '../state/tell.js'

/** Kept in the tab: a reload does not lose it. */
const key = 'vethlab.recording'

interface Kept extends Recording {
  /** Id of the document. */
  readonly lab: string
}

interface Parts {
  readonly rpc: Rpc
  readonly document: LabDocument
  readonly deploy: Deploy
  readonly live: Live
  /** A sandbox runs, and nothing hidden is in it. */
  possible(): boolean
}

/**
 * A line that was sent off while the kernel was read may have done its part by then, and is waited for; one that takes
 * longer changes nothing any more, or is something that goes on (ms).
 */
const endLimitMs = 1000

/** A lab speaks all languages of the window. */
const textOf = (words: Said): Text => ({ en: inEnglish(words), 'zh-CN': chinese(words) })

export class Recorder {
  private kept = $state.raw<Kept | null>(null)
  /** Ended, and the kernel has not been read since. */
  private waiting: TypedCommand[] = []
  private gestured = false
  private reading: Promise<void> | null = null
  /** Lines that were sent off so far. */
  private begun = 0
  private oneEnded: (() => void) | null = null

  constructor(private readonly parts: Parts) {
    parts.rpc.on('command/ran', () => {
      if (!this.on) return
      this.gestured = true
      void this.read()
    })
  }

  readonly on = $derived.by(() => this.kept !== null)
  /** What it would be now. */
  readonly steps: readonly GuideStep[] = $derived.by(() => (this.kept ? guideOf(this.kept, textOf) : []))
  /** A learner begins with nothing, and so does who shows them. */
  readonly possible = $derived.by(() => !this.on && this.parts.possible() && !this.parts.live.hasContent)

  async start(): Promise<void> {
    const { document, live } = this.parts
    if (!this.possible || !document.isOpen) return
    this.waiting = []
    this.gestured = false
    if (!(await this.readAgain()) || !live.state) return
    this.keep({ lab: document.id, start: live.state, acts: [] })
  }

  /** A line of a terminal was sent off. */
  entered(): void {
    this.begun += 1
  }

  /** A line of a terminal has ended. */
  ended(command: TypedCommand): void {
    if (!this.on) return
    this.waiting.push(command)
    this.oneEnded?.()
    void this.read()
  }

  async traced(trace: Trace): Promise<void> {
    if (!this.on || trace.overheard) return
    await this.read()
    const { from, to, name, protocol, port, size, df } = trace.probe
    if (protocol === 'arp' || protocol === 'ndp') return
    const entry: TraceEntry = {
      ...{ from, to: name ?? to },
      ...(protocol === 'icmp' ? {} : { protocol }),
      ...(port === undefined ? {} : { port }),
      ...(size === undefined ? {} : { size }),
      ...(df ? { df } : {}),
    }
    this.add({ kind: 'trace', trace: entry, check: expectedFrom(trace) })
  }

  /** One after the other: what was done while the kernel was read is not told apart from what was done before. */
  private read(): Promise<void> {
    this.reading ??= this.readAll().finally(() => (this.reading = null))
    return this.reading
  }

  private async readAll(): Promise<void> {
    const { deploy } = this.parts
    while (this.waiting.length > 0 || this.gestured) {
      await deploy.idle()
      const { begun } = this
      const count = this.waiting.length
      if (!(await this.readAgain())) return
      if (this.begun > begun && this.waiting.length === count) await this.untilOneEnded()
      if (this.begun > begun || this.waiting.length > count) continue
      const commands = this.waiting.splice(0)
      const { gestured } = this
      this.gestured = false
      this.add(gestured ? { kind: 'gesture' } : { kind: 'typed', commands })
    }
  }

  private untilOneEnded(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, endLimitMs)
      this.oneEnded = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private async readAgain(): Promise<boolean> {
    const read = await attempt(this.parts.live.readAgain().then(() => ({ ok: true }) as const))
    if (!read.ok) tell(read.failure)
    return read.ok
  }

  private add(act: Act): void {
    const { kept } = this
    const { state: after } = this.parts.live
    if (kept && after) this.keep({ ...kept, acts: [...kept.acts, { act, after }] })
  }

  /** What was recorded becomes the guide of the lab, and what was built its network: one step of undo. True: it did. */
  async stop(): Promise<boolean> {
    await this.read()
    const { steps } = this
    const { document, deploy } = this.parts
    this.keep(null)
    if (steps.length === 0) {
      say(t('record.nothing'))
      return false
    }
    // The changes of one recording, and of no other, are one step of undo.
    const step = { kind: `record ${crypto.randomUUID()}`, label: t('record.step') }
    deploy.keepAll(step)
    const changed = document.change([{ op: 'lab-set', keys: { guide: [...steps] } }], step)
    if (changed.ok) return true
    for (const { code, message, said } of changed.problems.slice(0, 1))
      tell({ code, message, said: said.message, where: null, output: null })
    return false
  }

  /** Nothing of it becomes a guide. */
  discard(): void {
    this.keep(null)
  }

  labOpened(): void {
    if (this.kept?.lab !== this.parts.document.id) this.forget()
  }

  /** After a reload: of the lab that is open. */
  restore(): void {
    const kept = keptInTab<Kept>(key)
    this.keep(kept?.lab === this.parts.document.id ? kept : null)
  }

  /** The sandbox has ended, or another lab is open: what was recorded is of no use any more. */
  forget(): void {
    if (!this.on) return
    if (this.steps.length > 0) say(t('record.lost', { count: this.steps.length }))
    this.keep(null)
  }

  private keep(kept: Kept | null): void {
    this.kept = kept
    keepInTab(key, kept)
  }
}
