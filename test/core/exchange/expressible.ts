/** Random labs whose rules name interfaces that are there, as those of every valid lab do. */
import { labFile } from '../plan/lab-arbitrary.js'
import { indexLab } from '../../../electron/core/lab/rules/lab-index.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'

function withoutLooseRules(file: LabFile): LabFile {
  const index = indexLab(file)
  const namespaces = Object.entries(file.namespaces ?? {}).map(([name, entry]) => {
    const there = (device: string | undefined): boolean =>
      device === undefined || index.namespaces.get(name)?.interfaces.has(device) === true
    const nat = entry?.nat?.filter((rule) => there(rule.in) && there(rule.out)) ?? []
    const rules = entry?.rules?.filter((rule) => there(rule.iif) && there(rule.oif)) ?? []
    const firewall = entry?.firewall?.filter((rule) => 'policy' in rule || (there(rule.in) && there(rule.out))) ?? []
    return [name, { ...entry, rules, nat, firewall }]
  })
  // Keys of WireGuard are in no script that could be read again.
  const tunnels = file.tunnels?.filter((tunnel) => tunnel.type !== 'wireguard') ?? []
  return { ...file, namespaces: Object.fromEntries(namespaces), tunnels }
}

/** A client of DHCP switches its interface on: no script can have both. */
function withAskersUp(file: LabFile): LabFile {
  const namespaces = Object.entries(file.namespaces ?? {}).map(([name, entry]) => {
    const bridges = Object.entries(entry?.bridges ?? {}).map(([bridge, said]) => {
      return [bridge, said?.dhcp4 ? { ...said, up: true } : said]
    })
    return [name, { ...entry, bridges: Object.fromEntries(bridges) as object }]
  })
  return { ...file, namespaces: Object.fromEntries(namespaces) as NonNullable<LabFile['namespaces']> }
}

/** What is on an interface of another namespace is beyond what one node of containerlab can make. */
function withoutMoved(file: LabFile): LabFile {
  const stays = (name: string, table: object | undefined) =>
    Object.fromEntries(
      Object.entries(table ?? {}).filter(([, said]: [string, { in?: string }]) => [undefined, name].includes(said.in)),
    )
  const namespaces = Object.entries(file.namespaces ?? {}).map(([name, entry]) => [
    name,
    { ...entry, macvlans: stays(name, entry?.macvlans), ipvlans: stays(name, entry?.ipvlans) },
  ])
  return { ...file, namespaces: Object.fromEntries(namespaces) as NonNullable<LabFile['namespaces']> }
}

export const nodewiseLab = labFile.map(withoutLooseRules).map(withoutMoved).map(normalise)

export const expressibleLab = labFile.map(withoutLooseRules).map(withAskersUp).map(normalise)
