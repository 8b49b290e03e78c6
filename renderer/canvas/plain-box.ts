/** A namespace that neither switches nor routes: title, ports on the border with their labels inside, routes at the foot. */
import { snapUp, type Box, type Mark, type Port, type Side } from './drawing.js'
import { interfaceLines, layerOf, lineHeight, linesWidth, mark, routeLines, setLines, titleMark } from './label.js'
import { textWidth } from './measure.js'
import { isAnyTunnel } from '../../electron/core/lab/tunnel.js'
import type { SceneInterface, SceneNamespace } from './scene.js'
import type { Words } from './words.js'

export type Sides = ReadonlyMap<string, Side>

const minWidth = 212
/** Networks beyond hold one short list; they may be narrower. */
const minFarWidth = 176
const minHeight = 84
/** Distance of text from the border. */
const inset = 14
/** The first top port sits here, clear of a short name. */
const firstTop = 88
const topPitch = 88
/** The first port on a left or right border, below the title. */
export const firstSide = 56
const sidePitch = 52

/** Interfaces that are a place in the namespace but not an end of a cable. */
const isInner = (each: SceneInterface): boolean =>
  each.kind === 'loopback' ||
  each.kind === 'dummy' ||
  each.kind === 'vrf' ||
  each.kind === 'bond' ||
  // By a line of its own where what it shares is in another namespace.
  each.share?.parent.namespace === null ||
  ((isAnyTunnel(each.kind) || each.kind === 'vlan') && each.master === null)

export const portOf = (each: SceneInterface, side: Side, x: number, y: number, rest: Partial<Port> = {}): Port => ({
  id: each.id,
  name: each.name,
  side,
  x,
  y,
  state: each.state,
  presence: each.presence,
  bar: null,
  size: 14,
  tunnel: each.tunnel !== null,
  ground: 'border',
  ...rest,
})

/** Lays out one box at the origin. `sides` says where each cable leaves; an interface without one goes to the top. */
export function plainBox(each: SceneNamespace, sides: Sides, words: Words): Box {
  const title = titleMark(each, { x: 34, y: 27 }, words)
  const nameEnd = 34 + textWidth(title.text, 'ns')
  const marks: Mark[] = [title]
  const ports: Port[] = []
  const rules: { x: number; y: number; width: number }[] = []
  const shown = each.interfaces.filter((item) => item.kind !== 'loopback' || item.addresses.length > 0)
  const on = (side: Side): SceneInterface[] =>
    shown.filter((item) => !isInner(item) && (sides.get(item.id) ?? 'top') === side)
  // Beside the name, or below it where ports share its row.
  const caption = each.caption ?? ''
  const below = on('top').length > 0
  const captionAt = below ? { x: inset, y: 45 } : { x: nameEnd + 11, y: 27 }
  if (caption !== '') marks.push(mark('caption', caption, 'cp', captionAt, { tone: 'text3' }))
  const titleEnd = Math.max(nameEnd, caption === '' ? 0 : captionAt.x + textWidth(caption, 'cp'))
  let width = Math.max(each.role === 'far' || each.role === 'outside' ? minFarWidth : minWidth, titleEnd + inset)

  // Top ports share the row with the title.
  let nextTop = Math.max(firstTop, snapUp(titleEnd + 2))
  let foot = 53
  for (const item of on('top')) {
    const lines = interfaceLines(item, words, each.presence === 'foreign')
    ports.push(portOf(item, 'top', nextTop, 0))
    marks.push(...setLines(lines, { x: nextTop + inset, y: 23 }, 'start'))
    foot = Math.max(foot, 21 + lineHeight * lines.length)
    width = Math.max(width, nextTop + inset + linesWidth(lines) + 8)
    nextTop = snapUp(nextTop + Math.max(topPitch, inset + linesWidth(lines) + 22))
  }

  // Side ports and inner interfaces are blocks one under the other.
  const blocks = [...on('left'), ...on('right'), ...shown.filter(isInner)]
  let y = ports.length > 0 ? foot + 22 : firstSide
  for (const [index, item] of blocks.entries()) {
    const lines = interfaceLines(item, words, each.presence === 'foreign')
    const right = !isInner(item) && sides.get(item.id) === 'right'
    if (index > 0 || ports.length > 0) rules.push({ x: inset, y: y - 18, width: 0 })
    marks.push(...setLines(lines, { x: right ? -16 : 16, y: y + 4 }, right ? 'end' : 'start'))
    if (!isInner(item)) ports.push(portOf(item, right ? 'right' : 'left', right ? -1 : 0, y))
    width = Math.max(width, linesWidth(lines) + 32)
    y += sidePitch + lineHeight * (lines.length - 2)
    foot = y - 18
  }
  const bottoms = on('bottom')
  const routes = routeLines(each, words)
  if (shown.length === 0) routes.splice(0, routes.length, { text: words.onlyLoopback, presence: 'live', style: 'cp' })
  let height = foot + 2
  if (routes.length > 0) {
    if (shown.length > 0) rules.push({ x: inset, y: foot, width: 0 })
    for (const [index, route] of routes.entries()) {
      const at = { x: inset, y: foot + 19 + index * lineHeight }
      marks.push(
        mark(`route/${route.text}`, route.text, route.style, at, {
          ...route,
          layer: layerOf(route.style),
          tone: 'text3',
        }),
      )
      width = Math.max(width, inset * 2 + textWidth(route.text, route.style))
    }
    height = foot + 15 + routes.length * lineHeight
  }
  height = snapUp(Math.max(minHeight, height))
  if (bottoms.length > 0) {
    const lines = bottoms.map((item) => interfaceLines(item, words, each.presence === 'foreign'))
    const top = height
    height = snapUp(height + 12 + lineHeight * Math.max(...lines.map((own) => own.length)))
    rules.push({ x: inset, y: top, width: 0 })
    let x = 28
    for (const [index, item] of bottoms.entries()) {
      const own = lines[index] ?? []
      ports.push(portOf(item, 'bottom', x, height))
      marks.push(...setLines(own, { x: x + inset, y: top + 19 }, 'start'))
      width = Math.max(width, x + inset + linesWidth(own) + 8)
      x = snapUp(x + Math.max(topPitch, inset + linesWidth(own) + 22))
    }
  }
  width = snapUp(width)
  return {
    id: each.id,
    role: each.role,
    presence: each.presence,
    banded: false,
    x: 0,
    y: 0,
    width,
    height,
    bands: [],
    // What was measured from the right border gets its place now that the width is known.
    marks: marks.map((item) => (item.anchor === 'end' ? { ...item, x: width + item.x } : item)),
    rules: rules.map((rule) => ({ ...rule, width: width - 2 * inset })),
    ports: ports.map((port) => (port.side === 'right' ? { ...port, x: width } : port)),
    bars: [],
    splits: [],
    router: null,
    nats: [],
    paths: [],
    shield: null,
    gaps: [],
  }
}
