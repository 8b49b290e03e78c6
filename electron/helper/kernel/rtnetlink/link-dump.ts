/** Reading links: RTM_GETLINK into the live state's words. */
import { formatAddress, formatMac } from '../inet.js'
import { isShareKind, linkSettings, type LinkSetting, type VlanProtocol } from '../../../core/lab/lab.js'
import { knownKinds, usualLinkSetting } from '../../../core/lab/link-settings.js'
import { usualBridge } from '../../../core/lab/normalise-bridge.js'
import { isTunnelKind } from '../../../core/lab/tunnel.js'
import type { LiveBridge, LiveLink, LiveTunnel } from '../../../core/live/state.js'
import type { Refusal } from '../errno.js'
import { eachAttribute, readString } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { readBond, readPermanentMac, type DumpedBond } from './bond.js'
import {
  IFLA_BR_AGEING_TIME,
  IFLA_BR_FORWARD_DELAY,
  IFLA_BR_PRIORITY,
  IFLA_BR_TOPOLOGY_CHANGE,
  IFLA_BR_VLAN_FILTERING,
  ticksPerSecond,
} from './bridge.js'
import {
  ETH_P_8021AD,
  doomedGroup,
  IFF_ALLMULTI,
  IFF_LOWER_UP,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_PROMISC,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_BR_STP_STATE,
  IFLA_EXT_MASK,
  IFLA_GROUP,
  IFLA_TXQLEN,
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
  IFLA_VLAN_ID,
  IFLA_VLAN_PROTOCOL,
  IFLA_VXLAN_GROUP,
  IFLA_VXLAN_GROUP6,
  IFLA_VXLAN_ID,
  IFLA_VXLAN_LOCAL,
  IFLA_VXLAN_LOCAL6,
  IFLA_VXLAN_LEARNING,
  IFLA_VXLAN_PORT,
  IFLA_VXLAN_TTL,
  IFLA_VRF_TABLE,
  ifinfo,
  RTM_GETLINK,
  skipStatistics,
} from './link.js'
import { otherOptions } from './link-others.js'
import { readPort } from './port-dump.js'
import { readShareMode } from './share.js'
import { readTunnel } from './tunnel.js'

/** Of Ethernet; a tunnel without frames calls its ends hardware addresses (ARPHRD_IPGRE and its like). */
const macBytes = 6
/** ifi_type of lo (linux/if_arp.h). */
const ARPHRD_LOOPBACK = 772
/** IF_OPER_* of RFC 2863, as `ip link` spells them. */
const operstates = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up']

/** What still has to be put into names. */
type Named = 'master' | 'vrf' | 'bond' | 'bonding' | 'peer' | 'impair' | 'vlan' | 'share' | 'leavesBy'

export interface DumpedLink extends Omit<LiveLink, Named> {
  /** Of a sub-interface; `parent` is the index, null where it is in another namespace. */
  readonly tag?: { readonly id: number; readonly protocol: VlanProtocol; readonly parent: number | null }

  readonly masterIndex: number | null
  readonly bondData?: DumpedBond
  /** The ageing of the bridge is what a change of the tree makes of it for a moment. */
  readonly isAgeingPassing?: true
  /** IFLA_INFO_SLAVE_KIND; empty without a master. */
  readonly masterKind: string
  /** Of a macvlan or an ipvlan. */
  readonly shareMode?: string
  /** Of a tunnel: the index of the interface that its packets must leave by, where it was given one of this namespace. */
  readonly leavesBy?: number
  /**
   * Of a veth end the other one, of a macvlan or an ipvlan what it shares: its index, and its namespace's id as seen from
   * here (null: the same namespace).
   */
  readonly other: { readonly index: number; readonly namespaceId: number | null } | null
}

const IFLA_VXLAN_LINK = 3

interface KindData {
  bridge: { -readonly [K in keyof LiveBridge]: LiveBridge[K] }
  isChangingTree: boolean
  vlanTag: number
  table: number
  protocol: VlanProtocol
  vxlanId: number
  local: string | null
  remote: string | null
  port: number
  ttl: number
  learning: boolean
  leavesBy: number
}

/** Kinds of which more is read than that. */
const readKinds: ReadonlySet<string> = new Set(['bridge', 'vxlan', 'vlan', 'vrf'])

