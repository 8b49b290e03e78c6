/** The film as the canvas needs it: whether it runs, where the packet died, and what it did not reach. */
import { untrack } from 'svelte'
import type { Mode, Reach } from '../canvas/selection.js'
import { everythingReached } from '../canvas/selection.js'
import { t } from '../i18n/text.svelte.js'
import type { Live } from '../state/live.svelte.js'
import type { FilmHop } from './film.js'
import { networkKey } from './network-key.js'
import type { Player } from './player.svelte.js'
import { deathOf, notReached } from './reach.js'
import type { Traces } from './traces.svelte.js'

export class Screening {
  constructor(
    private readonly traces: Traces,
    private readonly live: Live,
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

  readonly death: FilmHop | null = $derived.by(() => {
    const { current } = this.traces
    return this.player && current ? deathOf(current, this.player.film) : null
  })

  private readonly unreached = $derived.by(() =>
    this.player ? notReached(this.player.film, this.live.state, this.death) : everythingReached.drained,
  )

  /** Only once the packet has died on screen. */
  readonly reach: Reach = $derived.by(() => {
    const { death, player } = this
    const diagnosis = this.traces.current?.diagnosis ?? null
    // Refused: everything was reached, and there is somebody who refused.
    if (!death && player?.atEnd && diagnosis?.namespace)
      return { drained: new Set(), failed: new Map([[diagnosis.namespace, t(`short.${diagnosis.code}`)]]) }
    if (!death || !player?.isPlayed(death.hop.n)) return everythingReached
    const code = diagnosis?.namespace === death.hop.namespace ? diagnosis.code : 'unknown'
    return { drained: this.unreached, failed: new Map([[death.hop.namespace, t(`short.${code}`)]]) }
  })
}
