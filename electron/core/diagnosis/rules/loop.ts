import type { Finding, Rule } from '../rule.js'
import type { Network } from '../network.js'
import type { Scene } from '../scene.js'
import { placeKey } from '../frames.js'
import { segment, type Place } from '../segment.js'
import { say } from '../words.js'

/** Bridges joined in a circle without spanning tree: what is flooded once goes round for ever. */
export const bridgeLoop: Rule = {
  code: 'loop',
  suspect(scene) {
    const found = circle(scene)
    if (!found) return null
    const { near, far, bridges } = found
    const ends = [near, far].map(
      ({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name, details: true }) as const,
    )
    return {
      ask: ends,
      ruledOut: say('not-loop'),
      judge: (answers): Finding => ({
        namespace: near.namespace,
        interface: near.link.name,
        message: say('bridge-loop', {
          namespace: near.namespace,
          interface: near.link.name,
          otherNamespace: far.namespace,
          otherInterface: far.link.name,
        }),
        evidence: answers.evidence(...ends),
        repair: {
          namespace: near.namespace,
          steps: [
            { op: 'link-down', namespace: near.namespace, name: near.link.name },
            // Frames that came round taught them wrong ports, and known neighbours are not asked for again.
            ...bridges.map(({ namespace, link }) => ({ op: 'fdb-flush', namespace, name: link.name }) as const),
          ],
        },
      }),
    }
  },
}

interface Circle {
  readonly near: Place
  readonly far: Place
  /** The segment. */
  readonly around: readonly Place[]
  /** All of the segment: whoever is on it has heard what went round. */
  readonly bridges: readonly Place[]
}

/**
 * A cable between two bridges that are joined already, where nothing holds back: as seen from who sends, whichever packet
 * it was that got lost, where both are on one segment.
 */
function circle({ network, probe, death }: Scene): Circle | null {
  const place = (namespace: string, dev: string | null): Place | null => {
    const link = network.link(namespace, dev)
    return link ? { namespace, link } : null
  }
  const sender = place(probe.from, network.route(probe.from, probe.target)?.dev ?? null)
  const missed = death?.missed ? place(death.missed.namespace, death.missed.dev) : null
  const seen = sender && circleAround(network, sender)
  if (seen && (missed === null || seen.around.some((each) => placeKey(each) === placeKey(missed)))) return seen
  return missed && circleAround(network, missed)
}

function circleAround(network: Network, from: Place): Circle | null {
  const joined = new Map<string, string>()
  const root = (bridge: string): string => {
    const parent = joined.get(bridge)
    return parent === undefined || parent === bridge ? bridge : root(parent)
  }
  const seen = new Set<string>()
  const around = [from, ...segment(network, from)]
  for (const near of around) {
    const far = network.peer(near.link)
    if (!far || !forwards(network, near) || !forwards(network, far)) continue
    const cable = [near, far]
      .map((end) => `${end.namespace}/${end.link.index}`)
      .sort()
      .join(' ')
    if (seen.has(cable)) continue
    seen.add(cable)
    const [a, b] = [near, far].map((end) => root(`${end.namespace}/${end.link.master ?? ''}`))
    if (a === b) return { near, far, around, bridges: around.filter(({ link: each }) => each.bridge !== null) }
    joined.set(a ?? '', b ?? '')
  }
  return null
}

/** A port of a bridge without spanning tree. */
function forwards(network: Network, { namespace, link }: Place): boolean {
  const bridge = network.link(namespace, link.master)?.bridge
  // A port that has just come up is `disabled` until its carrier is told of.
  return link.up && bridge?.stp === false && link.port !== null
}
