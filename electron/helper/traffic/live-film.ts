/**
 * The live film: what passes through the lab while it passes. The worker captures, what has arrived is taken from it
 * thirty times a second, put together into episodes, and some of these are told as films, the rest as numbers. Nothing
 * grows with a flood or with a window that is slow: what is beyond a bound is counted and said.
 */
import type { LiveState } from '../../core/live/state.js'
import { filmEpisode } from '../../core/packet/stream/episode-film.js'
import { Episodes, type Episode } from '../../core/packet/stream/episodes.js'
import { flowJson } from '../../core/packet/stream/flow.js'
import type { FlowState } from '../../core/packet/stream/talks.js'
import { nextSampling } from '../../core/packet/stream/sampling.js'
import { buildTopology, type Topology } from '../../core/packet/topology.js'
import type { Failure, FilmedPacket, Notifications } from '../../core/rpc.js'
import { KernelRefusal, type KernelWorker } from '../kernel/client.js'
import type { CapturedFrame } from '../kernel/protocol.js'
import { failure } from '../../core/failure.js'
import { FilmStore, type StoredFilm } from './film-store.js'
import { Silence } from './silence.js'
import { said } from '../../core/words/said.js'

/** One batch per picture of the window is as fast as anybody can see; half of that saves half of the work (ms). */
const tickMs = 33
/** Frames that wait in the worker for the next tick: of a quarter of a second at the rate that is followed. */
const mostWaiting = 4000
/** Films per second, and how many at once: more capsules than these nobody tells apart. */
const filmsPerSecond = 24
const mostPending = 48
/** Batches under way to the window. */
const mostUnacknowledged = 2
/** A window that takes nothing in for so long is gone: nobody sees what costs the lab its speed (ms). */
const patienceMs = 20_000
/** Numbers of flows change often; nobody reads them faster (ms). */
const flowsMs = 250
/** The rate is measured over this time; when frames are lost already, nobody waits for its end (ms). */
const rateMs = 250
const alarmMs = 20
/** Over which "one of so many" is counted (ms). */
const ratioMs = 1000

export interface LiveFilmHooks {
  live(): LiveState
  /** Whether a frame is the lab's: on the machine itself most are not, and none of those is kept. */
  isOurs(frame: CapturedFrame): boolean
  packets(batch: Notifications['capture/packets']): void
  state(state: Notifications['capture/state']): void
}

/** One run, from start to stop; a new start begins with nothing. */
interface Run {
  readonly capture: number
  readonly episodes: Episodes
  oneOf: number
  /** What was sampled by at the last take: frames that waited then were sampled by it. */
  takenOneOf: number
  /** Captured after the moment up to which all namespaces have told everything. */
  held: readonly CapturedFrame[]
  timer: ReturnType<typeof setTimeout> | null
  pending: FilmedPacket[]
  tokens: number
  unacknowledged: Map<number, number>
  tickAt: number
  flowsAt: number
  dropped: number
  /** Packets seen and shown, estimated where sampled. */
  seen: number
  shown: number
  toldOneOf: number
  toldSampled: boolean
  toldDropped: number
  rate: { at: number; packets: number; frames: number }
  ratio: { at: number; seen: number; shown: number }
  readonly shownAt: WeakMap<FlowState, number>
}

export class LiveFilm {
  private run: Run | null = null
  private starting: Promise<unknown> = Promise.resolve()
  private readonly store = new FilmStore()
  private readonly silence = new Silence()
  private topology: { readonly of: LiveState; readonly topology: Topology } | null = null
  private nextBatch = 1
  private nextFilm = 1

  constructor(
    private readonly worker: KernelWorker,
    private readonly hooks: LiveFilmHooks,
  ) {}

