import { quote } from '../describe.js'
import { deviceEntry, devicePath } from '../device-tables.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { usualMiimon } from '../lab.js'
import type { LabPath } from '../problem.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { said } from '../../words/said.js'

/** What a bond makes of its members, and what it can prefer. Who can be a member: `members.ts`. */
export const bondRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values())
    for (const [name, bond] of Object.entries(namespace.entry.bonds ?? {})) {
      const path = [...namespace.path, 'bonds', name]
      const { mode = 'balance-rr', members = [], primary, miimon, mtu } = bond ?? {}
      if (primary !== undefined && !preferring.has(mode))
        yield error(
          'primary-unused',
          [...path, 'primary'],
          said`A bond of mode ${mode} prefers no member.`,
          said`Remove "primary", or write "mode: active-backup".`,
        )
      else if (primary !== undefined && !members.includes(primary))
        yield error(
          'not-a-member',
          [...path, 'primary'],
          said`${quote(primary)} is no member of ${quote(name)}.`,
          said`Name one of its members, or add it to them.`,
        )
      if ((miimon ?? usualMiimon(mode)) === 0 && members.length > 0)
        yield {
          ...warning(
            'bond-blind',
            path,
            said`The bond ${quote(name)} does not look at the carriers of its members: it goes on using one whose cable is out.`,
            said`Write "miimon: 100", milliseconds between two looks.`,
          ),
          at: 'key',
        }
      for (const member of members) yield* memberOf(lab, namespace, name, member, mtu ?? bondMtu)
    }
}

/** bond_mode_uses_primary, include/net/bonding.h. */
const preferring: ReadonlySet<string> = new Set(['active-backup', 'balance-tlb', 'balance-alb'])
/** Bytes. */
const bondMtu = 1500

/** A member has the address and the size of its bond (bond_enslave, drivers/net/bonding/bond_main.c). */
function* memberOf(
  { links, file }: LabIndex,
  { name: namespace, interfaces }: IndexedNamespace,
  bond: string,
  member: string,
  mtu: number,
): Iterable<Finding> {
  const end = { namespace, interface: member }
  const own = deviceEntry(file, end)
  const at = devicePath(file, end)
  if (own?.mac !== undefined)
    yield error(
      'mac-of-member',
      [...at, 'mac'],
      said`${quote(member)} has the hardware address of its bond ${quote(bond)}.`,
      said`Write "mac" into the entry of the bond, or leave it out.`,
    )
  const cable = links.find(({ ends }) => ends.some((end) => end.namespace === namespace && end.interface === member))
  const cableMtu = cable && !Array.isArray(cable.entry) ? cable.entry.mtu : undefined
  const place: LabPath | null =
    own?.mtu !== undefined ? [...at, 'mtu'] : cable && cableMtu !== undefined ? [...cable.path, 'mtu'] : null
  if (place && (own?.mtu ?? cableMtu) !== mtu)
    yield error(
      'mtu-of-member',
      place,
      said`${quote(member)} has the MTU of its bond ${quote(bond)}, which is ${mtu}.`,
      said`Give the bond the MTU, or write the same for both.`,
    )
  const [address] = interfaces.get(member)?.addresses ?? []
  if (address)
    yield warning(
      'address-on-member',
      address.path,
      said`${quote(member)} is a member of ${quote(bond)} but has an address of its own.`,
      said`Give the address to ${bond}.`,
    )
}
