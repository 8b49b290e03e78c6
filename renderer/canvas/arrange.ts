/** Gives every namespace a place by the shape of its component. Pure; order in the lab decides, never chance. */
import type { Box, Side } from './drawing.js'
import { snapUp } from './drawing.js'
import { routerY } from './banded-box.js'
import { firstSide } from './plain-box.js'
import { gap, laneX, oneRow, placeGroups, placeRows, screenRatio, type Placed, type Rows } from './rows.js'
import {
  allRouted,
  components,
  distinct,
  isBeyond,
  shapeOf,
  spanningTree,
  type Graph,
  type Neighbour,
} from './structure.js'

export interface Arrangement {
  readonly places: Map<string, { x: number; y: number }>
  /** The border that each cabled interface sits on. */
  readonly sides: Map<string, Side>
  /** Leaves in lower rows of a grid: their row, 1 and up, and the box they hang on. */
  readonly rows: Map<string, { row: number; above: string }>
}

/** Composes a box with the sides known so far; sizes come from it. `wishes` are relative to the box. */
export type Compose = (id: string, sides: ReadonlyMap<string, Side>, wishes: ReadonlyMap<string, number>) => Box

/** A chain that turns back has at least so many blocks in a row. */
const chainRow = 2
/** Another row must make the drawing so much larger on the screen: a chain is read along a line. */
const worthTurning = 1.1
/** Levels up to which a tree stands in one piece. */
const deepest = 12

interface Block {
  readonly core: Box
  readonly places: Placed[]
  readonly width: number
  readonly height: number
}

export function arrange(graph: Graph, compose: Compose): Arrangement {
  const result: Arrangement = { places: new Map(), sides: new Map(), rows: new Map() }
  const groups = components(graph)
  const lone = groups
    .filter((group) => group.length === 1 && graph.nodes.get(group[0] as string)?.role !== 'host')
    .flat()
  const joined = groups.filter((group) => group.length > 1 || !lone.includes(group[0] as string))
  const builder = new Builder(graph, compose, result)
  let top = 0
  for (const [index, group] of joined.entries()) {
    // Lone namespaces wait in the first component's row: the next cable will most likely go there.
    const height = builder.component(group, index === 0 ? lone : [], top)
    top = snapUp(top + height + gap.below)
  }
  if (joined.length === 0)
    for (const each of placeRows(lone.map((id) => builder.box(id))).placed)
      result.places.set(each.id, { x: each.x, y: each.y })
  return result
}

class Builder {
  constructor(
    private readonly graph: Graph,
    private readonly compose: Compose,
    private readonly out: Arrangement,
  ) {}

  box(id: string, wishes: ReadonlyMap<string, number> = new Map()): Box {
    return this.compose(id, this.out.sides, wishes)
  }

  /** Places one component with its top at `top`; returns its height. */
  component(group: readonly string[], lone: readonly string[], top: number): number {
    const shape = shapeOf(this.graph, group)
    if (shape.kind === 'tree') return this.tree(shape.root, lone, top)
    const spine = shape.spine
    for (const [index, id] of spine.entries()) {
      const next = spine[index + 1] ?? (shape.kind === 'ring' ? spine[0] : undefined)
      if (next !== undefined) this.join(id, next, 'right', 'left')
    }
    return this.chain(spine, shape.kind === 'ring', lone, top)
  }

  /** Sets the sides of every cable between two namespaces. */
  private join(a: string, b: string, sideA: Side, sideB: Side): void {
    for (const each of this.graph.neighbours.get(a) ?? []) if (each.id === b) this.out.sides.set(each.via, sideA)
    for (const each of this.graph.neighbours.get(b) ?? []) if (each.id === a) this.out.sides.set(each.via, sideB)
  }

