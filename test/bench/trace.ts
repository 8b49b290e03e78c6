/** How long a film takes to be complete, and what capturing costs the packets that are captured. */
import { isolated, openSession } from './stages.js'
import { topology } from './topology.js'
import type { Trace } from '../../electron/core/diagnosis/trace.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { fileURLToPath } from 'node:url'

const samples = 15

export interface FilmTime {
  readonly lab: string
  readonly hops: number
  /** From the reply's last frame to the complete film at the client. */
  readonly medianMs: number
  readonly worstMs: number
  /** From the client's request to that, the reading of the lab before the probe included. */
  readonly wholeMs: number
  readonly samples: number
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** When the answer came in, on the wall clock that frames are stamped with (ms). */
function arrivalMs(trace: Trace): number {
  const last = trace.hops.findLast(({ leg, observed }) => leg === 'reply' && observed)
  const frame = trace.frames[last?.frame ?? -1]
  if (!frame) throw new Error(`no answer: ${trace.outcome}`)
  return Number(BigInt(frame.timeNs) / 1000n) / 1000
}

async function filmTime(name: string, lab: LabFile, from: string, to: string): Promise<FilmTime> {
  const session = await openSession()
  try {
    const applied = await session.request('lab/apply', { lab, former: 'everything' })
    if (!applied.ok) throw new Error(applied.failure.message)
    const after: number[] = []
    const whole: number[] = []
    let hops = 0
    // The first one has neighbours to find and code to compile.
    for (let round = 0; round <= samples; round += 1) {
      const begin = performance.now()
      const answer = await session.request('trace/run', { from, to })
      const now = performance.timeOrigin + performance.now()
      if (!answer.ok) throw new Error(answer.failure.message)
      if (round === 0) continue
      hops = answer.trace.hops.length
      after.push(now - arrivalMs(answer.trace))
      whole.push(performance.now() - begin)
    }
    return {
      lab: name,
      hops,
      medianMs: median(after),
      worstMs: Math.max(...after),
      wholeMs: median(whole),
      samples,
    }
  } finally {
    await session.close()
  }
}

export interface CaptureCost {
  readonly echoes: number
  readonly received: number
  readonly namespaces: number
  readonly frames: number
  /** As many as there must be: every echo and every answer at both ends of every cable. */
  readonly expected: number
  readonly dropped: number
  readonly floodMs: number
  readonly cpuMs: number
  readonly plainRttUs: number
  readonly capturedRttUs: number
}

/** In namespaces of its own, with the worker and nothing else of Vethlab. */
export async function captureCost(): Promise<CaptureCost> {
  const program = fileURLToPath(new URL('./bench-capture.js', import.meta.url))
  return JSON.parse(await isolated([process.execPath, program], '')) as CaptureCost
}

/** The last one of a line of `count` namespaces: its address on the last cable. */
const endOfLine = (count: number): string => {
  const offset = (count - 2) * 4 + 2
  return `10.0.${(offset >> 8) & 255}.${offset & 255}`
}

/** Two ends and twenty routers between them. */
export const lineOf20 = { lab: topology('line', 22), from: 'r0', to: endOfLine(22), namespaces: 22 } as const

export async function filmTimes(): Promise<readonly FilmTime[]> {
  return [
    await filmTime('line, 20 routers', lineOf20.lab, lineOf20.from, lineOf20.to),
    await filmTime('star, 100 namespaces', topology('star', 100), 'n0', '10.0.0.101'),
  ]
}
