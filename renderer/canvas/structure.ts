/** How namespaces hang together, before any of them has a place: who is a leaf of whom, and which form a chain or a ring. */
import { namespaceOf, type Scene, type SceneNamespace } from './scene.js'

export interface Neighbour {
  readonly id: string
  /** The interface on this side of the cable. */
  readonly via: string
  /** The interface on the other side. */
  readonly peer: string
  /** Neither end is a bridge port: packets are routed, not switched, between the two. */
  readonly routed: boolean
}

export interface Graph {
  readonly nodes: ReadonlyMap<string, SceneNamespace>
  /** In the order of the namespace's interfaces: bridge ports first, in port order of each bridge. */
  readonly neighbours: ReadonlyMap<string, readonly Neighbour[]>
}

export function graphOf(scene: Scene): Graph {
  const nodes = new Map(scene.namespaces.map((each) => [each.id, each]))
  const masters = new Map<string, string | null>()
  for (const each of scene.namespaces) for (const item of each.interfaces) masters.set(item.id, item.master)
  const found = new Map<string, Neighbour[]>(scene.namespaces.map((each) => [each.id, []]))
  for (const cable of scene.cables) {
    if (cable.kind === 'tunnel') continue
    const [a, b] = cable.ends
    if (namespaceOf(a) === namespaceOf(b)) continue
    const routed = !masters.get(a) && !masters.get(b)
    found.get(namespaceOf(a))?.push({ id: namespaceOf(b), via: a, peer: b, routed })
    found.get(namespaceOf(b))?.push({ id: namespaceOf(a), via: b, peer: a, routed })
  }
  for (const each of scene.namespaces) {
    const bridges = each.interfaces.filter((item) => item.kind === 'bridge').map((item) => item.name)
    const rank = new Map(
      each.interfaces.map((item, index) => [
        item.id,
        (item.belongs === null ? bridges.length : bridges.indexOf(item.belongs)) * 10_000 + index,
      ]),
    )
    found.get(each.id)?.sort((x, y) => (rank.get(x.via) ?? 0) - (rank.get(y.via) ?? 0))
  }
  return { nodes, neighbours: found }
}

export const distinct = (graph: Graph, id: string): readonly string[] => [
  ...new Set((graph.neighbours.get(id) ?? []).map((each) => each.id)),
]

export const allRouted = (graph: Graph, a: string, b: string): boolean =>
  (graph.neighbours.get(a) ?? []).filter((each) => each.id === b).every((each) => each.routed)

/** Namespaces that reach each other by cables; in scene order, lone ones included. */
export function components(graph: Graph): string[][] {
  const seen = new Set<string>()
  const found: string[][] = []
  for (const start of graph.nodes.keys()) {
    if (seen.has(start)) continue
    const group = [start]
    seen.add(start)
    for (const id of group)
      for (const next of distinct(graph, id))
        if (!seen.has(next)) {
          seen.add(next)
          group.push(next)
        }
    const order = [...graph.nodes.keys()]
    const index = new Map(order.map((id, at) => [id, at]))
    found.push(group.sort((a, b) => (index.get(a) ?? 0) - (index.get(b) ?? 0)))
  }
  return found
}

export type Shape =
  /** In this order from left to right; what else hangs on each is in `leaves`. */
  | { readonly kind: 'line' | 'ring'; readonly spine: readonly string[] }
  | { readonly kind: 'tree'; readonly root: string }

/** The form a component is drawn in. */
export function shapeOf(graph: Graph, group: readonly string[]): Shape {
  const cores = group.filter((id) => isCore(graph, id))
  if (cores.length === 0) return { kind: 'line', spine: group }
  const inner = new Set(cores)
  const links = new Map(cores.map((id) => [id, distinct(graph, id).filter((other) => inner.has(other))]))
  const straight = cores.every(
    (id) => (links.get(id) ?? []).length <= 2 && (links.get(id) ?? []).every((other) => allRouted(graph, id, other)),
  )
  if (straight) {
    const ends = cores.filter((id) => (links.get(id) ?? []).length <= 1)
    const spine = walk(
      links,
      ends.find((id) => graph.nodes.get(id)?.role === 'host') ?? ends[0] ?? (cores[0] as string),
    )
    if (spine.length === cores.length) return { kind: ends.length === 0 && cores.length > 2 ? 'ring' : 'line', spine }
  }
  const degree = (id: string): number => distinct(graph, id).length
  const root =
    cores.find((id) => graph.nodes.get(id)?.role === 'host') ??
    cores.reduce((best, id) => (degree(id) > degree(best) ? id : best))
  return { kind: 'tree', root }
}

/** Cores are what others hang on: they have several neighbours, or switch. */
function isCore(graph: Graph, id: string): boolean {
  const each = graph.nodes.get(id)
  return (
    each?.role === 'host' ||
    distinct(graph, id).length >= 2 ||
    (each?.interfaces.some((item) => item.kind === 'bridge') ?? false)
  )
}

function walk(links: ReadonlyMap<string, readonly string[]>, start: string): string[] {
  const path = [start]
  const seen = new Set(path)
  for (;;) {
    const next = links.get(path.at(-1) as string)?.find((id) => !seen.has(id))
    if (next === undefined) return path
    seen.add(next)
    path.push(next)
  }
}

/** A network beyond the lab's own: it stands to the right of what it hangs on. */
export const isBeyond = (graph: Graph, id: string): boolean =>
  ['far', 'outside'].includes(graph.nodes.get(id)?.role ?? '')

export interface SpanningTree {
  readonly children: ReadonlyMap<string, readonly string[]>
  readonly parentOf: ReadonlyMap<string, string>
  readonly levelOf: ReadonlyMap<string, number>
}

/** The tree of shortest ways from the root, breadth first. */
export function spanningTree(graph: Graph, root: string): SpanningTree {
  const children = new Map<string, string[]>([[root, []]])
  const parentOf = new Map<string, string>()
  const levelOf = new Map([[root, 0]])
  for (const id of levelOf.keys())
    for (const next of distinct(graph, id)) {
      if (levelOf.has(next)) continue
      levelOf.set(next, (levelOf.get(id) ?? 0) + 1)
      parentOf.set(next, id)
      children.set(next, [])
      children.get(id)?.push(next)
    }
  return { children, parentOf, levelOf }
}
