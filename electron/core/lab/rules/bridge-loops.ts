import { quote } from '../describe.js'
import { formatEndpoint } from '../endpoint.js'
import { warning } from '../finding.js'
import type { LabIndex, Rule } from './lab-index.js'
import { said } from '../../words/said.js'

/**
 * Bridges that cables join in a circle: a broadcast goes round in it for ever. One bridge with spanning tree (IEEE 802.1D)
 * cuts the circle, as those without pass its BPDUs on, so only circles without any are warned of.
 */
export const bridgeLoopRules: Rule = function* (lab) {
  const bridges = bridgesOfPorts(lab)
  const parents = new Map<string, string>()
  const find = (bridge: string): string => {
    const parent = parents.get(bridge)
    if (parent === undefined) return bridge
    const root = find(parent)
    parents.set(bridge, root)
    return root
  }
  for (const { ends, path } of lab.links) {
    const [a, b] = [bridges.get(formatEndpoint(ends[0])), bridges.get(formatEndpoint(ends[1]))]
    if (a === undefined || b === undefined) continue
    const [x, y] = [find(a), find(b)]
    if (x !== y) {
      parents.set(x, y)
      continue
    }
    yield warning(
      'bridge-loop',
      path,
      a === b
        ? said`Both ends of this cable are ports of ${quote(a)}, without spanning tree: frames go round in it for ever.`
        : said`This cable joins ${quote(a)} and ${quote(b)}, which are joined already, without spanning tree: frames go round for ever.`,
      said`Leave the cable out, or write "stp: true" for one of the bridges.`,
    )
  }
}

/** By port: its bridge as `NAMESPACE:BRIDGE`, where that has no spanning tree. */
function bridgesOfPorts(lab: LabIndex): ReadonlyMap<string, string> {
  const bridges = new Map<string, string>()
  for (const { name, entry } of lab.namespaces.values())
    for (const [bridge, about] of Object.entries(entry.bridges ?? {}))
      if (about?.stp !== true)
        for (const port of about?.ports ?? []) bridges.set(`${name}:${port}`, `${name}:${bridge}`)
  return bridges
}