  private chain(spine: readonly string[], ring: boolean, lone: readonly string[], top: number): number {
    const inSpine = new Set(spine)
    const leavesOf = (id: string): string[] => distinct(this.graph, id).filter((other) => !inSpine.has(other))
    const first = spine[0] as string
    const last = spine.at(-1) as string
    const isHost = (id: string): boolean => this.graph.nodes.get(id)?.role === 'host'
    // Routers stand between their subnets: the outermost leaves take the ends of the chain, far networks the right end.
    const far = leavesOf(last).filter((id) => isBeyond(this.graph, id))
    const spare = (id: string): string[] =>
      ring || isHost(id) ? [] : leavesOf(id).filter((leaf) => !far.includes(leaf) && allRouted(this.graph, id, leaf))
    const head = spare(first).slice(0, 1)
    const tail =
      far.length > 0
        ? far
        : spare(last)
            .filter((id) => !head.includes(id))
            .slice(0, 1)
    const perRow = ring ? Math.ceil(spine.length / 2) : this.perRow(spine, leavesOf, new Set([...head, ...tail]))
    for (const id of head) this.join(first, id, 'left', 'right')
    const turned = Math.floor((spine.length - 1) / perRow) % 2 === 1
    for (const id of tail) this.join(last, id, turned ? 'left' : 'right', turned ? 'right' : 'left')
    for (const [index, id] of spine.entries()) {
      const next = spine[index + 1]
      const row = Math.floor(index / perRow)
      if (next === undefined) continue
      if (Math.floor((index + 1) / perRow) !== row) this.join(id, next, 'bottom', 'top')
      else if (row % 2 === 1) this.join(id, next, 'left', 'right')
    }
    if (ring) this.join(last, first, 'top', 'bottom')

    const taken = new Set([...head, ...tail])
    const blocks = spine.map((id, index) =>
      this.block(
        id,
        leavesOf(id).filter((leaf) => !taken.has(leaf)),
        index === 0 ? lone : [],
      ),
    )
    const pitches = columnPitches(blocks, perRow)
    let y = top
    const headBox = head.map((id) => this.box(id))[0]
    // The host stays at the origin; a chain without one starts with its first leaf there.
    const start = headBox ? snapUp(headBox.width + gap.side) : 0
    let bottom = top
    for (let row = 0; row * perRow < blocks.length; row++) {
      const members = blocks.slice(row * perRow, (row + 1) * perRow)
      for (const [index, block] of members.entries()) {
        const column = row % 2 === 0 ? index : perRow - 1 - index
        const x = start + pitches.slice(0, column).reduce((sum, each) => sum + each, 0)
        const id = spine[row * perRow + index] as string
        this.put(block, id, x, y + routerY - anchorY(block.core))
      }
      bottom = y + Math.max(...members.map((block) => block.height + routerY - anchorY(block.core)))
      y = snapUp(bottom + (ring ? gap.side : gap.below))
    }
    if (headBox) this.out.places.set(headBox.id, { x: 0, y: this.sideY(first, headBox) })
    const lastPlace = this.out.places.get(last) as { x: number; y: number }
    const lastBox = (blocks.at(-1) as Block).core
    let tailY: number | null = null
    for (const id of tail) {
      const box = this.box(id)
      const x = turned ? lastPlace.x - gap.side - box.width : lastPlace.x + lastBox.width + gap.side
      const at: number = tailY ?? this.sideY(last, box)
      this.out.places.set(id, { x, y: at })
      tailY = snapUp(at + box.height + 24)
      bottom = Math.max(bottom, at + box.height)
    }
    return bottom - top
  }

  /** As many as show the whole chain the largest on a screen; of those that are about as good, the longest row. */
  private perRow(
    spine: readonly string[],
    leavesOf: (id: string) => readonly string[],
    ends: ReadonlySet<string>,
  ): number {
    const blocks = spine.map((id) => {
      const box = this.box(id)
      const leaves = leavesOf(id).filter((leaf) => !ends.has(leaf))
      const hanging = this.rowsUnder(
        id,
        leaves.map((leaf) => this.box(leaf)),
      )
      return {
        width: Math.max(box.width + gap.side, hanging.width + gap.row),
        height: box.height + (leaves.length > 0 ? gap.below + hanging.height : 0) + gap.below,
      }
    })
    const width = Math.max(...blocks.map((block) => block.width))
    const height = Math.max(...blocks.map((block) => block.height))
    const beside = Math.max(0, ...[...ends].map((id) => this.box(id).width + gap.side))
    /** How far the whole would have to be shrunk. */
    const size = (perRow: number): number => {
      const rows = Math.ceil(spine.length / perRow)
      // What stands at the end of a row that has turned back stands below the first box, or below others.
      const sides = rows > 1 ? Math.min(1, ends.size) : ends.size
      return Math.max((perRow * width + sides * beside - gap.side) / screenRatio, rows * height - gap.below)
    }
    const counts = Array.from({ length: Math.max(1, spine.length - chainRow + 1) }, (_, index) => spine.length - index)
    const least = Math.min(...counts.map(size))
    return counts.find((count) => size(count) <= least * worthTurning) ?? spine.length
  }

  /** The y at which a box's first side port lies at the height of its neighbour's. */
  private sideY(neighbour: string, box: Box): number {
    const place = this.out.places.get(neighbour) as { y: number }
    return place.y + anchorY(this.box(neighbour)) - anchorY(box)
  }

