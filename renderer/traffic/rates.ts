/** How fast flows are, and the sign that each is known by. Pure. */
import type { Flow } from '../../electron/core/packet/stream/flow.js'

/** Over which a rate is measured: as long as a ping and its answer need to be two packets a second (ms). */
const windowMs = 2000
/** Numbers are looked at so often (ms). */
const stepMs = 200
/** Signs there are; with more flows at once than these, two share one. */
export const markCount = 6

interface Sample {
  readonly atMs: number
  readonly packets: number
}

export class Rates {
  readonly #samples = new Map<string, readonly Sample[]>()
  readonly #marks = new Map<string, number>()

  /** Takes the latest number of packets of a flow; the list of flows is told whole, so that those that are gone are forgotten. */
  take(flows: readonly Flow[], atMs: number): void {
    const known = new Set(flows.map(({ id }) => id))
    for (const id of [...this.#samples.keys()]) if (!known.has(id)) this.#samples.delete(id)
    for (const id of [...this.#marks.keys()]) if (!known.has(id)) this.#marks.delete(id)
    for (const { id, packets } of flows) {
      const samples = this.#samples.get(id) ?? []
      if (atMs - (samples.at(-1)?.atMs ?? -Infinity) < stepMs) continue
      // One older than the window stays: the rate is measured from there.
      const start = samples.findLastIndex((sample) => sample.atMs <= atMs - windowMs)
      this.#samples.set(id, [...samples.slice(Math.max(0, start)), { atMs, packets }])
    }
  }

  /** Packets per second, of both directions; null before there are two moments to compare. */
  of(id: string): number | null {
    const samples = this.#samples.get(id) ?? []
    const [first, last] = [samples[0], samples.at(-1)]
    if (!first || !last || last.atMs - first.atMs < windowMs / 2) return null
    return ((last.packets - first.packets) * 1000) / (last.atMs - first.atMs)
  }

  /** The same for as long as the flow is known: the first that no other has. Questions for neighbours need none. */
  markOf({ id, protocol }: Pick<Flow, 'id' | 'protocol'>): number | null {
    if (protocol === 'arp' || protocol === 'ndp') return null
    const known = this.#marks.get(id)
    if (known !== undefined) return known
    const used = new Set(this.#marks.values())
    const free = Array.from({ length: markCount }, (_, mark) => mark).find((mark) => !used.has(mark))
    const mark = free ?? this.#marks.size % markCount
    this.#marks.set(id, mark)
    return mark
  }

  clear(): void {
    this.#samples.clear()
    this.#marks.clear()
  }
}