function readKindData(bytes: Buffer, from: number, to: number, kind: string): KindData {
  const bridge: KindData['bridge'] = { stp: false, vlanFiltering: false }
  const ids: Omit<KindData, 'bridge'> = {
    ...{ vlanTag: 0, table: 0, protocol: '802.1q', vxlanId: 0, local: null, remote: null, port: 0 },
    ...{ ttl: 0, learning: true, isChangingTree: false, leavesBy: 0 },
  }
  const data: KindData = { ...ids, bridge }
  eachAttribute(bytes, from, to, (type, at, length) => {
    if (kind === 'bridge' && type === IFLA_BR_TOPOLOGY_CHANGE) data.isChangingTree = bytes[at] !== 0
    else if (kind === 'bridge') readBridge(bridge, bytes, type, at)
    else if (kind === 'vrf') {
      if (type === IFLA_VRF_TABLE) data.table = bytes.readUInt32LE(at)
    } else if (kind === 'vlan') {
      if (type === IFLA_VLAN_ID) data.vlanTag = bytes.readUInt16LE(at)
      else if (type === IFLA_VLAN_PROTOCOL && bytes.readUInt16BE(at) === ETH_P_8021AD) data.protocol = '802.1ad'
    } else if (type === IFLA_VXLAN_ID) data.vxlanId = bytes.readUInt32LE(at)
    else if (type === IFLA_VXLAN_LINK) data.leavesBy = bytes.readUInt32LE(at)
    else if (type === IFLA_VXLAN_TTL) data.ttl = bytes[at] ?? 0
    else if (type === IFLA_VXLAN_LEARNING) data.learning = bytes[at] !== 0
    else if (type === IFLA_VXLAN_PORT) data.port = bytes.readUInt16BE(at)
    else if (type === IFLA_VXLAN_LOCAL || type === IFLA_VXLAN_LOCAL6) data.local = formatAddress(bytes, at, length)
    else if (type === IFLA_VXLAN_GROUP || type === IFLA_VXLAN_GROUP6) data.remote = formatAddress(bytes, at, length)
  })
  return data
}

function isAgeingPassing({ isChangingTree, bridge }: KindData): boolean {
  const { ageing = usualBridge.ageing, forwardDelay = usualBridge['forward-delay'] } = bridge
  return isChangingTree && ageing === 2 * forwardDelay
}

/** What every bridge has anyway is left out: a star of a thousand says it a thousand times. */
function readBridge(bridge: KindData['bridge'], bytes: Buffer, type: number, at: number): void {
  const seconds = (): number => Math.round(bytes.readUInt32LE(at) / ticksPerSecond)
  if (type === IFLA_BR_STP_STATE) bridge.stp = bytes.readUInt32LE(at) !== 0
  else if (type === IFLA_BR_VLAN_FILTERING) bridge.vlanFiltering = bytes[at] !== 0
  else if (type === IFLA_BR_PRIORITY) {
    const priority = bytes.readUInt16LE(at)
    if (priority !== usualBridge.priority) bridge.priority = priority
  } else if (type === IFLA_BR_FORWARD_DELAY) {
    if (seconds() !== usualBridge['forward-delay']) bridge.forwardDelay = seconds()
  } else if (type === IFLA_BR_AGEING_TIME) {
    if (seconds() !== usualBridge.ageing) bridge.ageing = seconds()
  }
}

/** Those that differ from what the kind has by itself. */
function readSettings(kind: string, flags: number, txqueuelen: number, group: number): Pick<LiveLink, 'settings'> {
  if (!knownKinds.has(kind)) return {}
  const all: Record<LinkSetting, number> = {
    multicast: Number((flags & IFF_MULTICAST) !== 0),
    promisc: Number((flags & IFF_PROMISC) !== 0),
    arp: Number((flags & IFF_NOARP) === 0),
    txqueuelen,
    group: group === doomedGroup ? 0 : group,
  }
  const others = linkSettings.filter((setting) => all[setting] !== usualLinkSetting(kind, setting))
  return others.length === 0 ? {} : { settings: Object.fromEntries(others.map((each) => [each, all[each]])) }
}

