/** What commands set bridges and their ports to, and what a lab file says of it. */
import { bridgeSettings, portSettings, type BridgeSetting, type PortSetting, type PortVlan } from '../../lab/lab.js'
import { usualBridge, usualPort, usualVlans } from '../../lab/normalise-bridge.js'
import { vlanEntry } from '../../plan/read-back-bridge.js'
import type { BridgeEntry } from '../../change/lab-change.js'
import type { Device } from './network.js'

/** Of a bridge and of each port; a port that leaves its bridge loses it. */
export interface SwitchState {
  readonly settings: Map<BridgeSetting, number>
  readonly switches: Map<PortSetting, boolean>
  vlans: readonly PortVlan[]
  /** Of a bridge: the VLAN that it gives to whoever becomes its port (`vlan_default_pvid`); 0: none. */
  defaultPvid: number
}

const usualPvid = 1

/** @param pvid of the bridge whose port it becomes */
export const freshSwitchState = (pvid = usualPvid): SwitchState => ({
  settings: new Map(),
  switches: new Map(),
  vlans: defaultVlans(pvid),
  defaultPvid: usualPvid,
})

const defaultVlans = (id: number): readonly PortVlan[] =>
  id === usualPvid ? usualVlans : id === 0 ? [] : [{ id, pvid: true, untagged: true }]

/**
 * The bridge and its ports change to that VLAN, but for those that somebody has given others
 * (__br_vlan_set_default_pvid, net/bridge/br_vlan.c).
 */
export function setDefaultPvid(bridge: Device, pvid: number): void {
  const former = bridge.state.defaultPvid
  bridge.state.defaultPvid = pvid
  if (former === pvid) return
  for (const { state } of [bridge, ...bridge.ports]) {
    const has = state.vlans.some((each) => each.id === former && each.pvid && each.untagged)
    if (pvid !== 0 && ((former !== 0 && !has) || state.vlans.some(({ id }) => id === pvid))) continue
    if (has) deleteVlan(state, former)
    for (const vlan of defaultVlans(pvid)) addVlan(state, vlan)
  }
}

/** A VLAN that is for what has no tag takes that from the one before (__vlan_add_pvid, net/bridge/br_vlan.c). */
export function addVlan(state: SwitchState, vlan: PortVlan): void {
  const others = state.vlans.filter(({ id }) => id !== vlan.id)
  const kept = vlan.pvid ? others.map((each) => ({ ...each, pvid: false })) : others
  state.vlans = [...kept, vlan].toSorted((a, b) => a.id - b.id)
}

export function deleteVlan(state: SwitchState, id: number): boolean {
  const kept = state.vlans.filter((vlan) => vlan.id !== id)
  const had = kept.length < state.vlans.length
  state.vlans = kept
  return had
}

/** Only what is not as the kernel makes it. */
export function bridgeKeys(bridge: Device): Partial<BridgeEntry> {
  const entry: { -readonly [Key in keyof BridgeEntry]?: BridgeEntry[Key] } = {}
  for (const setting of bridgeSettings) {
    const value = bridge.state.settings.get(setting) ?? usualBridge[setting]
    if (value === usualBridge[setting]) continue
    if (setting === 'vlan-filtering') entry[setting] = true
    else entry[setting] = value
  }
  for (const setting of portSettings) {
    const names = [...bridge.ports].flatMap(({ name, state }) =>
      (state.switches.get(setting) ?? usualPort[setting]) === usualPort[setting] ? [] : [name],
    )
    if (names.length === 0) continue
    if (setting === 'learning') entry.learning = Object.fromEntries(names.map((name) => [name, false]))
    else entry[setting] = names
  }
  if (entry['vlan-filtering'] !== true) return entry
  const said = [bridge, ...bridge.ports].filter(
    ({ state }) => JSON.stringify(state.vlans) !== JSON.stringify(usualVlans),
  )
  if (said.length > 0)
    entry['port-vlans'] = Object.fromEntries(said.map(({ name, state }) => [name, vlanEntry(state.vlans)]))
  return entry
}
