/**
 * Predict first: before a probe is sent somebody draws its way on the picture, or names the next hop. Then it is sent, and
 * the film marks what was expected, and what the program predicted from the same state.
 */
import { untrack } from 'svelte'
import { usualTimeoutMs } from '../../electron/core/diagnosis/trace.js'
import { probeOf } from '../../electron/core/predict/compare.js'
import {
  filmedOf,
  mark,
  type Expected,
  type ExpectedHop,
  type Marked,
  type Place,
} from '../../electron/core/predict/mark.js'
import { predict } from '../../electron/core/predict/predict.js'
import type { Target } from '../canvas/selection.js'
import { attempt } from '../connection/rpc.js'
import type { Live } from '../state/live.svelte.js'
import { partsOf } from '../state/selection.svelte.js'
import type { Settings } from '../state/settings.svelte.js'
import type { ProbeParams } from '../trace/probe-form.svelte.js'
import type { Traces } from '../trace/traces.svelte.js'

export interface Draft extends Expected {
  readonly probe: ProbeParams
}

interface Parts {
  readonly traces: Traces
  readonly live: Live
  readonly settings: Settings
  /** Nothing is hidden that a reason would tell. */
  readonly possible: () => boolean
  /** The picture is about to be pointed at, and not edited. */
  readonly drawing: () => void
  /** What was expected was held against the film. */
  readonly judged: (probe: ProbeParams, marked: Marked) => void
}

/** Of earlier traces (as many as their list has). */
const mostKept = 50
/** No way of a lab that somebody draws is longer. */
const mostPlaces = 64

/** Null: nothing that a packet comes by. */
export function placeOf(target: Target): Place | null {
  if (target.kind === 'namespace') return { namespace: target.id, interface: null }
  if (target.kind !== 'interface' && target.kind !== 'nat') return null
  const { namespace, name } = partsOf(target.id)
  return { namespace, interface: name }
}

const targetOf = ({ namespace, interface: name }: Place): Target =>
  name === null ? { kind: 'namespace', id: namespace } : { kind: 'interface', id: `${namespace}:${name}` }

export const placeText = ({ namespace, interface: name }: Place): string =>
  name === null ? namespace : `${namespace}:${name}`

export class Predicting {
  /** What is being drawn; null: nothing is. */
  draft = $state.raw<Draft | null>(null)
  /** By trace, the latest last. */
  private marked = $state.raw<ReadonlyMap<string, Marked>>(new Map())

  constructor(private readonly parts: Parts) {
    parts.traces.before = (probe) => this.begin(probe)
  }

  get possible(): boolean {
    return this.parts.possible()
  }
  get on(): boolean {
    return this.parts.settings.predict && this.possible
  }

  toggle(): void {
    this.parts.settings.set({ predict: !this.parts.settings.predict })
    if (!this.on) this.draft = null
  }

  /** What was chosen last, for the ring around it. */
  readonly last: readonly Target[] = $derived.by(() => this.draft?.places.slice(-1).map(targetOf) ?? [])

  /** Of the trace on screen. */
  readonly shown: Marked | null = $derived.by(() => this.marked.get(this.parts.traces.current?.id ?? '') ?? null)

  /** False: it is sent at once. Packets with a TTL of their own each end elsewhere, so that there is no one way to draw. */
  private begin(probe: ProbeParams): boolean {
    if (!this.on || probe.series === true) return false
    this.parts.traces.leave()
    this.parts.drawing()
    this.draft = { probe, places: [], nextHop: null }
    return true
  }

  /** The next place; the last one once more takes it back. */
  choose(target: Target | null): void {
    const place = target && placeOf(target)
    const { draft } = this
    if (!place || !draft || !this.parts.live.byName.has(place.namespace)) return
    const last = draft.places.at(-1)
    if (last && placeText(last) === placeText(place)) this.takeBack()
    else if (draft.places.length < mostPlaces) this.draft = { ...draft, places: [...draft.places, place] }
  }

  takeBack(): void {
    if (this.draft) this.draft = { ...this.draft, places: this.draft.places.slice(0, -1) }
  }

  clear(): void {
    if (this.draft) this.draft = { ...this.draft, places: [] }
  }

  name(nextHop: ExpectedHop): void {
    if (this.draft) this.draft = { ...this.draft, nextHop }
  }

  giveUp(): void {
    this.draft = null
  }

  /** Sends it, with what was expected of it or without. */
  async send(): Promise<void> {
    const { draft } = this
    const { traces, live } = this.parts
    if (!draft) return
    this.draft = null
    // What rules of iptables-legacy say is told by nobody.
    await attempt(live.readAgain().then(() => ({ ok: true }) as const))
    const { state: before } = live
    const last = traces.ended
    await traces.run(draft.probe)
    const { ended: trace } = traces
    const { places, nextHop } = draft
    if (!before || !trace || trace === last || (places.length === 0 && nextHop === null)) return
    const prediction = predict(before, probeOf(trace, usualTimeoutMs))
    const marked = mark({ places, nextHop }, prediction, filmedOf(trace, before))
    this.marked = new Map([...[...this.marked].slice(1 - mostKept), [trace.id, marked]])
    traces.pane = 'prediction'
    this.parts.judged(draft.probe, marked)
  }

  /** Call inside an effect: who was to send it may be gone. */
  follow(): void {
    const { draft } = this
    if (draft && (!this.on || !this.parts.live.byName.has(draft.probe.from))) untrack(() => this.giveUp())
  }

  /** Another lab is open. */
  forget(): void {
    this.draft = null
    this.marked = new Map()
  }
}
