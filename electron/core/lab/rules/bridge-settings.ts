import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { portSettings } from '../lab.js'
import type { LabPath } from '../problem.js'
import type { Rule } from './lab-index.js'
import { said } from '../../words/said.js'

/** What is said of a bridge's ports is said of ports that it has. */
export const bridgeSettingRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values())
    for (const [bridge, entry] of Object.entries(namespace.entry.bridges ?? {})) {
      if (!entry) continue
      const base = [...namespace.path, 'bridges', bridge]
      const ports = new Set(entry.ports ?? [])
      for (const setting of portSettings) {
        const named = entry[setting] ?? []
        for (const [key, port] of Array.isArray(named)
          ? named.entries()
          : Object.keys(named).map((each) => [each, each]))
          if (!ports.has(port as string))
            yield noPort(bridge, port as string, [...base, setting, key as string | number])
      }
      for (const [port, { pvid, tagged = [], untagged = [] }] of Object.entries(entry['port-vlans'] ?? {})) {
        const path = [...base, 'port-vlans', port]
        if (port !== bridge && !ports.has(port)) yield { ...noPort(bridge, port, path), at: 'key' }
        const all = [...tagged, ...untagged]
        const twice = all.find((id, at) => all.indexOf(id) !== at)
        if (twice !== undefined)
          yield error('vlan-twice', path, said`VLAN ${twice} is listed twice.`, said`Remove one of them.`)
        if (pvid !== undefined && tagged.includes(pvid))
          yield warning(
            'tagged-pvid',
            [...path, 'tagged'],
            said`VLAN ${pvid} comes in here without a tag, and goes out with one.`,
            said`Leave it out of "tagged", unless the other side is set up like that.`,
          )
      }
      if (entry['port-vlans'] && entry['vlan-filtering'] !== true)
        yield {
          ...warning(
            'filtering-off',
            [...base, 'port-vlans'],
            said`Bridge ${quote(bridge)} does not filter VLANs; "port-vlans" changes nothing.`,
            said`Write "vlan-filtering: true".`,
          ),
          at: 'key',
        }
    }
}

const noPort = (bridge: string, port: string, path: LabPath): Finding =>
  error('not-a-port', path, said`${quote(port)} is no port of ${quote(bridge)}.`, said`Add it to the bridge's ports.`)