  /** Requests to start and stop are carried out one after the other. */
  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.starting.then(work, work)
    this.starting = result.catch(() => {})
    return result
  }

  start(): Promise<{ readonly ok: true } | { readonly ok: false; readonly failure: Failure }> {
    return this.inOrder(async () => {
      if (this.run) {
        // A window that was loaded anew: it knows nothing, and nobody takes in what was under way.
        this.run.unacknowledged.clear()
        for (const flow of this.run.episodes.flows) flow.told = false
        this.hooks.state({ on: true, reason: null })
        return { ok: true }
      }
      try {
        const { capture } = await this.worker.request('capture-start', { maxFrames: mostWaiting })
        const now = performance.now()
        const run: Run = {
          capture,
          episodes: new Episodes(),
          oneOf: 1,
          takenOneOf: 1,
          held: [],
          timer: null,
          pending: [],
          tokens: filmsPerSecond,
          unacknowledged: new Map(),
          tickAt: now,
          flowsAt: 0,
          dropped: 0,
          seen: 0,
          shown: 0,
          toldOneOf: 1,
          toldSampled: false,
          toldDropped: 0,
          rate: { at: now, packets: 0, frames: 0 },
          ratio: { at: now, seen: 0, shown: 0 },
          shownAt: new WeakMap(),
        }
        this.run = run
        this.hooks.state({ on: true, reason: null })
        this.schedule(run)
        return { ok: true }
      } catch (error) {
        if (!(error instanceof KernelRefusal)) throw error
        return {
          ok: false,
          failure: failure(
            'capture-refused',
            said`The kernel refused to capture: ${error.message}.`,
            null,
            error.message,
          ),
        }
      }
    })
  }

  /** @param reason why it ended, where nobody asked for it */
  stop(reason: string | null = null): Promise<{ readonly ok: true }> {
    return this.inOrder(async () => {
      const { run } = this
      if (run) {
        this.run = null
        if (run.timer) clearTimeout(run.timer)
        this.store.clear()
        await this.worker.request('capture-stop', { capture: run.capture }).catch(() => {})
        this.hooks.state({ on: false, reason })
      }
      return { ok: true }
    })
  }

  acknowledge(batch: number): void {
    const { run } = this
    if (!run) return
    for (const sent of run.unacknowledged.keys()) if (sent <= batch) run.unacknowledged.delete(sent)
  }

  /** The film of a packet that was shown, or the latest one of a flow. */
  find(wanted: { readonly packet: string } | { readonly flow: string }): StoredFilm | undefined {
    return 'packet' in wanted ? this.store.get(wanted.packet) : this.store.latestOf(wanted.flow)
  }

  /** Leaves out what passes until it is told to go on: the probes of a trial are nobody's traffic. */
  hush(): () => void {
    return this.silence.begin()
  }

  private schedule(run: Run): void {
    run.timer = setTimeout(() => void this.tick(run), tickMs)
  }

  private async tick(run: Run): Promise<void> {
    try {
      const { frames, dropped, beyond, untilNs } = await this.worker.request('capture-take', { capture: run.capture })
      if (this.run !== run) return
      const lost = dropped + beyond
      run.rate.frames += frames.length + lost
      // Of what came while the sampling changed, some was sampled by the one and some by the other: no more is estimated
      // than there was.
      const takenOneOf = Math.min(run.takenOneOf, run.oneOf)
      run.takenOneOf = run.oneOf
      // To take in what has come lasts; where frames are lost, fewer must come meanwhile.
      if (lost > 0) await this.sample(run, alarmMs)
      const shown = frames.filter((frame) => this.hooks.isOurs(frame) && !this.silence.covers(frame.timeNs))
      this.takeIn(run, [...run.held, ...shown], untilNs, lost, takenOneOf)
      await this.sample(run, rateMs)
      if (this.run !== run) return
      this.tell(run)
      const oldest = Math.min(...run.unacknowledged.values())
      if (performance.now() - oldest > patienceMs) return void this.stop('no window takes in what is captured')
      this.schedule(run)
    } catch (error) {
      if (this.run === run) void this.stop(error instanceof Error ? error.message : String(error))
    }
  }

  private takeIn(run: Run, frames: readonly CapturedFrame[], untilNs: bigint, lost: number, oneOf: number): void {
    const { episodes } = run
    const topology = this.topologyNow()
    const before = episodes.packets
    run.held = frames.filter(({ timeNs }) => timeNs > untilNs)
    episodes.take(run.held.length === 0 ? frames : frames.filter(({ timeNs }) => timeNs <= untilNs), topology)
    run.seen += (episodes.packets - before) * oneOf
    if (lost > 0) {
      run.dropped += lost
      episodes.lost()
    }
    const now = performance.now()
    run.tokens = Math.min(filmsPerSecond, run.tokens + ((now - run.tickAt) / 1000) * filmsPerSecond)
    run.tickAt = now
    this.film(run, episodes.close(untilNs), topology)
  }

  /** Films some of what has ended: first of those flows that nothing was shown of for longest. */
  private film(run: Run, closed: readonly Episode[], topology: Topology): void {
    const room = Math.min(Math.floor(run.tokens), mostPending - run.pending.length)
    const wanted = new Set(
      room >= closed.length
        ? closed
        : closed
            .toSorted((a, b) => (run.shownAt.get(a.talk.flow) ?? 0) - (run.shownAt.get(b.talk.flow) ?? 0))
            .slice(0, Math.max(0, room)),
    )
    for (const episode of closed) {
      if (!wanted.has(episode) || episode.entries.some(({ claimed }) => claimed)) continue
      const { flow } = episode.talk
      const film = filmEpisode(episode, run.episodes.neighboursOf(episode), topology, run.oneOf > 1)
      if (film.hops.length === 0) continue
      const id = `p${this.nextFilm++}`
      flow.outcome = film.outcome
      flow.told = false
      this.store.add({ id, flow: flowJson(flow), film })
      run.pending.push({ id, flow: flow.id, outcome: film.outcome, hops: film.hops })
      run.tokens -= 1
      run.shown += episode.packets
      run.shownAt.set(flow, performance.now())
    }
  }

  /** Looks at the rate, where it has been measured for so long, and samples by it. */
  private async sample(run: Run, afterMs: number): Promise<void> {
    const { rate, episodes } = run
    const now = performance.now()
    const passed = now - rate.at
    if (passed < afterMs) return
    const packets = episodes.packets - rate.packets
    const next = nextSampling(run.oneOf, { packets, frames: rate.frames, seconds: passed / 1000 })
    run.rate = { at: now, packets: episodes.packets, frames: 0 }
    if (next === run.oneOf) return
    run.oneOf = next
    const { vxlanPorts } = this.topologyNow()
    await this.worker.request('capture-sample', { capture: run.capture, oneOf: next, vxlanPorts })
  }

  /** Of how many packets one is shown: counted anew every second. */
  private ratio(run: Run): number {
    const now = performance.now()
    const { ratio } = run
    if (now - ratio.at < ratioMs) return run.toldOneOf
    const seen = run.seen - ratio.seen
    const shown = run.shown - ratio.shown
    run.ratio = { at: now, seen: run.seen, shown: run.shown }
    if (seen <= 0) return 1
    return Math.max(1, run.oneOf, shown > 0 ? Math.round(seen / shown) : 1)
  }

  private tell(run: Run): void {
    if (run.unacknowledged.size >= mostUnacknowledged) return
    const now = performance.now()
    const oneOf = this.ratio(run)
    const isDue = now - run.flowsAt >= flowsMs
    const flows = isDue ? [...run.episodes.flows].filter(({ told }) => !told) : []
    const sampled = run.oneOf > 1
    const isNews = oneOf !== run.toldOneOf || sampled !== run.toldSampled || (isDue && run.dropped !== run.toldDropped)
    if (run.pending.length === 0 && flows.length === 0 && !isNews) return
    if (isDue) run.flowsAt = now
    for (const flow of flows) flow.told = true
    // A flow is known before its packets are.
    const known = new Set(flows.map(({ id }) => id))
    const named = new Set(run.pending.map(({ flow }) => flow))
    const missing = [...run.episodes.flows].filter(({ id }) => named.has(id) && !known.has(id))
    run.toldOneOf = oneOf
    run.toldSampled = sampled
    run.toldDropped = run.dropped
    const batch = this.nextBatch++
    run.unacknowledged.set(batch, now)
    const films = run.pending
    run.pending = []
    this.hooks.packets({
      batch,
      films,
      flows: [...flows, ...missing].map(flowJson),
      oneOf,
      sampled,
      packets: run.seen,
      dropped: run.dropped,
    })
  }

  private topologyNow(): Topology {
    const live = this.hooks.live()
    if (this.topology?.of !== live) this.topology = { of: live, topology: buildTopology(live.namespaces) }
    return this.topology.topology
  }
}
