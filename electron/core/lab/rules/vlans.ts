import { quote } from '../describe.js'
import { deviceEntry, devicePath } from '../device-tables.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { isShare, type Endpoint } from '../lab.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { said } from '../../words/said.js'

/** Sub-interfaces stand on an interface that can carry tags, and each tag is one's alone. */
export const vlanRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) yield* vlansOf(lab, namespace)
}

function* vlansOf(lab: LabIndex, namespace: IndexedNamespace): Iterable<Finding> {
  const taken = new Map<string, string>()
  for (const [name, { link, id, mtu, protocol = '802.1q' }] of Object.entries(namespace.entry.vlans ?? {})) {
    const path = [...namespace.path, 'vlans', name]
    yield* interfaceExists(lab, namespace.name, link, [...path, 'link'])
    // lo refuses tags (NETIF_F_VLAN_CHALLENGED, drivers/net/loopback.c).
    if (link === 'lo') yield error('bad-parent', [...path, 'link'], said`"lo" cannot carry VLANs.`)
    if (namespace.interfaces.get(link)?.mentions.some(isShare))
      yield error(
        'bad-parent',
        [...path, 'link'],
        said`${quote(link)} shares the cable of another interface; a lab puts no VLAN on it.`,
        said`Put the VLAN on that interface, and the other one on the VLAN.`,
      )
    if (isOnItself(namespace, name))
      yield error(
        'vlan-circle',
        [...path, 'link'],
        said`${quote(name)} stands on itself, by way of ${quote(link)}.`,
        said`Name the interface that the tagged frames come in by.`,
      )
    const most = mtuOf(lab, { namespace: namespace.name, interface: link })
    if (mtu !== undefined && most !== null && mtu > most)
      yield error(
        'mtu-above-parent',
        [...path, 'mtu'],
        said`${quote(name)} cannot be larger than ${quote(link)}, which has an MTU of ${most}.`,
        said`Write at most ${most}, or give ${quote(link)} a larger one.`,
      )
    const key = `${link} ${protocol} ${id}`
    const before = taken.get(key)
    if (before !== undefined)
      yield error(
        'vlan-twice',
        [...path, 'id'],
        said`VLAN ${id} of ${quote(link)} is ${quote(before)} already.`,
        said`One sub-interface gets the frames of a tag; give this one another id.`,
      )
    else taken.set(key, name)
  }
}

/** Bytes; null where it is the smallest of others, and not said. */
export function mtuOf({ links, file }: LabIndex, parent: Endpoint): number | null {
  const { namespace, interface: link } = parent
  const own = deviceEntry(file, parent)?.mtu
  if (own !== undefined) return own
  const cable = links.find(({ ends }) => ends.some((end) => end.namespace === namespace && end.interface === link))
  if (cable) return Array.isArray(cable.entry) ? 1500 : (cable.entry.mtu ?? 1500)
  return devicePath(file, parent)[2] === 'dummies' ? 1500 : null
}

function isOnItself({ entry }: IndexedNamespace, name: string): boolean {
  const passed = new Set<string>()
  for (let at: string | undefined = name; at !== undefined && Object.hasOwn(entry.vlans ?? {}, at);) {
    if (passed.has(at)) return at === name
    passed.add(at)
    at = entry.vlans?.[at]?.link
  }
  return false
}
