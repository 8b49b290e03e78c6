/**
 * A namespace that switches or routes: a layer 3 band with the router, and below it a layer 2 band with the bridges, each
 * of which touches both through its own interface on the line between them.
 */
import { claspBonds } from './bond-paths.js'
import { planBars } from './bars.js'
import {
  snapUp,
  type Band,
  type Bar,
  type Box,
  type InnerPath,
  type Mark,
  type Nat,
  type Port,
  type Split,
} from './drawing.js'
import { longestTag, tagWidth } from './box-tag.js'
import { interfaceLines, layerOf, lineHeight, linesWidth, mark, routeLines, setLines, titleMark } from './label.js'
import { textWidth } from './measure.js'
import { planNats, type NatPlan } from './nat-plan.js'
import { portOf, type Sides } from './plain-box.js'
import type { SceneInterface, SceneNamespace } from './scene.js'
import type { Words } from './words.js'

const bandTop = 36
const bandInset = 8
/** The row of the router: every side port of the first rank lies on it, so that cables between boxes are straight. */
export const routerY = 100
export const routerRadius = 20
const layer3Height = 120
/** From the router's centre to the right border when both labels and a hexagon must fit between them. */
const rightMargin = { withPorts: 60, without: 24 }
const sidePitch = 56

export interface BoxInput {
  readonly each: SceneNamespace
  readonly sides: Sides
  readonly words: Words
  /** Where ports at the bottom would be straight above their peers; relative to the box, by interface id. */
  readonly wishes: ReadonlyMap<string, number>
  /** Width that is free to the right, or null. */
  readonly maxWidth: number | null
}

