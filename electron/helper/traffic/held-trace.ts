/** A packet of the live film as a trace of its own: nobody asked why, so it has no diagnosis. */
import { randomBytes } from 'node:crypto'
import type { Trace } from '../../core/diagnosis/trace.js'
import type { LiveState } from '../../core/live/state.js'
import { frameJson, interfacesOf } from '../trace/parts.js'
import { withReasons } from '../trace/reasons.js'
import type { CapturedFrame } from '../kernel/protocol.js'
import type { StoredFilm } from './film-store.js'

export async function heldTrace({ flow, film }: StoredFilm, live: LiveState, lab: string | null): Promise<Trace> {
  const { hops, frames, outcome, rttUs, ttl } = film
  const { protocol, namespace, destination, ports } = flow
  const first = frames[0]
  return {
    id: randomBytes(8).toString('hex'),
    lab,
    time: first ? Number(BigInt(first.timeNs) / 1_000_000n) : Date.now(),
    probe: {
      from: namespace,
      to: destination,
      protocol,
      ...(ports === null ? {} : { port: ports.destination }),
    },
    outcome,
    rttUs,
    ttl,
    message: null,
    diagnosis: null,
    overheard: true,
    answers: [],
    hops: await withReasons(hops, []),
    frames: frames.map((frame) => frameJson(frame as CapturedFrame, live)),
    dropped: 0,
    beyond: 0,
    interfaces: interfacesOf(live),
  }
}
