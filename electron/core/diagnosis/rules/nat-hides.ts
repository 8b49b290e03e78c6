/** Whether a router is one that hides a network, although it does not hide this packet. */
import { containsAddress } from '../../lab/address.js'
import { keptBridge } from '../../live/rule-keepers.js'
import type { Scene } from '../scene.js'
import { isSourceNat, leavesBy, liveNat, means, type Crossing } from './nat.js'

/** A chain of the router's rules that shows it. */
export interface Shown {
  readonly table: 'nat' | 'filter'
  readonly chain: string
}

/**
 * What shows that the router hides networks like that of the source, so that nobody beyond `oif` is given a route to it.
 * Where a far side has no way back, that alone says nothing: in a network that is routed, it is the route that is missing.
 * Three things tell the two apart, each of them something that the router has:
 *  - a rule that hides others which leave by the same interface;
 *  - a rule that publishes a port of the source's own network: whoever could be routed to would not need that;
 *  - the interface that the source is behind is kept by an engine of containers, as chains of its own show.
 * Nothing of it counts where the router hides the far side as well: that one is inside, and its gateway is the router.
 * @returns null: nothing does; else where it stands
 */
export function hidesOthers(scene: Scene, crossing: Crossing, far: string): Shown | null {
  const { network, probe } = scene
  const { namespace, iif, oif, src } = crossing
  const rules = liveNat(scene, namespace)
  const sources = rules.filter(isSourceNat).filter((rule) => leavesBy(rule, oif))
  const hidden = (source: string) => ({ source, destination: null, protocol: probe.protocol, port: probe.port })
  // One for all but this interface means what it says.
  const spared = rules.some(
    (rule) => isSourceNat(rule) && rule.not?.includes('out') && !leavesBy(rule, oif) && means(rule, hidden(src)),
  )
  if (spared || rules.some((rule) => isSourceNat(rule) && means(rule, hidden(far)))) return null
  if (sources.length > 0) return { table: 'nat', chain: 'POSTROUTING' }
  const own = network.owners(src)[0]?.address
  if (own === undefined) return null
  const all = network.namespace(namespace)?.ruleset.iptables ?? []
  const publishes = all.find(({ table, rule }) => {
    const to =
      table === 'nat' ? /--to-destination \[?([0-9a-fA-F.:]+?)\]?(?::\d+)?(?:\s|$)/.exec(rule ?? '')?.[1] : undefined
    return to !== undefined && containsAddress(own, to)
  })
  if (publishes) return { table: 'nat', chain: publishes.chain }
  const shown = all.filter(({ table }) => table === 'nat' || table === 'filter')
  const kept = iif === null ? null : keptBridge(shown, iif)
  return kept && { table: kept.by.table as Shown['table'], chain: kept.by.chain }
}
