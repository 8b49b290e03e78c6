import { quote } from '../describe.js'
import { deviceEntry, devicePath, homeOf, type ShareTable } from '../device-tables.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { isShare } from '../lab.js'
import type { LabPath } from '../problem.js'
import { isLayer3 } from '../tunnel.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists, namespaceExists } from './references.js'
import { mtuOf } from './vlans.js'
import { said, type Said } from '../../words/said.js'

/** Macvlans and ipvlans stand on an interface that gives them its frames, and share it by the kernel's rules. */
export const shareRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) yield* sharesOf(lab, namespace)
}

interface Share {
  readonly table: ShareTable
  readonly name: string
  readonly link: string
  readonly mode: string
}

const nounOf: Readonly<Record<ShareTable, Said>> = { macvlans: said`a macvlan`, ipvlans: said`an ipvlan` }

function* sharesOf(lab: LabIndex, namespace: IndexedNamespace): Iterable<Finding> {
  const { entry } = namespace
  /** By parent, the first that shares its cable. */
  const first = new Map<string, Share>()
  const all: Share[] = [
    ...Object.entries(entry.macvlans ?? {}).map(([name, { link, mode = 'bridge' }]) => ({
      ...{ table: 'macvlans' as const, name, link, mode },
    })),
    ...Object.entries(entry.ipvlans ?? {}).map(([name, { link, mode = 'l2' }]) => ({
      ...{ table: 'ipvlans' as const, name, link, mode },
    })),
  ]
  for (const share of all) {
    const { table, name, link } = share
    const path = [...namespace.path, table, name]
    const home = entry[table]?.[name]?.in
    if (home !== undefined) yield* namespaceExists(lab, home, [...path, 'in'])
    yield* interfaceExists(lab, namespace.name, link, [...path, 'link'])
    const why = refusedParent(lab, namespace, link)
    if (why) yield error('bad-parent', [...path, 'link'], ...why)
    else yield* beside(share, first.get(link), path)
    if (!first.has(link)) first.set(link, share)
    yield* ownKeys(lab, namespace, share)
  }
}

/** The kernel gives the frames of an interface to one taker (netdev_rx_handler_register, net/core/dev.c). */
function refusedParent(lab: LabIndex, namespace: IndexedNamespace, link: string): readonly [Said, Said] | null {
  const { entry, interfaces, name } = namespace
  const isTaken = (given: readonly string[] | undefined): boolean => given?.includes(link) === true
  const mentions = interfaces.get(link)?.mentions ?? []
  const hint = said`Name the interface whose cable is to be shared.`
  if (link === 'lo') return [said`"lo" has no cable that could be shared.`, hint]
  if (mentions.some(isShare)) return [said`${quote(link)} shares the cable of another interface itself.`, hint]
  const tunnel = lab.file.tunnels?.find((each) => each.namespace === name && each.name === link)
  if (tunnel && isLayer3(tunnel.type)) return [said`${quote(link)} carries packets and no frames.`, hint]
  for (const [master, about] of Object.entries(entry.bridges ?? {}))
    if (isTaken(about?.ports))
      return [
        said`${quote(link)} is a port of ${quote(master)}, which gets all its frames.`,
        said`Put it on the bridge: "link: ${master}".`,
      ]
  for (const [master, about] of Object.entries(entry.bonds ?? {}))
    if (isTaken(about?.members))
      return [
        said`${quote(link)} is a member of ${quote(master)}, which gets all its frames.`,
        said`Put it on the bond: "link: ${master}".`,
      ]
  return null
}

/** What the kernel refuses, or changes, on an interface that is shared already. */
function* beside(share: Share, first: Share | undefined, path: LabPath): Iterable<Finding> {
  if (!first) return
  const { table, name, link, mode } = share
  if (first.table !== table)
    yield error(
      'parent-taken',
      [...path, 'link'],
      said`${quote(link)} is shared by ${quote(first.name)}, which is ${nounOf[first.table]}: ${quote(name)} cannot be ${nounOf[table]}.`,
      said`An interface is shared by macvlans or by ipvlans, not by both.`,
    )
  else if (table === 'ipvlans' && first.mode !== mode)
    yield error(
      'mode-differs',
      [...path, 'mode'],
      said`${quote(first.name)} on ${quote(link)} has mode ${first.mode}, and all ipvlans on one interface have the same.`,
      said`Write "mode: ${first.mode}", or change the other one.`,
    )
  else if (table === 'macvlans' && (first.mode === 'passthru' || mode === 'passthru'))
    yield error(
      'passthru-shared',
      [...path, 'link'],
      said`${quote(link)} is shared by ${quote(first.name)} already, and mode passthru takes an interface for one macvlan alone.`,
      said`Give both the mode bridge, or each an interface of its own.`,
    )
}

/** An ipvlan has the address and the size of its parent, a macvlan in mode passthru its address; none is larger. */
function* ownKeys(lab: LabIndex, namespace: IndexedNamespace, { table, name, link, mode }: Share): Iterable<Finding> {
  const end = { namespace: homeOf(namespace.name, namespace.entry[table]?.[name]), interface: name }
  const own = deviceEntry(lab.file, end)
  const made = [...namespace.path, table, name]
  const placeOf = (key: 'mac' | 'mtu') =>
    namespace.entry[table]?.[name]?.[key] === undefined ? [...devicePath(lab.file, end), key] : [...made, key]
  if (own?.mac !== undefined && (table === 'ipvlans' || mode === 'passthru'))
    yield error(
      'mac-of-parent',
      placeOf('mac'),
      said`${quote(name)} has the hardware address of ${quote(link)}.`,
      said`Remove "mac", or write it at ${link}.`,
    )
  if (own?.mtu === undefined) return
  if (table === 'ipvlans')
    yield error(
      'mtu-of-parent',
      placeOf('mtu'),
      said`${quote(name)} has the MTU of ${quote(link)}.`,
      said`Remove "mtu", or write it at ${link}.`,
    )
  const most = mtuOf(lab, { namespace: namespace.name, interface: link })
  if (table === 'macvlans' && most !== null && own.mtu > most)
    yield error(
      'mtu-above-parent',
      placeOf('mtu'),
      said`${quote(name)} cannot be larger than ${quote(link)}, which has an MTU of ${most}.`,
      said`Write at most ${most}, or give ${quote(link)} a larger one.`,
    )
}
