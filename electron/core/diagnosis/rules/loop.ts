import type { Finding, Rule } from '../rule.js'
import type { Network } from '../network.js'
import type { Scene } from '../scene.js'
import { segment, type Place } from '../segment.js'
import { say } from '../words.js'

/** Bridges joined in a circle without spanning tree: what is flooded once goes round for ever. */
export const bridgeLoop: Rule = {
  code: 'loop',
  suspect(scene) {
    const found = circle(scene)
    if (!found) return null
    const { near, far } = found
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
          steps: [{ op: 'link-down', namespace: near.namespace, name: near.link.name }],
        },
      }),
    }
  },
}

/** A cable between two bridges that are joined already, where nothing holds back. */
function circle({ network, probe, death }: Scene): { readonly near: Place; readonly far: Place } | null {
  const namespace = death?.missed?.namespace ?? probe.from
  const dev = death?.missed?.dev ?? network.route(namespace, probe.target)?.dev ?? null
  const link = network.link(namespace, dev)
  if (!link) return null
  const joined = new Map<string, string>()
  const root = (bridge: string): string => {
    const parent = joined.get(bridge)
    return parent === undefined || parent === bridge ? bridge : root(parent)
  }
  const seen = new Set<string>()
  for (const near of segment(network, { namespace, link })) {
    const far = network.peer(near.link)
    if (!far || !forwards(network, near) || !forwards(network, far)) continue
    const cable = [near, far]
      .map((end) => `${end.namespace}/${end.link.index}`)
      .sort()
      .join(' ')
    if (seen.has(cable)) continue
    seen.add(cable)
    const [a, b] = [near, far].map((end) => root(`${end.namespace}/${end.link.master ?? ''}`))
    if (a === b) return { near, far }
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
