/** Whom a sender might hand a packet to: every address of others, in the family of the target. */
import { isIpv6 } from '../../electron/core/diagnosis/network.js'
import type { LiveState } from '../../electron/core/live/state.js'
import { parseAddress } from '../../electron/core/lab/address.js'
import { suggestTargets, type TargetSuggestion } from '../trace/targets.js'

/** Of a target that is a name: of both families. */
export function nextHops(live: LiveState | null, from: string, to: string): TargetSuggestion[] {
  const isName = parseAddress(to) === null
  return suggestTargets(live, from, '').filter(
    ({ value, namespace }) => namespace !== from && value !== to && (isName || isIpv6(value) === isIpv6(to)),
  )
}
