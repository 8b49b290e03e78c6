/** Making, changing and deleting links, with the requests that `ip link` sends (linux/if_link.h, RTM_*LINK). */
import type { LabVlan, LinkSetting } from '../../../core/lab/lab.js'
import { ENODEV, Refusal } from '../errno.js'
import { parseAddress, parseMac } from '../inet.js'
import type { MessageWriter } from '../netlink/message.js'
import { NLM_F_CREATE, NLM_F_EXCL } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'

export const RTM_NEWLINK = 16
export const RTM_DELLINK = 17
export const RTM_GETLINK = 18

export const IFLA_ADDRESS = 1
export const IFLA_IFNAME = 3
export const IFLA_MTU = 4
export const IFLA_LINK = 5
export const IFLA_MASTER = 10
export const IFLA_OPERSTATE = 16
export const IFLA_LINKINFO = 18
export const IFLA_TXQLEN = 13
export const IFLA_GROUP = 27
export const IFLA_NET_NS_FD = 28
export const IFLA_EXT_MASK = 29
export const IFLA_LINK_NETNSID = 37
export const IFLA_INFO_KIND = 1
export const IFLA_INFO_DATA = 2
export const IFLA_INFO_SLAVE_KIND = 4
export const IFLA_INFO_SLAVE_DATA = 5
export const IFLA_BR_STP_STATE = 5
export const IFLA_VXLAN_ID = 1
export const IFLA_VXLAN_GROUP = 2
export const IFLA_VXLAN_LOCAL = 4
export const IFLA_VXLAN_TTL = 5
export const IFLA_VXLAN_LEARNING = 7
export const IFLA_VXLAN_PORT = 15
export const IFLA_VXLAN_GROUP6 = 16
export const IFLA_VXLAN_LOCAL6 = 17
export const IFLA_VRF_TABLE = 1
export const IFLA_VLAN_ID = 1
export const IFLA_VLAN_PROTOCOL = 5
const ETH_P_8021Q = 0x8100
export const ETH_P_8021AD = 0x88a8
const VETH_INFO_PEER = 1
/** A group number that nobody uses by chance; groups are labels and nothing else (`ip link set DEV group N`). */
export const doomedGroup = 0x76_65_74_68

export const IFF_UP = 0x1
export const IFF_NOARP = 0x80
export const IFF_PROMISC = 0x100
export const IFF_ALLMULTI = 0x200
export const IFF_MULTICAST = 0x1000
export const IFF_LOWER_UP = 0x10000

/** What any new link may be given; null leaves it to the kernel. */
export interface NewLink {
  readonly name: string
  readonly mac: string | null
  readonly mtu: number | null
  /** Index of the bridge it is a port of from the start. */
  readonly master?: number
  /** Comes up in the same message; not possible for the peer of a pair. */
  readonly up?: boolean
}

/** struct ifinfomsg. */
export function ifinfo(to: MessageWriter, index = 0, flags = 0, change = 0): MessageWriter {
  return to.u32(0).u32(index).u32(flags).u32(change)
}

function common(to: MessageWriter, link: NewLink): MessageWriter {
  const mac = link.mac === null ? null : parseMac(link.mac)
  if (mac) to.attributeBytes(IFLA_ADDRESS, mac)
  if (link.mtu !== null) to.attributeU32(IFLA_MTU, link.mtu)
  return to.attributeString(IFLA_IFNAME, link.name)
}

/** Adds a link of a kind. `data` writes the attributes of IFLA_INFO_DATA, `extra` those of the link itself. */
export function addLink(
  socket: NetlinkSocket,
  link: NewLink,
  kind: string,
  data?: (to: MessageWriter) => void,
  extra?: (to: MessageWriter) => void,
): Refusal | null {
  const flags = link.up ? IFF_UP : 0
  const request = common(ifinfo(message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL), 0, flags, flags), link)
  if (link.master !== undefined) request.attributeU32(IFLA_MASTER, link.master)
  extra?.(request)
  const info = request.nest(IFLA_LINKINFO)
  request.attributeString(IFLA_INFO_KIND, kind)
  if (data) {
    const nest = request.nest(IFLA_INFO_DATA)
    data(request)
    request.end(nest)
  }
  return socket.change(request.end(info))
}