  /** A box with its leaves in rows below. */
  private block(id: string, leaves: readonly string[], lone: readonly string[]): Block {
    for (const leaf of leaves) this.join(id, leaf, 'bottom', 'top')
    const boxes = [...leaves, ...lone].map((leaf) => this.box(leaf))
    const rows = this.rowsUnder(id, boxes)
    const wishes = new Map<string, number>()
    // Where ports on the left push the bars aside, the leaves follow.
    const shift = (this.box(id).bars[0]?.x ?? 24) - 24
    const own = new Set(leaves)
    for (const { id: leaf, row } of rows.placed)
      if (row > 0 && own.has(leaf)) this.out.rows.set(leaf, { row, above: id })
    for (const each of this.graph.neighbours.get(id) ?? []) {
      const placed = rows.placed.find((other) => other.id === each.id)
      const box = boxes.find((other) => other.id === each.id)
      if (placed && box) wishes.set(each.via, this.wishFor(each, box, placed.x + shift))
    }
    const core = this.box(id, wishes)
    const places = rows.placed.map((each) => ({ ...each, x: each.x + shift, y: each.y + core.height + gap.below }))
    return {
      core,
      places,
      width: Math.max(core.width, rows.width + shift),
      height: core.height + (boxes.length > 0 ? gap.below + rows.height : 0),
    }
  }

