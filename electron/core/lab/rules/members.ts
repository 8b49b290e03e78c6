import { quote } from '../describe.js'
import { masterEntries, masterTables, type MasterTable } from '../device-tables.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { tableWord } from '../table.js'
import type { IndexedNamespace, LabIndex, Mention, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { said, type Said } from '../../words/said.js'

/** Members of VRFs and bonds: there, of a kind that can be one, and each of one master only. Ports of bridges: `bridges.ts`. */
export const memberRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    yield* membersOf(lab, namespace)
    yield* tablesOf(namespace)
  }
}

const nouns: Readonly<Record<MasterTable, (name: string) => Said>> = {
  bridges: (name) => said`the bridge ${quote(name)}`,
  bonds: (name) => said`the bond ${quote(name)}`,
  vrfs: (name) => said`the VRF ${quote(name)}`,
}

function* membersOf(lab: LabIndex, namespace: IndexedNamespace): Iterable<Finding> {
  const taken = new Map<string, Said>()
  for (const [table, master, given] of masterEntries(namespace.entry)) {
    for (const [i, name] of given.entries()) {
      const before = taken.get(name)
      taken.set(name, before ?? nouns[table](master))
      if (table === 'bridges') continue
      const path = [...namespace.path, table, master, masterTables[table], i]
      if (before !== undefined) {
        yield error(
          'master-twice',
          path,
          said`${quote(name)} is given to ${before} already.`,
          said`An interface has one master: remove it from one of the two.`,
        )
        continue
      }
      yield* interfaceExists(lab, namespace.name, name, path)
      const kinds = new Set(namespace.interfaces.get(name)?.mentions.map((mention) => mention.kind))
      const why = table === 'bonds' ? refusedByBond(name, kinds) : refusedByVrf(name, kinds)
      if (why) yield error('bad-member', path, ...why)
    }
  }
}

type Why = readonly [message: Said, hint: Said]

/** An L3 master takes none of its kind (do_vrf_add_slave, drivers/net/vrf.c). */
function refusedByVrf(name: string, kinds: ReadonlySet<Mention['kind']>): Why | null {
  const hint = said`Its members are the interfaces that packets come in by.`
  if (name === 'lo') return [said`"lo" cannot be a member of a VRF.`, hint]
  return kinds.has('vrf') ? [said`${quote(name)} is a VRF; a VRF cannot be a member of a VRF.`, hint] : null
}

/** What stands over others itself; the kernel takes some of it, and a lab none. */
function refusedByBond(name: string, kinds: ReadonlySet<Mention['kind']>): Why | null {
  const stands = (['bridge', 'bond', 'vlan', 'macvlan', 'ipvlan', 'vrf', 'tunnel'] as const).some((kind) =>
    kinds.has(kind),
  )
  if (name !== 'lo' && !stands) return null
  return [
    said`${quote(name)} cannot be a member of a bond.`,
    said`Its members are ends of cables; VLANs, bridges and VRFs come on top of the bond.`,
  ]
}

function* tablesOf({ entry, path }: IndexedNamespace): Iterable<Finding> {
  const users = new Map<number, string>()
  for (const [name, { table }] of Object.entries(entry.vrfs ?? {})) {
    const at = [...path, 'vrfs', name, 'table']
    const word = tableWord(table)
    const other = users.get(table)
    users.set(table, other ?? name)
    if (word !== null)
      yield error(
        'table-reserved',
        at,
        said`Table ${table} is the table ${word} of every namespace.`,
        said`Give the VRF a table of its own: any other number.`,
      )
    else if (other !== undefined)
      yield warning(
        'table-shared',
        at,
        said`The VRFs ${quote(other)} and ${quote(name)} share table ${table}: what one has a route to, the other reaches.`,
        said`Give each a table of its own to keep them apart.`,
      )
  }
}
