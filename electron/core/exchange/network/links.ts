/** Interfaces come, change, move and go, and take along what the kernel takes along. */
import { quote } from '../../lab/describe.js'
import { hostNamespace } from '../../lab/lab.js'
import { maxNameBytes } from '../../lab/rules/names.js'
import { interfaceNamePattern, limits } from '../../lab/schema.js'
import { dropAddresses } from './addresses.js'
import { freshSwitchState } from './bridge.js'
import {
  makeDevice,
  most,
  refusal,
  type Device,
  type DeviceData,
  type DeviceKind,
  type Namespace,
  type Network,
  type Refusal,
} from './network.js'
import { dropNeighbours } from './neighbours.js'
import { keyRefusal } from './shares.js'
import { dropRoutes } from './routes.js'
import { said, type Said } from '../../words/said.js'

/** Of text without lone surrogates. */
const utf8Bytes = (text: string): number => encodeURIComponent(text).replace(/%../g, '-').length

/** Why the kernel, or a lab file, takes no interface of this name there. */
export function nameRefusal(namespace: Namespace, name: string): Refusal {
  if (!interfaceNamePattern.test(name))
    return refusal(
      said`${quote(name)} cannot be the name of an interface.`,
      said`Use letters, digits, dots and dashes.`,
    )
  if (/\p{Surrogate}/u.test(name) || utf8Bytes(name) > maxNameBytes)
    return refusal(said`The interface name ${quote(name)} is too long; the kernel allows ${maxNameBytes} bytes.`)
  if (namespace.devices.size >= most.devices)
    return refusal(said`A namespace with more than ${most.devices} interfaces is more than a lab may have.`)
  if (!namespace.devices.has(name)) return null
  return refusal(
    said`There is an interface ${quote(name)} in ${quote(namespace.name)} already.`,
    said`Give one of them another name.`,
  )
}

/** The interface, or the sentence that says there is none. */
export function findDevice(namespace: Namespace, name: string): Device | NonNullable<Refusal> {
  const device = namespace.devices.get(name)
  if (device) return device
  if (name === '') return refusal(said`The command names no interface.`, said`Write \`dev\` and its name.`)
  return refusal(
    said`There is no interface ${quote(name)} in ${quote(namespace.name)} at this point.`,
    noDeviceHint(namespace, name),
  )
}

export const noDeviceHint = (namespace: Namespace, name: string): Said =>
  namespace.name === hostNamespace && name === 'eth0'
    ? said`A lab does not know your machine: make eth0 in the script, or write \`uplink: on\` and this into the lab file.`
    : said`Make it first, or look for another spelling of its name.`

export function addDevice(
  namespace: Namespace,
  kind: DeviceKind,
  name: string,
  data: DeviceData = {},
): Device | NonNullable<Refusal> {
  return nameRefusal(namespace, name) ?? makeDevice(kind, namespace, name, data)
}

/** A VLAN sub-interface, in the namespace of the interface that it is on. */
export function addSubInterface(
  namespace: Namespace,
  name: string,
  vlan: NonNullable<Device['vlan']>,
): Device | NonNullable<Refusal> {
  const { parent, id, protocol } = vlan
  const twin = [...namespace.devices.values()].find(
    (each) => each.vlan?.parent === parent && each.vlan.id === id && each.vlan.protocol === protocol,
  )
  if (!twin) return addDevice(namespace, 'vlan', name, { vlan })
  return refusal(
    said`VLAN ${id} of ${quote(parent.name)} is ${quote(twin.name)} already.`,
    said`One sub-interface gets the frames of a tag; give this one another id.`,
  )
}

/** A veth pair, made as one: both ends or none. */
export function addPair(
  network: Network,
  near: { readonly namespace: Namespace; readonly name: string },
  far: { readonly namespace: Namespace; readonly name: string },
): readonly [Device, Device] | NonNullable<Refusal> {
  const refused = nameRefusal(near.namespace, near.name) ?? nameRefusal(far.namespace, far.name)
  if (refused) return refused
  if (near.namespace === far.namespace && near.name === far.name)
    return refusal(
      said`Both ends of the pair would be called ${quote(near.name)}.`,
      said`Give one of them another name.`,
    )
  if (network.cables.size >= limits.links) return refusal(said`A lab has at most ${limits.links} links.`)
  const ends = [makeDevice('veth', near.namespace, near.name), makeDevice('veth', far.namespace, far.name)] as const
  ends[0].peer = ends[1]
  ends[1].peer = ends[0]
  network.cables.add(ends[0])
  return ends
}

/** Interfaces that a text leaves to the kernel to name; a lab of people names them, and looking for a free one takes time. */
const maxCounted = 1000

/** Without a name the kernel counts: veth0, veth1, ... Empty, which is no name, where that goes too far. */
export function freeName(namespace: Namespace, stem: string, not: string): string {
  for (let n = 0; n < maxCounted; n++) {
    const name = `${stem}${n}`
    if (name !== not && !namespace.devices.has(name)) return name
  }
  return ''
}

export function deleteDevice(network: Network, device: Device): Refusal {
  if (device.kind === 'loopback') return refusal(said`The kernel does not give up "lo".`)
  for (const end of device.peer ? [device, device.peer] : [device]) {
    for (const above of [...standingOn(end), ...end.shares]) deleteDevice(network, above)
    end.share?.parent.shares.delete(end)
    network.cables.delete(end)
    detach(end)
  }
  return null
}

/** Sub-interfaces on it, which go with it. */
const standingOn = (device: Device): readonly Device[] =>
  [...device.namespace.devices.values()].filter(({ vlan }) => vlan?.parent === device)

