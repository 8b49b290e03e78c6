/** Films what applications send by themselves: everything is captured for a while, and what was asked for is kept. */
import type { Trace } from '../../core/diagnosis/trace.js'
import type { LiveState } from '../../core/live/state.js'
import { filmEpisode } from '../../core/packet/stream/episode-film.js'
import { Episodes, type Episode } from '../../core/packet/stream/episodes.js'
import { flowJson } from '../../core/packet/stream/flow.js'
import { buildTopology } from '../../core/packet/topology.js'
import type { KernelWorker } from '../kernel/client.js'
import type { CapturedFrame } from '../kernel/protocol.js'
import { heldTrace } from '../traffic/held-trace.js'

/** What has come is taken in so often (ms). */
const tickMs = 50
/** Frames that wait in the worker for the next tick. */
const mostWaiting = 20_000

export interface Wanted {
  readonly matches: (episode: Episode) => boolean
  /** Exchanges; it ends with the last of them. */
  readonly count: number
  /** It ends after this time, with whatever has come. */
  readonly seconds: number
}

export interface Watched {
  readonly traces: readonly Trace[]
  /** Frames that were lost, so that what a film lacks may have happened. */
  readonly lost: number
}

/** @throws KernelRefusal where nothing may be captured */
export async function watchTraffic(worker: KernelWorker, live: LiveState, wanted: Wanted): Promise<Watched> {
  const topology = buildTopology(live.namespaces)
  const episodes = new Episodes()
  const traces: Trace[] = []
  const { capture } = await worker.request('capture-start', { maxFrames: mostWaiting })
  let lost = 0
  let held: readonly CapturedFrame[] = []
  const keep = async (episode: Episode): Promise<void> => {
    const flow = flowJson(episode.talk.flow)
    // A question for a neighbour is shown with the packet that waited for it.
    if (episode.entries.some(({ claimed }) => claimed) || !wanted.matches(episode)) return
    const film = filmEpisode(episode, episodes.neighboursOf(episode), topology, false)
    if (film.hops.length > 0) traces.push(await heldTrace({ id: '', flow, film }, live, null))
  }
  try {
    const end = performance.now() + wanted.seconds * 1000
    while (traces.length < wanted.count && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, tickMs))
      const taken = await worker.request('capture-take', { capture })
      lost += taken.dropped + taken.beyond
      if (taken.dropped + taken.beyond > 0) episodes.lost()
      const frames = [...held, ...taken.frames]
      held = frames.filter(({ timeNs }) => timeNs > taken.untilNs)
      episodes.take(
        frames.filter(({ timeNs }) => timeNs <= taken.untilNs),
        topology,
      )
      for (const episode of episodes.close(taken.untilNs)) if (traces.length < wanted.count) await keep(episode)
    }
  } finally {
    await worker.request('capture-stop', { capture })
  }
  return { traces, lost }
}
