/** The live film as the window has it: the switch, the flows, and the packets that are moving on the canvas. */
import type { Flow } from '../../electron/core/packet/stream/flow.js'
import type { FilmedPacket, Notifications } from '../../electron/core/rpc.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { buildFilm, type Film } from '../trace/film.js'
import { Rates } from './rates.js'
import type { Traces } from '../trace/traces.svelte.js'

/** Capsules at once: what a graphics card moves with ease and an eye can still follow. */
const mostMoving = 80
/** Flows in the list; as many as the helper remembers. */
const mostFlows = 200
/** A window that is hidden draws no pictures, but takes in what is told (ms). */
const hiddenDelayMs = 250

type Batch = Notifications['capture/packets']

export interface MovingPacket {
  readonly id: string
  readonly flow: string
  readonly film: Film
  /** Sign of its flow, null where it has none; and packets per second of it when the packet began to move; null where that is not known yet. */
  readonly mark: number | null
  readonly rate: number | null
  /** On the clock of `performance.now`. */
  readonly startedMs: number
}

export class Traffic {
  on = $state(false)
  /** Between the wish and the answer. */
  switching = $state(false)
  flows = $state.raw<readonly Flow[]>([])
  moving = $state.raw<readonly MovingPacket[]>([])
  /** One of so many packets is shown. */
  oneOf = $state(1)
  /** Numbers of packets are estimates. */
  sampled = $state(false)
  packets = $state(0)
  dropped = $state(0)
  private pending: Batch[] = []
  /** The latest packet of a flow that is on the canvas already: it goes when that one has arrived. */
  private readonly waiting = new Map<string, FilmedPacket>()
  private readonly rates = new Rates()
  private scheduled = false

  constructor(
    private readonly rpc: Rpc,
    private readonly traces: Traces,
    private readonly ended: (reason: string) => void,
    /** Number of an echo that begins to move, and where it was sent; null: none moves any longer. */
    private readonly pings: (namespace: string, sequence: number | null) => void,
  ) {
    rpc.on('capture/packets', (batch) => this.take(batch))
    rpc.on('capture/state', ({ on, reason }) => {
      if (on) return
      const was = this.on
      this.clear()
      if (was && reason !== null) this.ended(reason)
    })
  }

  async toggle(): Promise<void> {
    if (this.switching) return
    this.switching = true
    const { on } = this
    // Off is off at once, whatever the answer is.
    if (on) this.clear()
    const answer = await attempt(this.rpc.request(on ? 'capture/stop' : 'capture/start', {}))
    this.switching = false
    if (on) return
    if (answer.ok) {
      this.on = true
      // Under a film nothing would be seen of it.
      this.traces.leave()
      this.traces.view = 'traffic'
    } else this.traces.failure = answer.failure
  }

  /** After a connection was made anew: what was under way is lost, and what a window before this one had on is off. */
  async resume(): Promise<void> {
    await attempt(this.rpc.request(this.on ? 'capture/start' : 'capture/stop', {}))
  }

  /** One packet as a film like that of a trace, at rest at the hop where it was caught. */
  async freeze(what: { readonly packet: string } | { readonly flow: string }, hop?: number): Promise<void> {
    const answer = await attempt(this.rpc.request('capture/freeze', what))
    if (!answer.ok) {
      this.traces.failure = answer.failure
      return
    }
    this.traces.failure = null
    this.traces.hold(answer.trace, hop)
    void this.traces.refresh()
  }

  /** Its last picture has been shown. */
  arrived(id: string): void {
    const gone = this.moving.find((packet) => packet.id === id)
    this.moving = this.moving.filter((packet) => packet.id !== id)
    if (!gone) return
    const next = this.waiting.get(gone.flow)
    this.waiting.delete(gone.flow)
    if (next) return this.start([next])
    const flow = this.flows.find((each) => each.id === gone.flow)
    if (flow) this.pings(flow.namespace, null)
  }

  markOf(flow: Flow): number | null {
    return this.rates.markOf(flow)
  }

  /** One packet of a flow at a time, however many come: the numbers tell of the others. */
  private start(films: readonly FilmedPacket[]): void {
    const busy = new Set(this.moving.map(({ flow }) => flow))
    const started: MovingPacket[] = []
    for (const film of films) {
      if (busy.has(film.flow)) {
        this.waiting.set(film.flow, film)
        continue
      }
      busy.add(film.flow)
      const flow = this.flows.find((each) => each.id === film.flow)
      started.push({
        id: film.id,
        flow: film.flow,
        film: buildFilm(film.hops),
        mark: flow ? this.rates.markOf(flow) : null,
        rate: this.rates.of(film.flow),
        startedMs: performance.now(),
      })
      const sequence = film.hops.find(({ leg }) => leg === 'request')?.packet?.icmp?.seq ?? null
      if (flow && sequence !== null) this.pings(flow.namespace, sequence)
    }
    if (started.length > 0) this.moving = [...this.moving, ...started].slice(-mostMoving)
  }

  clear(): void {
    this.on = false
    for (const { namespace } of this.flows) this.pings(namespace, null)
    this.flows = []
    this.moving = []
    this.pending = []
    this.waiting.clear()
    this.rates.clear()
    this.oneOf = 1
    this.sampled = false
    this.packets = 0
    this.dropped = 0
    if (this.traces.view === 'traffic') this.traces.view = 'hops'
  }

  private take(batch: Batch): void {
    // From before the switch, or meant for a window that was here before: nobody waits for it.
    if (!this.on) return
    this.pending.push(batch)
    if (this.scheduled) return
    this.scheduled = true
    if (document.visibilityState === 'visible') requestAnimationFrame(() => this.fold())
    else setTimeout(() => this.fold(), hiddenDelayMs)
  }

  /** What has come since the last picture. The helper sends no more before it is told that this has been done. */
  private fold(): void {
    this.scheduled = false
    const batches = this.pending
    this.pending = []
    const last = batches.at(-1)
    if (!last || !this.on) return
    this.oneOf = last.oneOf
    this.sampled = last.sampled
    this.packets = last.packets
    this.dropped = last.dropped
    const changed = new Map(batches.flatMap(({ flows }) => flows.map((flow) => [flow.id, flow] as const)))
    if (changed.size > 0) {
      const known = this.flows.map((flow) => {
        const now = changed.get(flow.id)
        changed.delete(flow.id)
        return now ?? flow
      })
      // The latest comes first and stays where it is: rows that jump cannot be chosen.
      this.flows = [...[...changed.values()].reverse(), ...known].slice(0, mostFlows)
    }
    this.rates.take(this.flows, performance.now())
    // Under a film that is looked at, nothing moves.
    if (this.traces.replaying) this.waiting.clear()
    else this.start(batches.flatMap((batch) => batch.films))
    void attempt(this.rpc.request('capture/acknowledge', { batch: last.batch }))
  }
}
