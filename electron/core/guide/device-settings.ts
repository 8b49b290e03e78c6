/** What a step says of bridges, VLANs, bonds and VRFs beyond their being there, and the kernel has otherwise. */
import { normaliseBridge, usualBridge, usualPort, usualVlans } from '../lab/normalise-bridge.js'
import type { PortSetting, PortVlan } from '../lab/lab.js'
import type { NamespaceEntry } from '../lab/rules/lab-index.js'
import type { LiveLink, LiveNamespace } from '../live/state.js'

type BridgeEntry = NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>

/** In words of `ip -d link` and `bridge vlan`. */
export interface DeviceDifference {
  readonly key: string
  readonly wanted: string
  readonly actual: string
}

export const onOff = (on: boolean): string => (on ? 'on' : 'off')

/** As `bridge vlan show` says them. */
const vlanText = (vlans: readonly PortVlan[]): string =>
  vlans
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, pvid, untagged }) => [id, ...(pvid ? ['PVID'] : []), ...(untagged ? ['untagged'] : [])].join(' '))
    .join(', ') || '-'

const settingText = (value: number | boolean): string => (typeof value === 'number' ? String(value) : onOff(value))

/** Also where it says what every port has. */
const portSettingsOf = (said: BridgeEntry | null): readonly (readonly [string, PortSetting, boolean])[] => [
  ...(said?.hairpin ?? []).map((port) => [port, 'hairpin', true] as const),
  ...(said?.isolated ?? []).map((port) => [port, 'isolated', true] as const),
  ...Object.entries(said?.learning ?? {}).map(([port, learns]) => [port, 'learning', learns] as const),
]

/** Of devices that are there: those that are not are missing themselves. */
export function* deviceDifferences(entry: NamespaceEntry, { links }: LiveNamespace): Iterable<DeviceDifference> {
  const named = new Map(links.map((link) => [link.name, link]))
  for (const each of differencesIn(entry, (name) => named.get(name))) if (each.wanted !== each.actual) yield each
}

function* differencesIn(
  { bridges, vlans, bonds, vrfs }: NamespaceEntry,
  link: (name: string) => LiveLink | undefined,
): Iterable<DeviceDifference> {
  for (const [name, said] of Object.entries(bridges ?? {})) {
    const bridge = link(name)?.bridge
    if (!bridge) continue
    const filtering = said?.['vlan-filtering']
    for (const [key, wanted, actual] of [
      ['stp', said?.stp, bridge.stp],
      ['vlan_filtering', filtering === undefined ? undefined : Number(filtering), Number(bridge.vlanFiltering)],
      ['priority', said?.priority, bridge.priority ?? usualBridge.priority],
      ['forward_delay', said?.['forward-delay'], bridge.forwardDelay ?? usualBridge['forward-delay']],
      ['ageing_time', said?.ageing, bridge.ageing ?? usualBridge.ageing],
    ] as const)
      if (wanted !== undefined)
        yield { key: `${name} ${key}`, wanted: settingText(wanted), actual: settingText(actual) }
    for (const [port, setting, wanted] of portSettingsOf(said)) {
      const actual = link(port)?.port?.[setting] ?? usualPort[setting]
      yield { key: `${port} ${setting}`, wanted: onOff(wanted), actual: onOff(actual) }
    }
    for (const [port, wanted] of normaliseBridge(said).portVlans) {
      const there = port === name ? bridge.vlans : link(port)?.port?.vlans
      yield { key: `${port} vlan`, wanted: vlanText(wanted), actual: vlanText(there ?? usualVlans) }
    }
  }
  for (const [name, { link: parent, id, protocol }] of Object.entries(vlans ?? {})) {
    const found = link(name)
    if (!found) continue
    const actual = found.vlan ? `${found.vlan.id} on ${found.vlan.link ?? '-'}` : '-'
    yield { key: `${name} vlan id`, wanted: `${id} on ${parent}`, actual }
    if (protocol !== undefined)
      yield { key: `${name} vlan protocol`, wanted: protocol, actual: found.vlan?.protocol ?? '-' }
  }
  for (const [name, said] of Object.entries(bonds ?? {})) {
    const bond = link(name)?.bonding
    if (!bond) continue
    if (said?.mode !== undefined) yield { key: `${name} mode`, wanted: said.mode, actual: bond.mode }
    if (said?.primary !== undefined) yield { key: `${name} primary`, wanted: said.primary, actual: bond.primary ?? '-' }
    if (said?.miimon !== undefined)
      yield { key: `${name} miimon`, wanted: String(said.miimon), actual: String(bond.miimon) }
    for (const member of said?.members ?? [])
      yield { key: `${member} master`, wanted: name, actual: link(member)?.bond ?? '-' }
  }
  for (const [name, { table, members }] of Object.entries(vrfs ?? {})) {
    const found = link(name)
    if (!found) continue
    yield { key: `${name} table`, wanted: String(table), actual: String(found.table ?? '-') }
    for (const member of members ?? [])
      yield { key: `${member} master`, wanted: name, actual: link(member)?.vrf ?? '-' }
  }
}
