/** Links of a topology as veth pairs. */
import { quote } from '../../lab/describe.js'
import type { LabPath } from '../../lab/problem.js'
import { maxNameBytes } from '../../lab/rules/names.js'
import { interfaceNamePattern, macvlanModes } from '../../lab/schema.js'
import { isRecord } from '../../lab/schema-shape.js'
import { parseMac } from '../commands/link-options.js'
import { wholeNumber } from '../commands/command.js'
import { fittingName } from '../fitting-name.js'
import { shareRefusal } from '../network/shares.js'
import { addDevice, addPair, setMaster } from '../network/links.js'
import { leftOutFor } from '../notice.js'
import type { Device, Network } from '../network/network.js'
import type { Place } from './nodes.js'
import type { Topology } from './topology.js'
import { usualMtu } from './words.js'
import { said, type Said } from '../../words/said.js'

interface End {
  readonly place: Place
  readonly name: string
  readonly mac: string | null
}

const usedTypes = new Set(['veth', 'brief', 'host', 'macvlan', 'dummy'])
const usedKeys = new Set(['type', 'endpoints', 'endpoint', 'mtu', 'host-interface', 'mode'])

export function readLinks(topology: Topology, network: Network, places: ReadonlyMap<string, Place>): void {
  topology.list(['topology', 'links']).forEach((link, i) => {
    const path = ['topology', 'links', i]
    if (!isRecord(link)) {
      topology.leaveOut(path, said`This link is no map with \`endpoints\`; it is left out.`)
      return
    }
    const type = topology.text([...path, 'type'])?.toLowerCase() ?? 'veth'
    if (!usedTypes.has(type)) {
      topology.leaveOut(path, said`A lab has no links of type ${quote(type)}; this one is left out.`)
      return
    }
    for (const key of Object.keys(link)) {
      if (!usedKeys.has(key)) topology.leaveOut([...path, key], leftOutFor(key))
    }
    readLink(topology, network, places, path, type)
  })
}

function readLink(
  topology: Topology,
  network: Network,
  places: ReadonlyMap<string, Place>,
  path: LabPath,
  type: string,
): void {
  const mtu = wholeNumber(topology.text([...path, 'mtu']) ?? undefined, 68, 65535)
  if (type === 'dummy') {
    const end = readEnd(topology, places, [...path, 'endpoint'])
    const made = end && addDevice(end.place.namespace, 'dummy', end.name)
    if (made && 'message' in made) topology.leaveOut(path, made.message, made.hint)
    else if (made) finishEnd(made, end, mtu)
    return
  }
  if (type === 'macvlan' || (type === 'veth' && macvlanEnd(topology, path) !== null)) {
    readMacvlan(topology, places, path, mtu)
    return
  }
  const ends = type === 'host' ? hostEnds(topology, places, path) : bothEnds(topology, places, path)
  if (!ends) return
  const [a, b] = ends
  const made = addPair(
    network,
    { namespace: a.place.namespace, name: a.name },
    { namespace: b.place.namespace, name: b.name },
  )
  if ('message' in made) {
    topology.leaveOut(path, made.message, made.hint)
    return
  }
  finishEnd(made[0], a, mtu)
  finishEnd(made[1], b, mtu)
}

/** The place of the short form's other end, `macvlan:IF`; null where there is none. */
function macvlanEnd(topology: Topology, path: LabPath): 0 | 1 | null {
  const isIt = (i: 0 | 1): boolean => /^macvlan:/i.test(topology.text([...path, 'endpoints', i]) ?? '')
  return isIt(0) ? 0 : isIt(1) ? 1 : null
}

/**
 * A macvlan of a node on an interface of the machine (links/link_macvlan.go). A lab knows nothing of the machine's: one
 * that is not there yet becomes an interface of `host` with nothing behind it.
 */