/** Lays out one box at the origin. */
export function bandedBox({ each, sides, words, wishes, maxWidth }: BoxInput): Box {
  const bridged = each.interfaces.some((item) => item.kind === 'bridge')
  const routed = each.interfaces.filter(
    (item) => item.kind !== 'bridge' && item.master === null && (item.kind !== 'loopback' || item.addresses.length > 0),
  )
  const on = (side: string): SceneInterface[] => routed.filter((item) => (sides.get(item.id) ?? 'right') === side)
  const [lefts, rights, tops, bottoms] = [on('left'), on('right'), on('top'), on('bottom')]
  const lines = new Map(
    each.interfaces.map((item) => [item.id, interfaceLines(item, words, each.presence === 'foreign')]),
  )
  const widest = (items: readonly SceneInterface[]): number =>
    Math.max(0, ...items.map((item) => linesWidth(lines.get(item.id) ?? [])))
  const leftWidth = lefts.length > 0 ? 16 + widest(lefts) + 28 : 0
  const nats = planNats(each, { tops, bottoms, lefts, rights })
  const title = titleMark(each, { x: 34, y: 23 }, words)
  const titleEnd = 34 + textWidth(title.text, 'ns')
  const marks: Mark[] = [title]
  let width = titleEnd + 20
  const caption = each.caption ?? (each.role === 'host' ? words.rootNamespace : '')
  if (caption !== '' && tops.length === 0) {
    marks.push(mark('root', caption, 'cp', { x: titleEnd + 11, y: 23 }, { tone: 'text3' }))
    width += 11 + textWidth(caption, 'cp')
  }

  // The header holds what marks the namespace, too.
  width += tagWidth(longestTag(each, words)) + 28

  // Layer 3 grows with what hangs above the line: addresses of bridges, NAT rules, further ports on the sides.
  const bridges = each.interfaces.filter((item) => item.kind === 'bridge')
  const extra = Math.max(0, ...bridges.map((item) => (lines.get(item.id)?.length ?? 3) - 3)) * lineHeight
  const raised = bridged || nats.some((nat) => nat.side === 'right')
  const rightYs = stackPorts(rights, { nats, lines, raised: raised ? 'all' : 'rest' })
  const leftYs = stackPorts(lefts, { nats, lines, raised: 'none' })
  const natDepth = Math.max(0, ...nats.map((nat) => nat.lines.length - 2)) * 15
  const deepest = (items: readonly SceneInterface[], ys: readonly number[], isBelow: boolean): number =>
    Math.max(
      routerY,
      ...items.map((item, index) => {
        const words = isBelow ? below + lineHeight * ((lines.get(item.id)?.length ?? 2) - 1) : 0
        const nat = nats.find((one) => one.interface === item.id)
        return (ys[index] as number) + Math.max(words - 36, nat && index > 0 ? 15 * nat.lines.length : 0)
      }),
    )
  const lowest = Math.max(deepest(rights, rightYs, !raised), deepest(lefts, leftYs, true))
  let layer3Bottom = Math.max(bandTop + layer3Height + Math.max(extra, natDepth), lowest + sidePitch)
  const bottomRow =
    bottoms.length === 0 ? 0 : 20 + lineHeight * Math.max(...bottoms.map((item) => lines.get(item.id)?.length ?? 2))
  const bottomNat = nats.some((nat) => nat.side === 'bottom') ? 48 : 0
  const busY = bottoms.length > 0 && !bridged ? routerY + 40 : routerY
  if (!bridged && bottoms.length > 0) layer3Bottom = Math.max(layer3Bottom, busY + 24 + bottomNat + bottomRow)

  const limit = maxWidth === null ? null : maxWidth - (rights.length > 0 ? 36 : 24)
  const plan = planBars({
    each,
    words,
    lines,
    left: 24 + (bridged ? leftWidth : 0),
    top: layer3Bottom + 28,
    wishes,
    limit,
  })
  const lastBar = plan.bars.at(-1)
  const layer2Bottom = lastBar ? plan.bottom : layer3Bottom
  marks.push(...plan.marks)

  // The router stands above the first stem; without a bridge, between the labels of its sides.
  const labelled =
    textWidth(words.forwarding, 'cp') > textWidth('ip_forward=1', 'cpm') ? words.forwarding : 'ip_forward=1'
  const forwardingWidth = Math.max(
    textWidth(labelled, 'cpm'),
    each.firewallRules > 0 ? 14 + textWidth(words.firewall(each.firewallRules), 'cp') : 0,
  )
  // The shield's words stand in the row of the band's own.
  const bandEnd = each.firewallRules > 0 || tops.length > 0 ? 20 + textWidth(words.layer3Band, 'band') + 12 - 26 : 0
  const routerX =
    plan.bars[0]?.stemX ??
    snapUp(Math.max(bandEnd, leftWidth + 20, bottoms.length > 0 ? 216 : 0, tops.length > 0 ? titleEnd + 8 : 0, 56))
  const right = routerX + 26 + forwardingWidth
  width = Math.max(width, right + 16)
  if (rights.length > 0) {
    width = Math.max(
      width,
      raised ? right + 24 + widest(rights) + 16 : routerX + routerRadius + 28 + widest(rights) + 16,
    )
    for (const nat of nats)
      if (nat.side === 'right')
        width = Math.max(width, Math.max(routerX, plan.bars.at(-1)?.stemX ?? 0) + 44 + nat.width + 54)
  }
  if (plan.bars.length > 0)
    width = Math.max(width, plan.right + (rights.length > 0 ? rightMargin.withPorts : rightMargin.without))
  // Further ports reach down to where bridges say their names.
  const lastSplit = plan.bars.at(-1)?.stemX
  if (rights.length > 1 && lastSplit !== undefined) width = Math.max(width, lastSplit + 24 + widest(rights) + 32)
  if (maxWidth !== null && plan.bars.length > 0) width = Math.min(width, Math.max(maxWidth, plan.right + 16))
  if (lefts.length > 0 && rights.length > 0 && !bridged) width = Math.max(width, 2 * routerX)
  // Layer 3 reaches down beside the switches: no peer draws a routed port under them.
  const leastBottom = bridged ? plan.right + 44 : 28
  const bottomXs = placeBottoms(bottoms, wishes, leastBottom, lines)
  for (const [index, item] of bottoms.entries()) {
    const x = bottomXs[index] as number
    width = Math.max(width, x + 14 + linesWidth(lines.get(item.id) ?? []) + 16)
  }
  // Tall labels at the top would reach into the words of the router: they stand right of those.
  const tallest = Math.max(0, ...tops.map((item) => lines.get(item.id)?.length ?? 0))
  const isTall = tallest > (each.firewallRules > 0 ? 2 : 3) || nats.some(({ side }) => side === 'top')
  const firstTop = isTall ? snapUp(right + 16) : routerX
  const topPitch = Math.max(
    88,
    snapUp(14 + widest(tops) + 22),
    ...nats.filter(({ side }) => side === 'top').map((nat) => snapUp(26 + nat.width + 12)),
  )
  const topXs = tops.map((_, index) => firstTop + index * topPitch)
  for (const x of topXs) {
    const end = x + 14 + widest(tops)
    width = Math.max(width, end + 12 + tagWidth(longestTag(each, words)) + 16)
    if (rights.length > 0) width = Math.max(width, end + 24 + widest(rights) + 16)
  }
  const routes = routeLines(each, words)
  const routesWidth = Math.max(0, ...routes.map(({ text, style }) => textWidth(text, style)))
  // Cables of bridge ports, and paths to ports on the lower border, pass through the row of the routes.
  const passing = [...plan.ports.map(({ x }) => x), ...bottomXs]
  const routesX = freeStart(routesWidth, passing, width)
  if (routes.length > 0) width = Math.max(width, routesX + routesWidth + 16)
  width = snapUp(width)
  const bodyBottom = Math.max(
    layer2Bottom,
    bridged && bottoms.length > 0 ? layer3Bottom + 40 + bottomNat + bottomRow : 0,
  )
  const footHeight = routes.length > 0 ? 10 + lineHeight * routes.length : 0
  const height = bodyBottom + bandInset + footHeight
  for (const [index, route] of routes.entries())
    marks.push(
      mark(
        `route/${route.text}`,
        route.text,
        route.style,
        { x: routesX, y: bodyBottom + 18 + index * lineHeight },
        { ...route, layer: layerOf(route.style), tone: 'text3' },
      ),
    )

  const ports: Port[] = [...plan.ports]
  const paths: InnerPath[] = []
  const bus = { x: routerX, y: routerY }
  // One path per interface, from the router to its port, through its NAT.
  const join = (
    item: SceneInterface,
    points: readonly { x: number; y: number }[],
    nat: NatPlan | undefined,
    at: { x: number; y: number },
  ): void => {
    if (!nat) return void paths.push({ id: `${item.id}/path`, from: 'router', to: item.id, points })
    const before = points.slice(0, -1)
    paths.push(
      { id: `${item.id}/path`, from: 'router', to: nat.id, points: [...before, at] },
      { id: `${item.id}/path/out`, from: nat.id, to: item.id, points: [at, points.at(-1) as { x: number; y: number }] },
    )
    placed.push({ id: nat.id, interface: item.id, presence: nat.presence, ...at })
    marks.push(...nat.marks(at))
  }
  const placed: Nat[] = []
  const natOf = (item: SceneInterface): NatPlan | undefined => nats.find((nat) => nat.interface === item.id)

  for (const [index, item] of rights.entries()) {
    const y = rightYs[index] as number
    const own = lines.get(item.id) ?? []
    ports.push(portOf(item, 'right', width, y))
    marks.push(
      ...setLines(own, { x: width - 16, y: raised || index > 0 ? y - 8 - lineHeight * own.length : y + 20 }, 'end'),
    )
    const turn = width - 16 - widest(rights) - 16
    const points =
      index === 0 ? [bus, { x: width, y }] : [bus, { x: turn, y: routerY }, { x: turn, y }, { x: width, y }]
    join(item, points, natOf(item), { x: width - 80, y })
  }
  for (const [index, item] of lefts.entries()) {
    const y = leftYs[index] as number
    ports.push(portOf(item, 'left', 0, y))
    marks.push(...setLines(lines.get(item.id) ?? [], { x: 16, y: y + 20 }, 'start'))
    const turn = leftWidth - 8
    const points = index === 0 ? [bus, { x: 0, y }] : [bus, { x: turn, y: routerY }, { x: turn, y }, { x: 0, y }]
    join(item, points, natOf(item), { x: 80, y })
  }
  for (const [index, item] of tops.entries()) {
    const x = topXs[index] as number
    ports.push(portOf(item, 'top', x, 0))
    marks.push(...setLines(lines.get(item.id) ?? [], { x: x + 14, y: 16 }, 'start'))
    join(item, x === routerX ? [bus, { x, y: 0 }] : [bus, { x, y: routerY }, { x, y: 0 }], natOf(item), {
      x,
      y: Math.max(66, 42 + lineHeight * (tallest - 1)),
    })
  }
  for (const [index, item] of bottoms.entries()) {
    const x = bottomXs[index] as number
    const own = lines.get(item.id) ?? []
    ports.push(portOf(item, 'bottom', x, height))
    marks.push(...setLines(own, { x: x + 14, y: bodyBottom - 14 - lineHeight * (own.length - 1) }, 'start'))
    const points =
      x === routerX ? [bus, { x, y: height }] : [bus, { x: routerX, y: busY }, { x, y: busY }, { x, y: height }]
    join(item, points, natOf(item), { x, y: bodyBottom - bottomRow - 30 })
  }

  const splits: Split[] = plan.bars.map((bar: Bar): Split => {
    const item = bridges.find((bridge) => bridge.id === bar.id) as SceneInterface
    return {
      id: bar.id,
      x: bar.stemX,
      y: layer3Bottom + 1,
      presence: bar.presence,
      addressed: item.addresses.some((address) => address.presence !== 'planned'),
    }
  })
  for (const split of splits) {
    const own = lines.get(split.id) ?? []
    marks.push(...setLines(own, { x: split.x - 22, y: layer3Bottom - 8 - lineHeight * (own.length - 1) }, 'end'))
    if (!split.addressed) continue
    const points = split.x === routerX ? [split, bus] : [split, { x: split.x, y: routerY }, bus]
    paths.push({ id: `${split.id}/path`, from: split.id, to: 'router', points: points.map(({ x, y }) => ({ x, y })) })
  }

  marks.push(
    mark('band3', words.layer3Band, 'band', { x: 20, y: 57 }, { layer: 3, tone: 'l3' }),
    mark(
      `forwarding/${each.forwarding}`,
      each.forwarding ? words.forwarding : words.notForwarding,
      'cp',
      { x: routerX + 26, y: 70 },
      { layer: 3 },
    ),
    mark(
      `ip_forward/${each.forwarding}`,
      `ip_forward=${each.forwarding ? 1 : 0}`,
      'cpm',
      { x: routerX + 26, y: 86 },
      { layer: 3, tone: each.forwarding ? 'l3' : 'text3' },
    ),
  )
  const filtered = each.firewallRules > 0
  if (filtered)
    marks.push(
      mark(
        `firewall/${each.firewallRules}`,
        words.firewall(each.firewallRules),
        'cp',
        { x: routerX + 40, y: 54 },
        { layer: 3 },
      ),
    )
  const bands: Band[] = [
    { layer: 3, x: bandInset, y: bandTop, width: width - 2 * bandInset, height: layer3Bottom - bandTop },
  ]
  if (plan.bars.length > 0) {
    // Routed ports at the bottom belong to layer 3: it reaches down beside the switches.
    const layer2Width = bottoms.length > 0 ? plan.right + 20 - bandInset : width - 2 * bandInset
    bands.push({
      layer: 2,
      x: bandInset,
      y: layer3Bottom + 2,
      width: layer2Width,
      height: bodyBottom - layer3Bottom - 2,
    })
    if (bottoms.length > 0) {
      const x = bandInset + layer2Width + 2
      bands.push({
        layer: 3,
        x,
        y: layer3Bottom + 2,
        width: width - bandInset - x,
        height: bodyBottom - layer3Bottom - 2,
      })
    }
    marks.push(mark('band2', words.layer2Band, 'band', { x: 20, y: layer3Bottom + 18 }, { layer: 2, tone: 'l2' }))
  }
  return {
    id: each.id,
    role: each.role,
    presence: each.presence,
    banded: true,
    x: 0,
    y: 0,
    width,
    height,
    bands,
    marks,
    rules: [],
    ports,
    bars: plan.bars,
    splits,
    router: { ...bus, on: each.forwarding },
    nats: placed,
    paths: claspBonds(paths, each.interfaces),
    shield: filtered ? { x: routerX + 26, y: 44 } : null,
    gaps: [],
  }
}