/**
 * Adds a veth pair, the peer where `namespaceFd` points (null: the same namespace). A peer stays down: IFF_UP on it
 * in the same message is refused with ENOTCONN and rolled back.
 */
export function addVeth(
  socket: NetlinkSocket,
  link: NewLink,
  peer: NewLink & { readonly namespaceFd: number | null },
): Refusal | null {
  return addLink(socket, link, 'veth', (to) => {
    const nest = to.nest(VETH_INFO_PEER)
    common(ifinfo(to), peer)
    if (peer.namespaceFd !== null) to.attributeU32(IFLA_NET_NS_FD, peer.namespaceFd)
    to.end(nest)
  })
}

export const addBridge = (socket: NetlinkSocket, link: NewLink & { readonly stp: boolean }): Refusal | null =>
  addLink(socket, link, 'bridge', (to) => to.attributeU32(IFLA_BR_STP_STATE, link.stp ? 1 : 0))

export interface NewVxlan extends NewLink {
  /** VXLAN network identifier, 24 bits. */
  readonly id: number
  readonly local: string
  readonly remote: string | null
  /** UDP destination port. */
  readonly port: number
  readonly ttl?: number
  readonly learning?: false
}

/** A remote that is a multicast group travels in the same attribute as a unicast one. */
export function addVxlan(socket: NetlinkSocket, link: NewVxlan): Refusal | null {
  const local = parseAddress(link.local)
  const remote = parseAddress(link.remote ?? '')
  return addLink(socket, link, 'vxlan', (to) => {
    to.attributeU32(IFLA_VXLAN_ID, link.id)
    if (local) to.attributeBytes(local.family === 'ipv4' ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, local.bytes)
    if (remote) to.attributeBytes(remote.family === 'ipv4' ? IFLA_VXLAN_GROUP : IFLA_VXLAN_GROUP6, remote.bytes)
    to.attributeU16BE(IFLA_VXLAN_PORT, link.port)
    if (link.ttl !== undefined) to.attributeU8(IFLA_VXLAN_TTL, link.ttl)
    if (link.learning === false) to.attributeU8(IFLA_VXLAN_LEARNING, 0)
  })
}

/** `iproute2` looks a name up before it changes anything, and says this when there is none. */
export const noSuchLink = (name: string): Refusal => Refusal.of(ENODEV, `Cannot find device "${name}"`)

const named = (name: string, refusal: Refusal | null): Refusal | null =>
  refusal?.errno === ENODEV ? noSuchLink(name) : refusal

/** A request about one link by its name; the kernel looks it up itself where the index is 0. */
const change = (type: number, name: string, flags = 0, mask = 0): MessageWriter =>
  ifinfo(message(type), 0, flags, mask).attributeString(IFLA_IFNAME, name)

export const deleteLink = (socket: NetlinkSocket, name: string): Refusal | null =>
  named(name, socket.change(change(RTM_DELLINK, name)))

export const setLinkUp = (socket: NetlinkSocket, name: string, up: boolean): Refusal | null =>
  named(name, socket.change(change(RTM_NEWLINK, name, up ? IFF_UP : 0, IFF_UP)))

export const setLinkMtu = (socket: NetlinkSocket, name: string, mtu: number): Refusal | null =>
  named(name, socket.change(change(RTM_NEWLINK, name).attributeU32(IFLA_MTU, mtu)))

export function setLinkMac(socket: NetlinkSocket, name: string, mac: string): Refusal | null {
  const bytes = parseMac(mac) ?? Buffer.alloc(0)
  return named(name, socket.change(change(RTM_NEWLINK, name).attributeBytes(IFLA_ADDRESS, bytes)))
}

/** `master` is the index of a bridge or a VRF; 0 takes the link out of it. */
export const setLinkMaster = (socket: NetlinkSocket, name: string, master: number): Refusal | null =>
  named(name, socket.change(change(RTM_NEWLINK, name).attributeU32(IFLA_MASTER, master)))

export const setLinkGroup = (socket: NetlinkSocket, name: string, group: number): Refusal | null =>
  named(name, socket.change(change(RTM_NEWLINK, name).attributeU32(IFLA_GROUP, group)))

const flagOf: Readonly<Partial<Record<LinkSetting, number>>> = {
  multicast: IFF_MULTICAST,
  promisc: IFF_PROMISC,
  arp: IFF_NOARP,
}

