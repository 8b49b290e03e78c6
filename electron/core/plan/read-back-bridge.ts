/** What a lab file says of a live bridge and its ports beyond their names. */
import type { BridgeSetting, PortVlan } from '../lab/lab.js'
import { usualPort, usualVlans } from '../lab/normalise-bridge.js'
import type { LabFile } from '../lab/schema.js'
import type { LiveLink } from '../live/state.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type BridgeEntry = NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>
type PortVlans = NonNullable<BridgeEntry['port-vlans']>

/** Only what is not as the kernel makes it. */
export function bridgeEntry(
  { name, bridge }: LiveLink,
  members: readonly LiveLink[],
): Pick<
  BridgeEntry,
  Exclude<BridgeSetting, 'vlan-filtering'> | 'hairpin' | 'isolated' | 'learning' | 'vlan-filtering' | 'port-vlans'
> {
  const { priority, ageing, vlanFiltering = false } = bridge ?? {}
  const forwardDelay = bridge && !bridge.stp && isUnused(bridge.forwardDelay) ? undefined : bridge?.forwardDelay
  const switched = (setting: 'hairpin' | 'isolated' | 'learning'): string[] =>
    members
      .filter(({ port }) => (port?.[setting] ?? usualPort[setting]) !== usualPort[setting])
      .map((each) => each.name)
  const [hairpin, isolated, deaf] = [switched('hairpin'), switched('isolated'), switched('learning')]
  const portVlans: PortVlans = {}
  const own = [{ name, vlans: bridge?.vlans }, ...members.map((each) => ({ name: each.name, vlans: each.port?.vlans }))]
  for (const each of own)
    if (vlanFiltering && each.vlans && JSON.stringify(each.vlans) !== JSON.stringify(usualVlans))
      portVlans[each.name] = vlanEntry(each.vlans)
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(forwardDelay === undefined ? {} : { 'forward-delay': forwardDelay }),
    ...(ageing === undefined ? {} : { ageing }),
    ...(hairpin.length > 0 ? { hairpin } : {}),
    ...(isolated.length > 0 ? { isolated } : {}),
    ...(deaf.length > 0 ? { learning: Object.fromEntries(deaf.map((port) => [port, false])) } : {}),
    ...(vlanFiltering ? { 'vlan-filtering': true } : {}),
    ...(Object.keys(portVlans).length > 0 ? { 'port-vlans': portVlans } : {}),
  }
}

/** Without STP ports forward at once, so what the kernel refuses with it may stand there (br_set_forward_delay, net/bridge). */
const isUnused = (seconds: number | undefined): boolean => seconds !== undefined && (seconds < 2 || seconds > 30)

export function vlanEntry(vlans: readonly PortVlan[]): PortVlans[string] {
  const pvid = vlans.find((each) => each.pvid)
  const tagged = vlans.filter((each) => !each.untagged).map(({ id }) => id)
  const untagged = vlans.filter((each) => each.untagged && !each.pvid).map(({ id }) => id)
  return {
    ...(pvid === undefined ? {} : { pvid: pvid.id }),
    ...(tagged.length > 0 ? { tagged } : {}),
    ...(untagged.length > 0 ? { untagged } : {}),
  }
}
