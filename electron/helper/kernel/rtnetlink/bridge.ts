/** Settings of bridges and their ports, and the VLANs of both (linux/if_bridge.h, linux/if_link.h). */
import type { BridgeSetting, PortSetting, PortVlan } from '../../../core/lab/lab.js'
import type { Refusal } from '../errno.js'
import { eachAttribute, type MessageWriter } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { PF_BRIDGE } from './fdb.js'
import { IFLA_EXT_MASK, RTM_DELLINK, RTM_GETLINK, setKindData, setSlaveData } from './link.js'

const RTM_SETLINK = 19
export const IFLA_BR_FORWARD_DELAY = 1
export const IFLA_BR_AGEING_TIME = 4
export const IFLA_BR_PRIORITY = 6
export const IFLA_BR_VLAN_FILTERING = 7
export const IFLA_BR_TOPOLOGY_CHANGE = 14
export const IFLA_BRPORT_MODE = 4
export const IFLA_BRPORT_LEARNING = 8
export const IFLA_BRPORT_ISOLATED = 33
const IFLA_AF_SPEC = 26
const IFLA_BRIDGE_FLAGS = 0
const IFLA_BRIDGE_VLAN_INFO = 2
const BRIDGE_FLAGS_SELF = 2
const BRIDGE_VLAN_INFO_PVID = 2
const BRIDGE_VLAN_INFO_UNTAGGED = 4
const RTEXT_FILTER_BRVLAN = 2

/** Ticks of the clock that netlink counts times in, per second (USER_HZ, which is 100 wherever this runs). */
export const ticksPerSecond = 100

const bridgeWriters: Readonly<Record<BridgeSetting, (to: MessageWriter, value: number) => MessageWriter>> = {
  'vlan-filtering': (to, value) => to.attributeU8(IFLA_BR_VLAN_FILTERING, value),
  priority: (to, value) => to.attributeU16(IFLA_BR_PRIORITY, value),
  'forward-delay': (to, value) => to.attributeU32(IFLA_BR_FORWARD_DELAY, value * ticksPerSecond),
  ageing: (to, value) => to.attributeU32(IFLA_BR_AGEING_TIME, value * ticksPerSecond),
}

export const setBridge = (socket: NetlinkSocket, name: string, setting: BridgeSetting, value: number): Refusal | null =>
  setKindData(socket, name, 'bridge', (to) => bridgeWriters[setting](to, value))

const portAttributes = {
  hairpin: IFLA_BRPORT_MODE,
  learning: IFLA_BRPORT_LEARNING,
  isolated: IFLA_BRPORT_ISOLATED,
} as const

export const setPort = (socket: NetlinkSocket, name: string, setting: PortSetting, value: boolean): Refusal | null =>
  setSlaveData(socket, name, 'bridge', (to) => to.attributeU8(portAttributes[setting], Number(value)))

/** Gives a port, or with `self` the bridge's own interface, a VLAN, or takes it; one that it has gets these flags. */
export function changePortVlan(
  socket: NetlinkSocket,
  index: number,
  { id, pvid, untagged }: PortVlan,
  isAdded: boolean,
  self: boolean,
): Refusal | null {
  const request = message(isAdded ? RTM_SETLINK : RTM_DELLINK)
    .u32(PF_BRIDGE)
    .u32(index)
    .u32(0)
    .u32(0)
  const spec = request.nest(IFLA_AF_SPEC, true)
  if (self) request.attributeU16(IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF)
  const flags = isAdded ? (pvid ? BRIDGE_VLAN_INFO_PVID : 0) | (untagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0) : 0
  request.attributeU32(IFLA_BRIDGE_VLAN_INFO, flags | (id << 16))
  return socket.change(request.end(spec))
}

/** The VLANs of every bridge and bridge port, by index. */
export function dumpPortVlans(socket: NetlinkSocket): ReadonlyMap<number, readonly PortVlan[]> | Refusal {
  const request = message(RTM_GETLINK).u32(PF_BRIDGE).u32(0).u32(0).u32(0)
  const dumped = socket.dump(request.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN), decodePortVlans)
  return Array.isArray(dumped) ? new Map(dumped) : dumped
}

/** One RTM_NEWLINK payload of PF_BRIDGE. */
export function decodePortVlans(bytes: Buffer, at: number, end: number): [number, readonly PortVlan[]] {
  const vlans: PortVlan[] = []
  eachAttribute(bytes, at + 16, end, (type, where, length) => {
    if (type !== IFLA_AF_SPEC) return
    eachAttribute(bytes, where, where + length, (inner, place) => {
      if (inner !== IFLA_BRIDGE_VLAN_INFO) return
      const flags = bytes.readUInt16LE(place)
      const [pvid, untagged] = [BRIDGE_VLAN_INFO_PVID, BRIDGE_VLAN_INFO_UNTAGGED].map((bit) => (flags & bit) !== 0)
      vlans.push({ id: bytes.readUInt16LE(place + 2), pvid: pvid === true, untagged: untagged === true })
    })
  })
  return [bytes.readInt32LE(at + 4), vlans]
}

/** A bridge that filters is told apart only by what it says of itself: a kernel without it takes the wish and forgets it. */
export const makeFiltering = (to: MessageWriter): MessageWriter => to.attributeU8(IFLA_BR_VLAN_FILTERING, 1)