/** Between a line of words and a cable that passes it; right of a port, words begin where its label does. */
const cableAir = 10
const besideCable = 16

/** Where words of that width begin so that nothing passes through them: at the left, else right of a cable. */
function freeStart(words: number, passing: readonly number[], width: number): number {
  const isFree = (start: number): boolean =>
    start + words <= width - 12 && passing.every((x) => x < start - cableAir || x > start + words + cableAir)
  const starts = [20, ...passing.toSorted((a, b) => a - b).map((x) => x + besideCable)]
  return starts.find(isFree) ?? starts.at(-1) ?? 20
}

const firstBottom = 88

/** Baselines of a side port's label: the first below the port, or the last above it. */
const below = 20
const above = 8
/** From one port's words to the next one's. */
const airBetween = 14

interface Stack {
  readonly nats: readonly NatPlan[]
  readonly lines: ReadonlyMap<string, readonly unknown[]>
  /** Labels stand above their port: all of them, or all but the first. */
  readonly raised: 'all' | 'rest' | 'none'
}

/** The y of each port on one side: one under the other, as far apart as labels and NAT between them need. */
function stackPorts(items: readonly SceneInterface[], { nats, lines, raised }: Stack): number[] {
  // Higher than this, the first label would stand in the title.
  let free = bandTop + 14 - above
  return items.map((item, index) => {
    const count = lines.get(item.id)?.length ?? 2
    const isAbove = raised === 'all' || (raised === 'rest' && index > 0)
    const over = isAbove ? above + lineHeight * count : 0
    const y =
      index === 0 ? Math.max(routerY, isAbove ? snapUp(free + over) : 0) : snapUp(free + Math.max(over, airBetween))
    const nat = nats.find((each) => each.interface === item.id)
    const words = isAbove ? 0 : below + lineHeight * (count - 1)
    const hexagon = nat ? 34 + 15 * nat.lines.length : 0
    free = y + Math.max(words, hexagon, 10) + airBetween
    return y
  })
}

function placeBottoms(
  items: readonly SceneInterface[],
  wishes: ReadonlyMap<string, number>,
  leastX: number,
  lines: ReadonlyMap<string, Parameters<typeof linesWidth>[0]>,
): number[] {
  let least = leastX
  let next = Math.max(firstBottom, leastX)
  return items.map((item) => {
    const x = Math.max(wishes.get(item.id) ?? next, least)
    least = snapUp(x + 14 + linesWidth(lines.get(item.id) ?? []) + 22)
    next = least
    return x
  })
}
