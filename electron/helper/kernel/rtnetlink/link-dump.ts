/** Reading links: RTM_GETLINK into the live state's words. */
import { formatAddress, formatMac } from '../inet.js'
import type { LiveLink } from '../../../core/live/state.js'
import type { Refusal } from '../errno.js'
import { eachAttribute, readString } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import {
  IFF_LOWER_UP,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_BR_STP_STATE,
  IFLA_EXT_MASK,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_DATA,
  IFLA_INFO_SLAVE_KIND,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_LINK_NETNSID,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_OPERSTATE,
  IFLA_VXLAN_GROUP,
  IFLA_VXLAN_GROUP6,
  IFLA_VXLAN_ID,
  IFLA_VXLAN_LOCAL,
  IFLA_VXLAN_LOCAL6,
  IFLA_VXLAN_PORT,
  ifinfo,
  RTM_GETLINK,
  skipStatistics,
} from './link.js'

const IFLA_BR_VLAN_FILTERING = 7
const IFLA_BRPORT_STATE = 1
const IFLA_BRPORT_NO = 9
/** ifi_type of lo (linux/if_arp.h). */
const ARPHRD_LOOPBACK = 772
/** IF_OPER_* of RFC 2863, as `ip link` spells them. */
const operstates = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up']
/** BR_STATE_*, as `bridge link` spells them. */
const portStates = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']

/** A link with what still has to be put into names. */
export interface DumpedLink extends Omit<LiveLink, 'master' | 'peer' | 'impair'> {
  readonly masterIndex: number | null
  /** Of a veth end: the other one's index, and its namespace's id as seen from here (null: the same namespace). */
  readonly veth: { readonly index: number; readonly namespaceId: number | null } | null
}

interface KindData {
  stp: boolean
  vlanFiltering: boolean
  vxlanId: number
  local: string | null
  remote: string | null
  port: number
}

function readKindData(bytes: Buffer, from: number, to: number, kind: string): KindData {
  const data: KindData = { stp: false, vlanFiltering: false, vxlanId: 0, local: null, remote: null, port: 0 }
  eachAttribute(bytes, from, to, (type, at, length) => {
    if (kind === 'bridge') {
      if (type === IFLA_BR_STP_STATE) data.stp = bytes.readUInt32LE(at) !== 0
      else if (type === IFLA_BR_VLAN_FILTERING) data.vlanFiltering = bytes[at] !== 0
    } else if (type === IFLA_VXLAN_ID) data.vxlanId = bytes.readUInt32LE(at)
    else if (type === IFLA_VXLAN_PORT) data.port = bytes.readUInt16BE(at)
    else if (type === IFLA_VXLAN_LOCAL || type === IFLA_VXLAN_LOCAL6) data.local = formatAddress(bytes, at, length)
    else if (type === IFLA_VXLAN_GROUP || type === IFLA_VXLAN_GROUP6) data.remote = formatAddress(bytes, at, length)
  })
  return data
}

function readPort(bytes: Buffer, from: number, to: number): LiveLink['port'] {
  let number = 0
  let state = 'disabled'
  eachAttribute(bytes, from, to, (type, at) => {
    if (type === IFLA_BRPORT_STATE) state = portStates[bytes[at] ?? 0] ?? 'disabled'
    else if (type === IFLA_BRPORT_NO) number = bytes.readUInt16LE(at)
  })
  return { number, state }
}

/** One RTM_NEWLINK payload (from its ifinfomsg on). */
export function decodeLink(bytes: Buffer, at: number, end: number): DumpedLink {
  const flags = bytes.readUInt32LE(at + 8)
  let name = ''
  let mac: string | null = null
  let mtu = 0
  let operstate = 'unknown'
  let kind = bytes.readUInt16LE(at + 2) === ARPHRD_LOOPBACK ? 'loopback' : 'physical'
  let portKind = ''
  let masterIndex: number | null = null
  let lower: number | null = null
  let namespaceId: number | null = null
  let data: KindData | null = null
  let port: LiveLink['port'] = null
  eachAttribute(bytes, at + 16, end, (type, where, length) => {
    if (type === IFLA_IFNAME) name = readString(bytes, where, length)
    else if (type === IFLA_ADDRESS) mac = formatMac(bytes, where, length)
    else if (type === IFLA_MTU) mtu = bytes.readUInt32LE(where)
    else if (type === IFLA_OPERSTATE) operstate = operstates[bytes[where] ?? 0] ?? 'unknown'
    else if (type === IFLA_MASTER) masterIndex = bytes.readUInt32LE(where)
    else if (type === IFLA_LINK) lower = bytes.readInt32LE(where)
    else if (type === IFLA_LINK_NETNSID) namespaceId = bytes.readInt32LE(where)
    else if (type === IFLA_LINKINFO) {
      // The kind comes before its data: rtnl_link_info_fill and rtnl_link_slave_info_fill put them in this order.
      eachAttribute(bytes, where, where + length, (info, inner, size) => {
        if (info === IFLA_INFO_KIND) kind = readString(bytes, inner, size)
        else if (info === IFLA_INFO_SLAVE_KIND) portKind = readString(bytes, inner, size)
        else if (info === IFLA_INFO_DATA && (kind === 'bridge' || kind === 'vxlan'))
          data = readKindData(bytes, inner, inner + size, kind)
        else if (info === IFLA_INFO_SLAVE_DATA && portKind === 'bridge') port = readPort(bytes, inner, inner + size)
      })
    }
  })
  const known = data as KindData | null
  return {
    index: bytes.readInt32LE(at + 4),
    name,
    kind,
    mac,
    mtu,
    up: (flags & IFF_UP) !== 0,
    carrier: (flags & IFF_LOWER_UP) !== 0,
    operstate,
    masterIndex,
    veth: kind === 'veth' && lower !== null ? { index: lower, namespaceId } : null,
    bridge: kind === 'bridge' && known ? { stp: known.stp, vlanFiltering: known.vlanFiltering } : null,
    port,
    vxlan:
      kind === 'vxlan' && known
        ? { id: known.vxlanId, local: known.local, remote: known.remote, port: known.port }
        : null,
  }
}

/** All links of the socket's namespace, in order of index. */
export const dumpLinks = (socket: NetlinkSocket): DumpedLink[] | Refusal =>
  socket.dump(ifinfo(message(RTM_GETLINK)).attributeU32(IFLA_EXT_MASK, skipStatistics), decodeLink)
