/** The film as the canvas needs it: whether it runs, where the packet died, and what it did not reach. */
import { untrack } from 'svelte'
import type { Mode, Reach } from '../canvas/selection.js'
import { everythingReached } from '../canvas/selection.js'
import { t } from '../i18n/text.svelte.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { FilmHop } from './film.js'
import { networkKey } from './network-key.js'
import type { Player } from './player.svelte.js'
import type { ProbeEnd } from './end.js'
import { notReached } from './reach.js'
import type { Traces } from './traces.svelte.js'

export class Screening {
  constructor(
    private readonly traces: Traces,
    private readonly live: { readonly state: LiveState | null },
  ) {
    $effect(() => {
      const shown = this.traces.replaying ? this.traces.current : null
      untrack(() => (this.madeIn = shown ? networkKey(this.live.state) : null))
    })
  }

  readonly player: Player | null = $derived.by(() => (this.traces.replaying ? this.traces.player : null))
  /** The network that the trace on screen was shown in. */
  private madeIn = $state.raw<string | null>(null)
  /** The network has changed since. */
  readonly past: boolean = $derived.by(
    () => this.player !== null && this.madeIn !== null && networkKey(this.live.state) !== this.madeIn,
  )
  /** What was never sent can only be looked at. */
  readonly mode: Mode = $derived.by(() => (this.player && this.traces.playable ? 'replay' : 'live'))
  readonly namespaces: readonly string[] = $derived.by(() => this.live.state?.namespaces.map(({ name }) => name) ?? [])

  readonly end: ProbeEnd | null = $derived.by(() => (this.player ? this.traces.end : null))
  /** Where the packet died; null where it did not: what is refused has reached everything. */
  readonly death: FilmHop | null = $derived.by(() => (this.end?.kind === 'refused' ? null : (this.end?.at ?? null)))

  private readonly unreached = $derived.by(() =>
    this.player ? notReached(this.player.film, this.live.state, this.death) : everythingReached.drained,
  )

  /** Only once the packet has died on screen. */
  readonly reach: Reach = $derived.by(() => {
    const { death, end, player } = this
    if (!end || !player) return everythingReached
    if (death ? !player.isPlayed(death.hop.n) : !player.atEnd) return everythingReached
    const diagnosis = this.traces.current?.diagnosis ?? null
    // Where the cause lies elsewhere, the place says what became of the packet there.
    const isCause = diagnosis?.namespace === end.namespace && diagnosis.code !== 'unknown'
    const words = isCause
      ? t(`short.${diagnosis.code}`)
      : t(`end.short.${end.kind}`, { protocol: end.asked?.protocol ?? '' })
    return { drained: death ? this.unreached : new Set(), failed: new Map([[end.namespace, words]]) }
  })
}
