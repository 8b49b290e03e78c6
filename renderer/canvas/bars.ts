/** Layer 2 of a box: bridge bars in steps, their ports on the lower edge, a stem up to each bridge's own interface. */
import { snapUp, type Bar, type Mark, type Port } from './drawing.js'
import { lineHeight, linesWidth, mark, setLines, type Line } from './label.js'
import { elide, textWidth } from './measure.js'
import { portOf } from './plain-box.js'
import type { SceneInterface, SceneNamespace } from './scene.js'
import type { Words } from './words.js'

export const barHeight = 28
/** A bar's top below the top of the one before: 28 and 24 between them. */
const barStep = 52
/** From the left end of a bar to its first port, as far as nothing else is wished. */
const firstPort = 64
const portPitch = 132
/** Below this distance two full-size squares and their hit areas would touch. */
const densePitch = 20
/** From the first port to the stem: right of the port's label. */
const stemOffset = 128

export interface BarsPlan {
  readonly bars: readonly Bar[]
  readonly ports: readonly Port[]
  readonly marks: readonly Mark[]
  /** Right end of what is drawn. */
  readonly right: number
  /** Lower end of bars and port labels, with air below. */
  readonly bottom: number
}

export interface BarsInput {
  readonly each: SceneNamespace
  readonly words: Words
  /** Labels by interface id. */
  readonly lines: ReadonlyMap<string, readonly Line[]>
  readonly left: number
  readonly top: number
  /** Where a port would hang straight above its peer's; by interface id. */
  readonly wishes: ReadonlyMap<string, number>
  /** Ports go no further right than this; a cable bends instead. Null: the box may grow. */
  readonly limit: number | null
}

export function planBars({ each, words, lines, left, top, wishes, limit }: BarsInput): BarsPlan {
  const bars: Bar[] = []
  const ports: Port[] = []
  const marks: Mark[] = []
  let cursor = left
  let bottom = top
  for (const [index, bridge] of each.interfaces.filter((item) => item.kind === 'bridge').entries()) {
    const y = top + index * barStep
    const members = each.interfaces.filter((item) => item.master === bridge.name)
    const places = placePorts(members, cursor, wishes, limit)
    const stemX = (places[0]?.x ?? cursor + firstPort) + stemOffset
    const name = elide(bridge.name, 18)
    const caption = words.switchPorts(members.length)
    let right = stemX + 18 + textWidth(name, 'nm') + 24 + textWidth(caption, 'cp') + 10
    for (const [at, { item, x }] of places.entries()) {
      const room = (places[at + 1]?.x ?? Infinity) - x
      const dense = room < densePitch || x - (places[at - 1]?.x ?? -Infinity) < densePitch
      ports.push(portOf(item, 'bottom', x, y + barHeight, { bar: bridge.id, ground: 'l2', size: dense ? 10 : 14 }))
      const own = lines.get(item.id) ?? []
      const width = 16 + linesWidth(own)
      right = Math.max(right, x + 24)
      if (room < width + 4 || (limit !== null && x + width > limit + firstPort)) continue
      bottom = Math.max(bottom, y + barHeight + 14 + lineHeight * own.length)
      marks.push(...setLines(own, { x: x + 16, y: y + barHeight + 21 }, 'start'))
      right = Math.max(right, x + width)
    }
    right = snapUp(right)
    bars.push({
      id: bridge.id,
      name: bridge.name,
      presence: bridge.presence,
      state: bridge.state,
      x: cursor,
      y,
      width: right - cursor,
      height: barHeight,
      stemX,
    })
    marks.push(
      mark(
        `${bridge.id}/bar`,
        name,
        'nm',
        { x: stemX + 18, y: y + 17 },
        { layer: 2, tone: 'text', title: name === bridge.name ? null : bridge.name },
      ),
      mark(`${bridge.id}/bar/${caption}`, caption, 'cp', { x: right - 10, y: y + 17 }, { layer: 2, anchor: 'end' }),
    )
    cursor = right + 40
  }
  const right = bars.length > 0 ? cursor - 40 : left
  return { bars, ports, marks, right, bottom: Math.max(bottom, (bars.at(-1)?.y ?? top) + barHeight + 46) }
}

/** Gives every port its wished x where it fits, else the nearest place that keeps ports apart and inside the limit. */
function placePorts(
  members: readonly SceneInterface[],
  left: number,
  wishes: ReadonlyMap<string, number>,
  limit: number | null,
): { item: SceneInterface; x: number }[] {
  const wished = members.flatMap((item) => wishes.get(item.id) ?? [])
  // Ports that need not be anywhere come after those that should face their peer.
  let next = wished.length > 0 ? Math.max(...wished) + portPitch : left + firstPort
  const places = members.map((item) => {
    const wish = wishes.get(item.id)
    if (wish !== undefined) return { item, x: wish }
    next += portPitch
    return { item, x: next - portPitch }
  })
  places.sort((a, b) => a.x - b.x)
  const apart = Math.min(24, minDistance(places.map((place) => place.x)))
  let least = left + 20
  for (const place of places) {
    place.x = Math.max(place.x, least)
    least = place.x + apart
  }
  let most = limit ?? Infinity
  for (const place of [...places].reverse()) {
    place.x = Math.max(left + 20, Math.min(place.x, most))
    most = place.x - apart
  }
  return places
}

/** The closest two wishes that differ; two at one place are moved 24 apart. */
function minDistance(xs: readonly number[]): number {
  let least = Infinity
  for (let index = 1; index < xs.length; index++) {
    const distance = (xs[index] as number) - (xs[index - 1] as number)
    if (distance > 4) least = Math.min(least, distance)
  }
  return Number.isFinite(least) ? Math.max(10, least) : 24
}
