/** The traces of the lab: the one on screen and its player, those kept, the one that runs, and the fix of one that failed. */
import { SvelteMap } from 'svelte/reactivity'
import type { Trace, TraceSummary } from '../../electron/core/diagnosis/trace.js'
import { isAnswer } from '../../electron/core/diagnosis/trace.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Failure } from '../../electron/core/rpc.js'
import { attempt } from '../connection/rpc.js'
import { endOf, type ProbeEnd } from './end.js'
import { buildFilm, isPlayable } from './film.js'
import { Player } from './player.svelte.js'
import type { ProbeForm, ProbeParams } from './probe-form.svelte.js'
import type { Prober } from './prober.js'

export interface RunningTrace {
  readonly from: string
  readonly to: string
  readonly sent: number
  readonly most: number
}

export interface AppliedFix {
  readonly undo: string
  readonly namespace: string
  readonly commands: readonly string[]
  /** The trace that got its answer thanks to it. */
  readonly proof: string | null
}

const withoutCause = <T extends TraceSummary>(trace: T): T => ({ ...trace, diagnosis: null })

export type TracePaneName = 'diagnosis' | 'packet' | 'prediction'
export type TraceView = 'hops' | 'routes' | 'compare' | 'traffic'

export class Traces {
  readonly form: ProbeForm
  private kept = $state.raw<readonly TraceSummary[]>([])
  /** The one on screen, with all that is known of it. */
  whole = $state.raw<Trace | null>(null)
  /** Why one failed is to be found out, and told by nothing here. */
  veiled = $state(false)
  readonly list: readonly TraceSummary[] = $derived.by(() => (this.veiled ? this.kept.map(withoutCause) : this.kept))
  readonly current: Trace | null = $derived.by(() =>
    this.veiled && this.whole ? withoutCause(this.whole) : this.whole,
  )
  player = $state.raw<Player | null>(null)
  running = $state.raw<RunningTrace | null>(null)
  /** What runs, whatever it has come to; the same until another one begins. */
  probing = $state.raw<ProbeParams | null>(null)
  /** The last that was sent from here and came to its end. */
  ended = $state.raw<Trace | null>(null)
  failure = $state.raw<Failure | null>(null)
  /** The trace stands on the canvas and in the right pane; else only in its tab. */
  replaying = $state(false)
  view = $state<TraceView>('hops')
  /** What the right pane shows: `diagnosis` of a trace that failed, `prediction` of one that was predicted. */
  pane = $state<TracePaneName>('packet')
  /** The trace that the current one is compared with. */
  other = $state.raw<Trace | null>(null)
  fixing = $state(false)
  applied = $state.raw<AppliedFix | null>(null)
  /** Ask before an address changes; kept from one film to the next. */
  asking = $state(false)
  /** Has something to ask before a probe is sent, and sends it itself; false: it has nothing. */
  before: ((probe: ProbeParams) => boolean) | null = null
  private generation = 0
  /** The network that each was first shown in, by its id: what a hop was is told by that, whatever has changed since. */
  private readonly seen = new SvelteMap<string, LiveState>()

  constructor(
    private readonly prober: Prober,
    form: ProbeForm,
    private readonly live: () => LiveState | null,
    private readonly shown: () => void,
  ) {
    this.form = form
    prober.onProgress(({ from, to, sent, most }) => {
      if (this.running) this.running = { from, to, sent, most }
    })
  }

  readonly film = $derived(this.player?.film ?? null)
  readonly playable = $derived(this.film !== null && isPlayable(this.film))
  /** Where the probe of the current trace ended, if it failed and somebody knows. */
  readonly end: ProbeEnd | null = $derived.by(() =>
    this.current && this.film ? endOf(this.current, this.film, this.networkOf(this.current)) : null,
  )
  readonly failed = $derived(this.current !== null && !isAnswer(this.current.outcome))

  /** Somebody wants to see a packet go. */
  async start(): Promise<void> {
    const { params } = this.form
    if (params !== null && !this.running && this.before?.(params)) return
    await this.run(params)
  }

  async run(params: ProbeParams | null = this.form.params): Promise<void> {
    if (params === null || this.running) return
    const generation = ++this.generation
    this.failure = null
    this.probing = params
    this.running = { from: params.from, to: params.to, sent: 0, most: params.count ?? 1 }
    const answer = await attempt(this.prober.run(params))
    if (generation !== this.generation) return
    this.running = null
    if (!answer.ok) {
      this.failure = answer.failure
      this.shown()
      return
    }
    this.ended = answer.trace
    this.show(answer.trace)
    void this.refresh()
  }

  /** The probe ends by itself; its trace is in the list, but nobody waits for it any longer. */
  stop(): void {
    this.generation++
    this.running = null
  }

  /** The network that its hops are told by. */
  networkOf({ id }: TraceSummary): LiveState | null {
    return this.seen.get(id) ?? this.live()
  }

  private remember({ id }: TraceSummary): void {
    const live = this.live()
    if (live && !this.seen.has(id)) this.seen.set(id, live)
  }