/** Takes an interface out of its namespace, with all that is on it. */
function detach(device: Device): void {
  setMaster(device, null)
  for (const port of [...device.ports]) setMaster(port, null)
  device.ports.clear()
  dropAddresses(device)
  dropRoutes(device, null)
  dropNeighbours(device)
  dropSettings(device)
  device.namespace.devices.delete(device.name)
}

/** Settings of an interface live and die with it, and start anew in another namespace. */
function dropSettings({ name, namespace: { sysctls } }: Device): void {
  const spelled = name.replaceAll('.', '/')
  for (const key of sysctls.keys()) {
    const [, , group, device] = key.split('.')
    if ((group === 'conf' || group === 'neigh') && device === spelled) sysctls.delete(key)
  }
}

/** `ip link set X netns Y`: comes down, leaves its bridge, and loses its addresses. */
export function moveDevice(network: Network, device: Device, to: Namespace): Refusal {
  if (device.namespace === to) return null
  if (device.kind === 'loopback' || device.kind === 'bridge')
    return refusal(
      said`The kernel does not move a ${device.kind} interface to another namespace.`,
      said`Make it there.`,
    )
  if (device.vlan || standingOn(device).length > 0)
    return refusal(
      said`A lab has a VLAN sub-interface in the namespace of the interface that it is on.`,
      said`Move that interface first, and make the sub-interface there.`,
    )
  const refused = nameRefusal(to, device.name)
  if (refused) return refused
  // What shared its cable goes with it from there (macvlan_device_event, drivers/net/macvlan.c).
  for (const each of device.shares) deleteDevice(network, each)
  detach(device)
  device.up = false
  device.namespace = to
  to.devices.set(device.name, device)
  return null
}

export function renameDevice(device: Device, name: string): Refusal {
  if (device.kind === 'loopback') return refusal(said`"lo" keeps its name in a lab.`)
  const refused =
    nameRefusal(device.namespace, name) ??
    (device.share ? keyRefusal(device.share.parent.namespace, device.kind, name) : null)
  if (refused) return refused
  dropSettings(device)
  const { devices } = device.namespace
  devices.delete(device.name)
  device.name = name
  devices.set(name, device)
  return null
}

/** Going down takes all routes and the IPv6 addresses along (addrconf_ifdown, net/ipv6/addrconf.c). */
export function setUp(device: Device, up: boolean): void {
  if (device.up && !up) {
    dropRoutes(device, null)
    dropNeighbours(device)
    dropAddresses(device, 'ipv6')
  }
  device.up = up
}

/** Kinds that others are given to. */
const masters: ReadonlySet<DeviceKind> = new Set<DeviceKind>(['bridge', 'vrf', 'bond'])
/** What stands over others itself is no member of a bond. */
const bondable: ReadonlySet<DeviceKind> = new Set<DeviceKind>(['veth', 'dummy'])

/** What was known of neighbours is forgotten (neigh_changeaddr, net/core/neighbour.c). */
export function setMac(device: Device, mac: string): void {
  if (device.mac !== mac) dropNeighbours(device, { proxies: false })
  device.mac = mac
}

export function setMaster(device: Device, master: Device | null): Refusal {
  if (master && !masters.has(master.kind))
    return refusal(said`${quote(master.name)} is no bridge.`, said`Make one with \`ip link add NAME type bridge\`.`)
  if (master?.kind === 'bond' && !bondable.has(device.kind))
    return refusal(said`${quote(device.name)} cannot be a member of a bond.`)
  if (master?.kind === 'bond' && device.up && device.master !== master)
    return refusal(
      said`A bond takes no interface that is up.`,
      said`Write \`ip link set ${device.name} down\` before it.`,
    )
  if (master?.kind === 'vrf' && (device.kind === 'loopback' || device.kind === 'vrf'))
    return refusal(said`${quote(device.name)} cannot be a member of a VRF.`)
  if (master?.kind === 'bridge' && (device.kind === 'loopback' || device.kind === 'bridge'))
    return refusal(said`${quote(device.name)} cannot be a port of a bridge.`, said`Join two bridges with a veth pair.`)
  if (master && master.kind !== 'vrf' && device.share)
    return refusal(
      said`${quote(device.name)} shares the cable of another interface; a lab gives it to no bridge and no bond.`,
      said`Give the bridge that interface, or a cable of its own.`,
    )
  const [sharing] = device.shares
  if (master && master.kind !== 'vrf' && sharing)
    return refusal(said`${quote(device.name)} is shared by ${quote(sharing.name)}, which gets its frames.`)
  // A bond switches off who goes, and on who comes (bond_enslave, drivers/net/bonding/bond_main.c).
  if (device.master?.kind === 'bond' && device.master !== master) setUp(device, false)
  if (master?.kind === 'bond') setUp(device, true)
  device.master?.ports.delete(device)
  if (device.kind !== 'bridge') device.state = freshSwitchState(master?.state.defaultPvid)
  // A VRF switches off for a moment who comes and who goes (cycle_netdev, drivers/net/vrf.c).
  if (device.up && device.master !== master && (device.master?.kind === 'vrf' || master?.kind === 'vrf')) {
    setUp(device, false)
    device.up = true
  }
  device.master = master
  master?.ports.add(device)
  return null
}

/** `ip netns del`: what was in it goes, and with it the other ends of its cables. */
export function deleteNamespace(network: Network, key: string, namespace: Namespace): void {
  for (const device of [...namespace.devices.values()]) deleteDevice(network, device)
  network.namespaces.delete(key)
  network.names.delete(namespace.name)
}
