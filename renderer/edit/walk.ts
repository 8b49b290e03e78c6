/** From object to object by key: along the cables, and from a namespace into its bridges. */
import type { Place } from '../../electron/core/change/building.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import type { Point, Rect } from '../canvas/drawing.js'

/**
 * What is at the other end of a cable in that direction: of those the nearest to it, and of a bridge the bridge. A box
 * with a bridge is entered from above, and a bridge is left by the way up where no cable leads there.
 */
export function walk(lab: Lab, placed: ReadonlyMap<string, Rect>, from: Place, way: Point): Place | null {
  const here = placed.get(from.namespace)
  const entry = lab.namespaces.get(from.namespace)
  if (!here || !entry) return null
  const ends = entry.interfaces.flatMap((each) => {
    if (each.kind !== 'veth' || (from.bridge !== undefined && each.master !== from.bridge)) return []
    const { namespace, interface: name } = each.peer
    const peer = lab.namespaces.get(namespace)?.interfaces.find((one) => one.name === name)
    const box = placed.get(namespace)
    if (!box || namespace === from.namespace) return []
    const place: Place = { namespace, ...(peer?.master && { bridge: peer.master }) }
    return [{ place, ...aside(here, box, way) }]
  })
  const [nearest] = ends.filter(({ ahead, across }) => ahead > 0 && across <= ahead).toSorted((a, b) => a.far - b.far)
  if (nearest) return nearest.place
  if (from.bridge !== undefined) return way.y < 0 ? { namespace: from.namespace } : null
  const [bridge] = entry.interfaces.filter(({ kind }) => kind === 'bridge')
  return way.y > 0 && bridge ? { namespace: from.namespace, bridge: bridge.name } : null
}

/** How far one box is from another in a direction, and beside it: by what lies between them, or else by their middles. */
function aside(from: Rect, to: Rect, { x, y }: Point): { ahead: number; across: number; far: number } {
  const dx = to.x + to.width / 2 - from.x - from.width / 2
  const dy = to.y + to.height / 2 - from.y - from.height / 2
  const [ahead, across] = [dx * x + dy * y, Math.abs(x === 0 ? dx : dy)]
  // A box that lies wholly on one side is there, however far it is moved along that side.
  const beyond =
    x > 0
      ? to.x - from.x - from.width
      : x < 0
        ? from.x - to.x - to.width
        : y > 0
          ? to.y - from.y - from.height
          : from.y - to.y - to.height
  return { ahead, across: beyond >= 0 ? 0 : across, far: Math.hypot(dx, dy) }
}