  show(trace: Trace): void {
    this.put(trace)
    this.player?.play()
  }

  /** At rest, at a hop of it. */
  hold(trace: Trace, hop?: number): void {
    this.put(trace)
    if (hop !== undefined) this.player?.show(hop)
    this.pane = 'packet'
  }

  private put(trace: Trace): void {
    this.remember(trace)
    this.player?.dispose()
    const player = new Player(buildFilm(trace.hops))
    player.asking = this.asking
    player.speed = this.player?.speed ?? player.speed
    this.player = player
    this.whole = trace
    this.other = null
    this.view = isPlayable(player.film) ? 'hops' : 'routes'
    this.pane = trace.diagnosis || !isAnswer(trace.outcome) ? 'diagnosis' : 'packet'
    this.replaying = true
    this.shown()
  }

  /** Sends a probe like a packet that was overheard: only a probe is measured, and only what is measured is explained. */
  async traceAgain(): Promise<void> {
    const probe = this.current?.probe
    if (!probe || probe.protocol === 'arp' || probe.protocol === 'ndp') return
    const { from, to, port, protocol } = probe
    await this.run({ from, to, protocol, ...(port === undefined ? {} : { port }) })
  }

  async open(id: string): Promise<void> {
    const { kept } = this.prober
    if (!kept) return
    const answer = await attempt(kept.get(id))
    if (answer.ok) this.show(answer.trace)
    else this.failure = answer.failure
  }

  async compareWith(id: string): Promise<void> {
    const { kept } = this.prober
    if (!kept) return
    const answer = await attempt(kept.get(id))
    if (!answer.ok) this.failure = answer.failure
    else {
      this.remember(answer.trace)
      this.other = answer.trace
      this.view = 'compare'
      this.player?.pause()
    }
  }

  leave(): void {
    this.player?.pause()
    this.replaying = false
  }

  /** Back to the film of the trace that is still in the tab. */
  resume(): void {
    if (this.current) this.replaying = true
  }

  ask(on: boolean): void {
    this.asking = on
    if (this.player) this.player.asking = on
  }

  /** To a hop that somebody chose: its packet is what they want to see. */
  choose(n: number): void {
    this.resume()
    this.player?.show(n)
    this.pane = 'packet'
  }

  /** The fix that the trace on screen proves to have helped: any other success says nothing of it. */
  get fixed(): AppliedFix | null {
    const { applied, current } = this
    return applied !== null && applied.proof !== null && applied.proof === current?.id ? applied : null
  }

  /** Fixes can be carried out here. */
  get repairs(): boolean {
    return this.prober.repairs !== null
  }

  /** The fix on screen can be carried out here. */
  private get hasFix(): boolean {
    return this.repairs && this.replaying && this.failed && (this.current?.diagnosis?.fix ?? null) !== null
  }

  get canFix(): boolean {
    return this.hasFix && !this.fixing && !this.running
  }

  /** The fix is in sight: Ctrl Enter means it and nothing else, also while it is being carried out. */
  get offersFix(): boolean {
    return this.hasFix && this.pane === 'diagnosis'
  }

  /** Carries the fix out and traces again with the same probe. */
  async fix(): Promise<void> {
    const trace = this.current
    const { repairs } = this.prober
    if (!repairs || !trace?.diagnosis?.fix || this.fixing) return
    this.fixing = true
    this.failure = null
    const answer = await attempt(repairs.fix(trace.id))
    this.fixing = false
    if (!answer.ok) {
      this.failure = answer.failure
      return
    }
    const applied = { undo: answer.undo, namespace: answer.namespace, commands: answer.commands }
    this.applied = { ...applied, proof: null }
    const { name, to, protocol, ...probe } = trace.probe
    if (protocol !== 'arp' && protocol !== 'ndp') await this.run({ ...probe, protocol, to: name ?? to })
    const proof = this.current !== trace && !this.failed ? (this.current?.id ?? null) : null
    if (this.applied?.undo === applied.undo) this.applied = { ...applied, proof }
  }

  async unfix(): Promise<void> {
    const { applied } = this
    const { repairs } = this.prober
    if (!applied || !repairs) return
    const answer = await attempt(repairs.unfix(applied.undo))
    if (answer.ok) this.applied = null
    else this.failure = answer.failure
  }

  async refresh(): Promise<void> {
    try {
      this.kept = (await this.prober.kept?.list()) ?? []
      const ids = new Set([...this.kept.map(({ id }) => id), this.whole?.id, this.other?.id])
      for (const id of this.seen.keys()) if (!ids.has(id)) this.seen.delete(id)
    } catch {
      // The connection broke; it is asked again when it is back.
    }
  }

  clear(): void {
    this.stop()
    this.player?.dispose()
    this.player = null
    this.whole = null
    this.other = null
    this.kept = []
    this.seen.clear()
    this.failure = null
    this.applied = null
    this.replaying = false
  }
}
