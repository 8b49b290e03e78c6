import type { BridgeSetting, LabBridge, PortSetting, PortVlan } from './lab.js'
import { portSettings } from './lab.js'
import type { NamespaceEntry } from './rules/lab-index.js'

type BridgeEntry = NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>

/** What the kernel gives every port, and the bridge itself (br_vlan_init and nbp_vlan_init, net/bridge/br_vlan.c). */
export const usualVlans: readonly PortVlan[] = [{ id: 1, pvid: true, untagged: true }]

/** Of a port that nobody has set (new_nbp, net/bridge/br_if.c). */
export const usualPort: Readonly<Record<PortSetting, boolean>> = { hairpin: false, isolated: false, learning: true }

/** Of a bridge that nobody has set, in the units of the lab file (br_dev_setup, net/bridge/br_device.c). */
export const usualBridge: Readonly<Record<BridgeSetting, number>> = {
  'vlan-filtering': 0,
  priority: 32768,
  'forward-delay': 15,
  ageing: 300,
}

/** All but the ports, which depend on what else the namespace has. */
export function normaliseBridge(entry: BridgeEntry | null): Omit<LabBridge, 'ports'> {
  const { stp, priority, ageing, 'vlan-filtering': filtering, 'forward-delay': forwardDelay } = entry ?? {}
  const settings = {
    ...(filtering === undefined ? {} : { 'vlan-filtering': Number(filtering) }),
    ...(priority === undefined ? {} : { priority }),
    ...(forwardDelay === undefined ? {} : { 'forward-delay': forwardDelay }),
    ...(ageing === undefined ? {} : { ageing }),
  }
  const portVlans = new Map(
    Object.entries(entry?.['port-vlans'] ?? {}).map(([port, { pvid, tagged = [], untagged = [] }]) => [
      port,
      [...new Set([...(pvid === undefined ? [] : [pvid]), ...tagged, ...untagged])]
        .toSorted((a, b) => a - b)
        .map((id): PortVlan => ({ id, pvid: id === pvid, untagged: !tagged.includes(id) })),
    ]),
  )
  return { stp: stp ?? false, settings, portSettings: switches(entry), portVlans }
}

function switches(entry: BridgeEntry | null): LabBridge['portSettings'] {
  const found = new Map<string, Partial<Record<PortSetting, boolean>>>()
  for (const setting of portSettings) {
    const said = entry?.[setting] ?? []
    const pairs = Array.isArray(said) ? said.map((port) => [port, true] as const) : Object.entries(said)
    for (const [port, value] of pairs)
      if (value !== usualPort[setting]) found.set(port, { ...found.get(port), [setting]: value })
  }
  return found
}