/** Flags, queue length and group, as `ip link set` has them; NOARP is the other way round. */
export function setLinkSetting(
  socket: NetlinkSocket,
  name: string,
  setting: LinkSetting,
  value: number,
): Refusal | null {
  const flag = flagOf[setting]
  if (flag !== undefined) {
    const on = setting === 'arp' ? value === 0 : value !== 0
    return named(name, socket.change(change(RTM_NEWLINK, name, on ? flag : 0, flag)))
  }
  const type = setting === 'group' ? IFLA_GROUP : IFLA_TXQLEN
  return named(name, socket.change(change(RTM_NEWLINK, name).attributeU32(type, value)))
}

/** Deletes all links of a group in one go: one wait for the kernel's readers instead of one per link (~20 ms each). */
export const deleteLinkGroup = (socket: NetlinkSocket, group: number): Refusal | null =>
  socket.change(ifinfo(message(RTM_DELLINK)).attributeU32(IFLA_GROUP, group))

/** By index: a link that takes the name meanwhile is another one, and an index is not given again. */
export const deleteLinkAt = (socket: NetlinkSocket, index: number): Refusal | null =>
  socket.change(ifinfo(message(RTM_DELLINK), index))

export const setLinkGroupAt = (socket: NetlinkSocket, index: number, group: number): Refusal | null =>
  socket.change(ifinfo(message(RTM_NEWLINK), index).attributeU32(IFLA_GROUP, group))

/** Changes what is particular to a kind of link. */
export const setKindData = (
  socket: NetlinkSocket,
  name: string,
  kind: string,
  data: (to: MessageWriter) => void,
): Refusal | null => setData(socket, name, [IFLA_INFO_KIND, kind], [IFLA_INFO_DATA, data])

/** Changes what is particular to the ports of a kind of link. */
export const setSlaveData = (
  socket: NetlinkSocket,
  name: string,
  kind: string,
  data: (to: MessageWriter) => void,
): Refusal | null => setData(socket, name, [IFLA_INFO_SLAVE_KIND, kind], [IFLA_INFO_SLAVE_DATA, data])

function setData(
  socket: NetlinkSocket,
  name: string,
  [kindType, kind]: readonly [number, string],
  [dataType, data]: readonly [number, (to: MessageWriter) => void],
): Refusal | null {
  const request = change(RTM_NEWLINK, name)
  const info = request.nest(IFLA_LINKINFO)
  request.attributeString(kindType, kind)
  const nest = request.nest(dataType)
  data(request)
  request.end(nest)
  return named(name, socket.change(request.end(info)))
}

export const setBridgeStp = (socket: NetlinkSocket, name: string, stp: boolean): Refusal | null =>
  setKindData(socket, name, 'bridge', (to) => to.attributeU32(IFLA_BR_STP_STATE, stp ? 1 : 0))

/** Adds a sub-interface for one tag of the link with this index. */
export const addVlan = (
  socket: NetlinkSocket,
  link: NewLink & Pick<LabVlan, 'id' | 'protocol'>,
  parent: number,
): Refusal | null =>
  addLink(
    socket,
    link,
    'vlan',
    (to) =>
      to
        .attributeU16(IFLA_VLAN_ID, link.id)
        .attributeU16BE(IFLA_VLAN_PROTOCOL, link.protocol === '802.1ad' ? ETH_P_8021AD : ETH_P_8021Q),
    (to) => to.attributeU32(IFLA_LINK, parent),
  )

/** Adds a routing domain that has this table. */
export const addVrf = (socket: NetlinkSocket, link: NewLink & { readonly table: number }): Refusal | null =>
  addLink(socket, link, 'vrf', (to) => to.attributeU32(IFLA_VRF_TABLE, link.table))

/** RTEXT_FILTER_SKIP_STATS: counters would double every answer, and nobody here reads them. */
export const skipStatistics = 1 << 3

/** The index of a link, as `if_nametoindex`. */
export function linkIndex(socket: NetlinkSocket, name: string): number | Refusal {
  const request = change(RTM_GETLINK, name).attributeU32(IFLA_EXT_MASK, skipStatistics)
  const index = socket.get(request, (bytes, at) => bytes.readInt32LE(at + 4))
  return index instanceof Refusal && index.errno === ENODEV ? noSuchLink(name) : index
}