function readMacvlan(topology: Topology, places: ReadonlyMap<string, Place>, path: LabPath, mtu: number | null): void {
  const short = macvlanEnd(topology, path)
  const [endPath, parentPath] =
    short === null
      ? ([
          [...path, 'endpoint'],
          [...path, 'host-interface'],
        ] as const)
      : ([
          [...path, 'endpoints', short === 0 ? 1 : 0],
          [...path, 'endpoints', short],
        ] as const)
  const end = readEnd(topology, places, endPath)
  const name = topology.text(parentPath)?.replace(/^macvlan:/i, '') ?? ''
  const word = topology.text([...path, 'mode'])?.toLowerCase() || 'bridge'
  const mode = macvlanModes.find((each) => each === word)
  const host = places.get('host')
  if (!end || !host) return
  if (mode === undefined) return leaveOutMode(topology, path, word)
  const known = host.namespace.devices.get(name)
  const parent = known ?? addDevice(host.namespace, 'dummy', name)
  if ('message' in parent) return topology.leaveOut(path, parent.message, parent.hint)
  if (!known) {
    parent.up = true
    topology.leaveOut(parentPath, plainParent(name))
  }
  const made =
    shareRefusal('macvlan', parent, end.name, mode) ??
    addDevice(end.place.namespace, 'macvlan', end.name, { share: { parent, mode } })
  if ('message' in made) topology.leaveOut(path, made.message, made.hint)
  else finishEnd(made, end, mtu)
}

const leaveOutMode = (topology: Topology, path: LabPath, mode: string): void =>
  topology.leaveOut([...path, 'mode'], said`${quote(mode)} is no mode of a ${'macvlan'}.`)

const plainParent = (name: string): Said =>
  said`${quote(name)} of the machine becomes an interface of host with nothing behind it: a lab does not know your machine.`

function finishEnd(device: Device, { place, mac }: End, mtu: number | null): void {
  device.up = true
  device.mac = mac
  device.mtu = mtu === usualMtu ? null : mtu
  if (place.bridge) setMaster(device, place.bridge)
}

type Ends = readonly [End, End] | null

function bothEnds(topology: Topology, places: ReadonlyMap<string, Place>, path: LabPath): Ends {
  const count = topology.list([...path, 'endpoints']).length
  if (count !== 2) {
    topology.leaveOut(path, said`A link has two endpoints, this one ${count}; it is left out.`)
    return null
  }
  const [a, b] = [0, 1].map((i) => readEnd(topology, places, [...path, 'endpoints', i]))
  return a && b ? [a, b] : null
}

/** `type: host`: one end in a node, the other on the machine. */
function hostEnds(topology: Topology, places: ReadonlyMap<string, Place>, path: LabPath): Ends {
  const host = places.get('host')
  const name = topology.text([...path, 'host-interface'])
  const end = readEnd(topology, places, [...path, 'endpoint'])
  if (!host || name === null || !end) return null
  return [end, { place: host, name: linuxName(topology, host, name, [...path, 'host-interface']), mac: null }]
}

/** `NODE:INTERFACE`, or a map with both. */
function readEnd(topology: Topology, places: ReadonlyMap<string, Place>, path: LabPath): End | null {
  const long = isRecord(topology.at(path))
  const [, shortNode = null, shortName = null] = /^([^:]*):(.*)$/s.exec((!long && topology.text(path)) || '') ?? []
  const node = long ? topology.text([...path, 'node']) : shortNode
  const name = long ? topology.text([...path, 'interface']) : shortName
  if (node === null || name === null || name === '') {
    topology.leaveOut(path, said`This endpoint names no node and interface; its link is left out.`)
    return null
  }
  const place = places.get(node)
  if (!place) {
    const outside = /^mgmt-net$/i.test(node)
    topology.leaveOut(
      path,
      outside
        ? said`A lab has no ${quote(node)}; the link is left out.`
        : said`There is no node ${quote(node)}; its link is left out.`,
    )
    return null
  }
  for (const key of topology.keys(path)) {
    if (!['node', 'interface', 'mac'].includes(key))
      topology.leaveOut([...path, key], said`${quote(key)} is left out: give the address with an \`exec\` line.`)
  }
  const mac = long ? topology.text([...path, 'mac']) : null
  if (mac !== null && parseMac(mac) === null)
    topology.leaveOut([...path, 'mac'], said`${quote(mac)} is no hardware address; it is left out.`)
  return { place, name: linuxName(topology, place, name, path), mac: mac === null ? null : parseMac(mac) }
}

/** Interfaces of network systems have names that Linux does not take: `ethernet-1/1`. */
function linuxName(topology: Topology, { namespace }: Place, name: string, path: LabPath): string {
  const plain = /^[\u0021-\u007e]+$/.test(name)
  if (interfaceNamePattern.test(name) && (!plain || name.length <= maxNameBytes)) return name
  // What tells interfaces apart is at the end of their names.
  const fitting = fittingName(namespace, name.slice(-maxNameBytes))
  topology.leaveOut(path, said`The interface name ${quote(name)} does not fit Linux; it becomes ${quote(fitting)}.`)
  return fitting
}