/** One RTM_NEWLINK payload (from its ifinfomsg on). */
export function decodeLink(bytes: Buffer, at: number, end: number): DumpedLink {
  const flags = bytes.readUInt32LE(at + 8)
  let name = ''
  let mac: string | null = null
  let mtu = 0
  let operstate = 'unknown'
  let [queueLength, group] = [usualLinkSetting('', 'txqueuelen'), 0]
  let kind = bytes.readUInt16LE(at + 2) === ARPHRD_LOOPBACK ? 'loopback' : 'physical'
  let portKind = ''
  let masterIndex: number | null = null
  let lower: number | null = null
  let namespaceId: number | null = null
  let data: KindData | null = null
  let tunnel: LiveTunnel | null = null
  let port: LiveLink['port'] = null
  let bondData: DumpedBond | null = null
  let permanentMac: string | null = null
  let shareMode: string | null = null
  const others: (string | null)[] = [flags & IFF_ALLMULTI ? 'allmulticast on' : null]
  eachAttribute(bytes, at + 16, end, (type, where, length) => {
    if (type === IFLA_IFNAME) name = readString(bytes, where, length)
    else if (type === IFLA_ADDRESS) mac = length === macBytes ? formatMac(bytes, where, length) : null
    else if (type === IFLA_MTU) mtu = bytes.readUInt32LE(where)
    else if (type === IFLA_TXQLEN) queueLength = bytes.readUInt32LE(where)
    else if (type === IFLA_GROUP) group = bytes.readUInt32LE(where)
    else if (type === IFLA_OPERSTATE) operstate = operstates[bytes[where] ?? 0] ?? 'unknown'
    else if (type === IFLA_MASTER) masterIndex = bytes.readUInt32LE(where)
    else if (type === IFLA_LINK) lower = bytes.readInt32LE(where)
    else if (type === IFLA_LINK_NETNSID) namespaceId = bytes.readInt32LE(where)
    else if (type === IFLA_LINKINFO) {
      // The kind comes before its data: rtnl_link_info_fill and rtnl_link_slave_info_fill put them in this order.
      eachAttribute(bytes, where, where + length, (info, inner, size) => {
        if (info === IFLA_INFO_KIND) kind = readString(bytes, inner, size)
        else if (info === IFLA_INFO_SLAVE_KIND) portKind = readString(bytes, inner, size)
        if (info === IFLA_INFO_DATA) others.push(otherOptions(kind, bytes, inner, inner + size))
        else if (info === IFLA_INFO_SLAVE_DATA)
          others.push(otherOptions(`${portKind}_slave`, bytes, inner, inner + size))
        if (info === IFLA_INFO_DATA && readKinds.has(kind)) data = readKindData(bytes, inner, inner + size, kind)
        else if (info === IFLA_INFO_DATA && isTunnelKind(kind)) tunnel = readTunnel(bytes, inner, inner + size, kind)
        else if (info === IFLA_INFO_DATA && isShareKind(kind))
          shareMode = readShareMode(bytes, inner, inner + size, kind)
        else if (info === IFLA_INFO_DATA && kind === 'bond') bondData = readBond(bytes, inner, inner + size)
        else if (info === IFLA_INFO_SLAVE_DATA && portKind === 'bond')
          permanentMac = readPermanentMac(bytes, inner, inner + size)
        else if (info === IFLA_INFO_SLAVE_DATA && portKind === 'bridge') port = readPort(bytes, inner, inner + size)
      })
    }
  })
  const said = others.flatMap((words) => (words === null ? [] : [`ip link set ${name} ${words}`]))
  const known = data as KindData | null
  const between = tunnel as LiveTunnel | null
  const leavesBy = kind === 'vxlan' ? (known?.leavesBy ?? 0) : between ? (lower ?? 0) : 0
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
    masterKind: portKind,
    other: (kind === 'veth' || isShareKind(kind)) && lower !== null ? { index: lower, namespaceId } : null,
    bridge: kind === 'bridge' && known ? known.bridge : null,
    ...(kind === 'bridge' && known && isAgeingPassing(known) ? { isAgeingPassing: true as const } : {}),
    port,
    ...readSettings(kind, flags, queueLength, group),
    ...(kind === 'vlan' && known
      ? { tag: { id: known.vlanTag, protocol: known.protocol, parent: namespaceId === null ? lower : null } }
      : {}),
    ...(shareMode === null ? {} : { shareMode }),
    ...(bondData === null ? {} : { bondData }),
    ...(permanentMac === null || permanentMac === mac ? {} : { permanentMac }),
    ...(kind === 'vrf' && known ? { table: known.table } : {}),
    vxlan:
      kind === 'vxlan' && known
        ? {
            ...{ id: known.vxlanId, local: known.local, remote: known.remote, port: known.port },
            ...(known.ttl === 0 ? {} : { ttl: known.ttl }),
            ...(known.learning ? {} : { learning: false }),
          }
        : null,
    ...(between ? { tunnel: between } : {}),
    ...(leavesBy > 0 && namespaceId === null ? { leavesBy } : {}),
    ...(said.length > 0 ? { others: said } : {}),
  }
}

/** All links of the socket's namespace, in order of index. */
export const dumpLinks = (socket: NetlinkSocket): DumpedLink[] | Refusal =>
  socket.dump(ifinfo(message(RTM_GETLINK)).attributeU32(IFLA_EXT_MASK, skipStatistics), decodeLink)
