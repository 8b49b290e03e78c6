import { quote } from '../describe.js'
import { deviceEntries, homeOf, masterEntries } from '../device-tables.js'
import { error, type Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import { isLayer3 } from '../tunnel.js'
import type { LabIndex, Rule } from './lab-index.js'
import { said, type Said } from '../../words/said.js'

/** Who can ask for an address by DHCP: whoever reaches others by frames, with a hardware address of its own. */
export const dhcp4Rules: Rule = function* (lab) {
  for (const { path, name, entry } of lab.namespaces.values())
    for (const [table, device, said_] of deviceEntries(entry))
      if (said_?.dhcp4 === true)
        yield* askerFindings(lab, homeOf(name, said_), device, [...path, table, device, 'dhcp4'])
}

function* askerFindings(lab: LabIndex, namespace: string, device: string, path: LabPath): Iterable<Finding> {
  const there = lab.namespaces.get(namespace)
  if (!there) return
  const refuse = (code: string, why: Said, hint: Said): Finding => error(code, path, why, hint)
  const master = masterEntries(there.entry).find(([, , given]) => given.includes(device))
  if (master)
    return yield refuse(
      'dhcp-on-member',
      master[0] === 'vrfs'
        ? said`${quote(device)} is a member of the VRF ${quote(master[1])}, and a lease's default route would not be in its table.`
        : said`${quote(device)} belongs to ${quote(master[1])} and has no address of its own.`,
      master[0] === 'vrfs'
        ? said`Give ${quote(device)} its addresses, and the VRF its routes.`
        : said`Write "dhcp4" at ${quote(master[1])}.`,
    )
  const kinds = new Set(there.interfaces.get(device)?.mentions.map(({ kind }) => kind))
  const tunnel = lab.file.tunnels?.find((each) => each.namespace === namespace && each.name === device)
  if (kinds.has('ipvlan'))
    yield refuse(
      'dhcp-nowhere',
      said`The ipvlan ${quote(device)} has the hardware address of another interface, by which a DHCP server would take it for that one.`,
      said`Make it a macvlan, or give it an address.`,
    )
  else if (tunnel ? isLayer3(tunnel.type) : !asking.some((kind) => kinds.has(kind)))
    yield refuse(
      'dhcp-nowhere',
      tunnel
        ? said`The tunnel ${quote(device)} carries no frames, so that no DHCP server can be asked through it.`
        : said`${quote(device)} has no cable, so that no DHCP server can be asked.`,
      tunnel ? said`Give it its addresses.` : said`Plug it in under "links", or give it an address.`,
    )
}

const asking = ['link', 'bridge', 'bond', 'vlan', 'macvlan'] as const
