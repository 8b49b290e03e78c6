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

export const expressibleLab = labFile.map(withoutLooseRules).map(normalise)