  /** The boxes that hang on `above`, by the bridges of it that they are plugged into. */
  private rowsUnder(above: string, boxes: readonly Box[]): Rows {
    const masters = new Map(this.graph.nodes.get(above)?.interfaces.map((item) => [item.id, item.belongs]))
    const bridges = new Map<string, string>()
    for (const { id, via } of this.graph.neighbours.get(above) ?? [])
      if (!bridges.has(id)) bridges.set(id, masters.get(via) ?? '')
    const groups = new Map<string, Box[]>()
    for (const box of boxes) {
      const bridge = bridges.get(box.id) ?? ''
      groups.set(bridge, [...(groups.get(bridge) ?? []), box])
    }
    const rows = placeGroups([...groups.values()])
    const order = new Map(boxes.map((box, index) => [box.id, index]))
    return { ...rows, placed: [...rows.placed].sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)) }
  }

  /** Where a port at the bottom of a box must be for its cable to reach `box`, placed at `x`, without a bend. */
  private wishFor(cable: Neighbour, box: Box, x: number): number {
    const row = this.out.rows.get(cable.id)?.row ?? 0
    if (row > 0) return laneX(x, row)
    return x + (box.ports.find((port) => port.id === cable.peer)?.x ?? 0)
  }

  private put(block: Block, id: string, x: number, y: number): void {
    this.out.places.set(id, { x, y })
    for (const each of block.places) this.out.places.set(each.id, { x: x + each.x, y: y + each.y })
  }

  /** A tidy tree, rows by distance from the root; far networks to the right of what they hang on. */
  private tree(root: string, lone: readonly string[], top: number): number {
    const { parentOf, levelOf, children } = spanningTree(this.graph, root)
    const isFar = (id: string): boolean => isBeyond(this.graph, id) && (children.get(id) ?? []).length === 0
    for (const [id, parent] of parentOf) {
      if (isFar(id)) this.join(parent, id, 'right', 'left')
      else this.join(parent, id, 'bottom', 'top')
    }
    for (const [id, level] of levelOf)
      for (const next of distinct(this.graph, id)) {
        if (levelOf.get(next) === level && id < next) this.join(id, next, 'right', 'left')
        else if ((levelOf.get(next) ?? 0) > level && parentOf.get(next) !== id) this.join(id, next, 'bottom', 'top')
      }
    const near = new Map([...children].map(([id, all]) => [id, all.filter((child) => !isFar(child))]))
    const far = new Map([...children].map(([id, all]) => [id, all.filter(isFar)]))
    near.set(root, [...(near.get(root) ?? []), ...lone])
    const leaf = (id: string): boolean => (near.get(id) ?? []).length === 0
    // Few leaves keep their place among their siblings; many become one grid.
    const units = (id: string): string[][] => {
      const all = near.get(id) ?? []
      const leaves = all.filter(leaf)
      return leaves.length <= oneRow
        ? all.map((child) => [child])
        : [leaves, ...all.filter((child) => !leaf(child)).map((child) => [child])]
    }
    const rowsOf = (above: string, unit: readonly string[]): Rows =>
      this.rowsUnder(
        above,
        unit.map((id) => this.box(id)),
      )
    const heights: number[] = []
    const raise = (level: number, height: number): void => void (heights[level] = Math.max(heights[level] ?? 0, height))
    const widths = new Map<string, number>()
    const measure = (id: string, level: number): number => {
      const beyond = Math.max(0, ...(far.get(id) ?? []).map((child) => gap.side + this.box(child).width))
      raise(level, this.box(id).height)
      let row = 0
      for (const unit of units(id)) {
        const rows = rowsOf(id, unit)
        raise(level + 1, rows.height)
        row += (row > 0 ? gap.row : 0) + (unit.length > 1 ? rows.width : measure(unit[0] as string, level + 1))
      }
      widths.set(id, Math.max(this.box(id).width + beyond, row))
      return widths.get(id) as number
    }
    measure(root, 0)
    const levelY = (level: number): number =>
      top + heights.slice(0, level).reduce((sum, each) => sum + snapUp(each + gap.below), 0)
    let bottom = top
    /** Returns the right end: a box that reaches for its neighbours' ports is wider than it was measured. */
    const set = (id: string, x: number, level: number): number => {
      const y = levelY(level)
      let end = x + (widths.get(id) ?? 0)
      this.out.places.set(id, { x, y })
      let cursor = x + (this.box(id).bars[0]?.x ?? 24) - 24
      for (const unit of units(id)) {
        const rows = rowsOf(id, unit)
        let right = cursor + rows.width
        if (unit.length === 1) right = set(unit[0] as string, cursor, level + 1)
        else
          for (const each of rows.placed) {
            if (each.row > 0) this.out.rows.set(each.id, { row: each.row, above: id })
            this.out.places.set(each.id, { x: cursor + each.x, y: levelY(level + 1) + each.y })
            bottom = Math.max(bottom, levelY(level + 1) + rows.height)
          }
        end = Math.max(end, right)
        cursor = snapUp(right + gap.row)
      }
      const wishes = new Map<string, number>()
      for (const each of this.graph.neighbours.get(id) ?? []) {
        const place = this.out.places.get(each.id)
        if (place && parentOf.get(each.id) === id)
          wishes.set(each.via, this.wishFor(each, this.box(each.id), place.x - x))
      }
      const box = this.box(id, wishes)
      bottom = Math.max(bottom, y + box.height)
      let farY = y + routerY
      for (const child of far.get(id) ?? []) {
        const beyond = this.box(child)
        this.out.places.set(child, { x: x + box.width + gap.side, y: farY - anchorY(beyond) })
        farY = snapUp(farY + beyond.height + 24)
        end = Math.max(end, x + box.width + gap.side + beyond.width)
      }
      return Math.max(end, x + box.width)
    }
    set(root, 0, 0)
    if (heights.length <= deepest) return bottom - top
    const width = Math.max(...[...levelOf.keys()].map((id) => (this.out.places.get(id)?.x ?? 0) + this.box(id).width))
    return this.fold(levelOf, parentOf, levelY, { levels: heights.length, width, height: bottom - top, top })
  }

  /** A tree as deep as a tower is cut into columns, which stand side by side: the whole has the proportions of a screen. */
  private fold(
    levelOf: ReadonlyMap<string, number>,
    parentOf: ReadonlyMap<string, string>,
    levelY: (level: number) => number,
    { levels, width, height, top }: Record<'levels' | 'width' | 'height' | 'top', number>,
  ): number {
    const columns = Math.max(1, Math.round(Math.sqrt((height * screenRatio) / (width + gap.side))))
    const perColumn = Math.ceil(levels / columns)
    const columnOf = (id: string): number => Math.floor((levelOf.get(id) ?? 0) / perColumn)
    let bottom = top
    for (const id of levelOf.keys()) {
      const place = this.out.places.get(id)
      if (!place) continue
      const column = columnOf(id)
      const y = place.y - (levelY(column * perColumn) - top)
      this.out.places.set(id, { x: place.x + column * snapUp(width + gap.side), y })
      bottom = Math.max(bottom, y + this.box(id).height)
      const parent = parentOf.get(id)
      if (parent !== undefined && columnOf(parent) !== column) this.join(parent, id, 'right', 'left')
    }
    return bottom - top
  }
}

/** The height of a box's first rank of side ports. */
const anchorY = (box: Box): number => (box.banded ? routerY : firstSide)

function columnPitches(blocks: readonly Block[], perRow: number): number[] {
  const columns = Math.min(perRow, blocks.length)
  return Array.from({ length: columns }, (_, column) => {
    const members = blocks.filter((_, index) => {
      const row = Math.floor(index / perRow)
      return (row % 2 === 0 ? index % perRow : perRow - 1 - (index % perRow)) === column
    })
    return snapUp(Math.max(0, ...members.map((block) => Math.max(block.core.width + gap.side, block.width + gap.row))))
  })
}
