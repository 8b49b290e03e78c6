/** What a step says of VLANs, bonds and VRFs beyond their being there, and the kernel has otherwise. */
import { normaliseBridge, usualVlans } from '../lab/normalise-bridge.js'
import type { PortVlan } from '../lab/lab.js'
import type { NamespaceEntry } from '../lab/rules/lab-index.js'
import type { LiveLink, LiveNamespace } from '../live/state.js'

/** In words of `ip -d link` and `bridge vlan`. */
export interface DeviceDifference {
  readonly key: string
  readonly wanted: string
  readonly actual: string
}

/** As `bridge vlan show` says them. */
const vlanText = (vlans: readonly PortVlan[]): string =>
  vlans
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, pvid, untagged }) => [id, ...(pvid ? ['PVID'] : []), ...(untagged ? ['untagged'] : [])].join(' '))
    .join(', ') || '-'

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
    if (filtering !== undefined)
      yield {
        key: `${name} vlan_filtering`,
        wanted: String(Number(filtering)),
        actual: String(Number(bridge.vlanFiltering)),
      }
    for (const [port, wanted] of normaliseBridge(said).portVlans) {
      const there = port === name ? bridge.vlans : link(port)?.port?.vlans
      yield { key: `${port} vlan`, wanted: vlanText(wanted), actual: vlanText(there ?? usualVlans) }
    }
  }
  for (const [name, { link: parent, id }] of Object.entries(vlans ?? {})) {
    const found = link(name)
    if (!found) continue
    const actual = found.vlan ? `${found.vlan.id} on ${found.vlan.link ?? '-'}` : '-'
    yield { key: `${name} vlan id`, wanted: `${id} on ${parent}`, actual }
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
