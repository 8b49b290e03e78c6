/** The networks of this machine in the window: looked at and explained; nothing of them is changed. */
import type { Said } from '../../electron/core/words/said.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { foundAs, type MachineShown } from '../../electron/core/machine/shown.js'
import type { Failure } from '../../electron/core/rpc.js'
import { namespaceOf } from '../canvas/scene.js'
import type { Target } from '../canvas/selection.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { Selection } from '../state/selection.svelte.js'
import { ProbeForm } from '../trace/probe-form.svelte.js'
import { Traces } from '../trace/traces.svelte.js'
import { captionOf } from './captions.js'
import { machineProber } from './machine-prober.js'

/** The namespace that it is, or that it is in. */
export const ownerOf = ({ kind, id }: Target): string => (kind === 'interface' ? namespaceOf(id) : id)

export interface MadeTwin {
  readonly lab: LabFile
  readonly unexpressed: readonly Said[]
  readonly ways: Readonly<Record<string, string>>
}

export class Machine {
  /** It is what the window shows. */
  open = $state(false)
  shown = $state.raw<MachineShown | null>(null)
  failure = $state.raw<Failure | null>(null)
  starting = $state(false)
  /** How often it was entered: what was asked before the last time is no answer. */
  private entered = 0
  twinning = $state(false)
  readonly selection = new Selection()
  readonly traces: Traces

  constructor(private readonly rpc: Rpc) {
    rpc.on('look/changed', ({ shown }) => {
      if (this.open) this.shown = shown
    })
    this.traces = new Traces(
      machineProber(rpc),
      new ProbeForm(
        () => null,
        () => this.state,
      ),
      () => this.state,
      () => {},
    )
  }

  /** Of those that could be read. */
  get state(): MachineShown['live'] | null {
    return this.shown?.live ?? null
  }

  readonly captions: ReadonlyMap<string, string> = $derived.by(() => {
    const { shown } = this
    const captions = (shown?.live.namespaces ?? []).map(({ name, inode }) => {
      const found = shown && foundAs(shown, inode)
      return [name, found ? captionOf(found, name) : ''] as const
    })
    return new Map(captions)
  })

  /** Two ends that were chosen one after the other, as the bar names them. */
  readonly ends: readonly [string, string] | null = $derived.by(() => {
    const ends = this.selection.all.filter(({ kind }) => kind === 'namespace' || kind === 'interface')
    const [from, to] = ends.slice(-2)
    return from && to && from.id !== to.id ? [ownerOf(from), to.id] : null
  })

  async enter(): Promise<void> {
    this.open = true
    this.entered += 1
    await this.look()
  }

  /** Again after the connection was lost, too. */
  async look(): Promise<void> {
    if (!this.open || this.starting) return
    this.starting = true
    let entered: number
    let answer
    // Whoever left and came back meanwhile has had it closed on the way.
    do {
      entered = this.entered
      answer = await attempt(this.rpc.request('look/open', {}))
    } while (this.open && entered !== this.entered)
    this.starting = false
    if (!this.open) return
    this.failure = answer.ok ? null : answer.failure
    if (answer.ok) this.shown = answer.shown
  }

  leave(): void {
    if (!this.open) return
    this.open = false
    this.traces.clear()
    this.traces.form.reset()
    this.selection.target = null
    this.shown = null
    this.failure = null
    void attempt(this.rpc.request('look/close', {}))
  }

  choose(target: Target | null, more: boolean): void {
    if (target && more) this.selection.toggle(target)
    else this.selection.target = target
    this.fillBar()
  }

  /** What a frame is drawn around. */
  frame(targets: readonly Target[], more: boolean): void {
    if (!more) this.selection.target = null
    this.selection.add(targets)
    this.fillBar()
  }

  private fillBar(): void {
    const { ends, traces } = this
    if (!ends) return
    traces.form.chooseFrom(ends[0])
    traces.form.typeTo(ends[1])
  }

  async explain(): Promise<void> {
    await this.traces.run()
  }

  /** Null where none could be made. */
  async twin(): Promise<MadeTwin | null> {
    if (this.twinning) return null
    this.twinning = true
    const answer = await attempt(this.rpc.request('look/twin', {}))
    this.twinning = false
    this.failure = answer.ok ? null : answer.failure
    return answer.ok ? answer : null
  }
}
