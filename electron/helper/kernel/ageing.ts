/**
 * How long a bridge keeps what it has learned. While the tree of bridges changes the kernel takes twice the forward delay
 * for it and tells that alone, and afterwards what it was set to again (__br_set_topology_change, net/bridge/br_stp.c).
 */
import type { DumpedLink } from './rtnetlink/link-dump.js'

/** @param former as they were read before; what is passing now is there as it was, or not at all */
export const withAgeing = (links: readonly DumpedLink[], former: readonly DumpedLink[]): readonly DumpedLink[] =>
  links.map((link): DumpedLink => {
    const { isAgeingPassing, ...rest } = link
    if (!isAgeingPassing || !rest.bridge) return rest
    const { ageing: _, ...bridge } = rest.bridge
    const known = former.find(({ index }) => index === link.index)?.bridge?.ageing
    return { ...rest, bridge: known === undefined ? bridge : { ...bridge, ageing: known } }
  })
