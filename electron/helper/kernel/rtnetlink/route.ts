/** Routes: RTM_*ROUTE (linux/rtnetlink.h), with the requests that `ip route` sends. */
import { familyNumber, familyOf, formatAddress, parseAddress, parsePrefix } from '../inet.js'
import { EINVAL, Refusal } from '../errno.js'
import type { Family, LiveRoute } from '../../../core/live/state.js'
import type { StepRoute } from '../../../core/plan/step.js'
import { eachAttribute, NLM_F_CREATE, NLM_F_EXCL } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { protocolName, routeTypeName, routeTypeNumber, scopeName } from './words.js'

const RTM_NEWROUTE = 24
const RTM_DELROUTE = 25
const RTM_GETROUTE = 26
const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PRIORITY = 6
const RTA_PREFSRC = 7
const RTA_MULTIPATH = 9
const RTA_TABLE = 15
const RTA_VIA = 18
const RT_TABLE_MAIN = 254
const RT_TABLE_LOCAL = 255
const RTPROT_BOOT = 3
const RT_SCOPE_UNIVERSE = 0
const RT_SCOPE_LINK = 253
const RT_SCOPE_NOWHERE = 255
const RTN_UNICAST = 1
const RTNH_F_ONLINK = 4
/** Clones made for one destination are no configuration (RTM_F_CLONED). */
const RTM_F_CLONED = 0x200
/** RTNH_F_* that matter to a reader of routes. */
const flagNames: readonly (readonly [number, string])[] = [
  [1, 'dead'],
  [RTNH_F_ONLINK, 'onlink'],
  [8, 'offload'],
  [16, 'linkdown'],
]

function changeRoute(socket: NetlinkSocket, add: boolean, route: StepRoute, index: number | null): Refusal | null {
  const to = parsePrefix(route.to)
  if (!to) return Refusal.of(EINVAL, `any valid prefix is expected rather than "${route.to}"`)
  const via = route.via === null ? null : parseAddress(route.via)
  if (route.via !== null && !via) return Refusal.of(EINVAL, `any valid address is expected rather than "${route.via}"`)
  const type = routeTypeNumber(route.type)
  // iproute2 (iproute_modify): what is not said has link scope on IPv4 where there is no gateway; deletions match any.
  const scope = !add
    ? RT_SCOPE_NOWHERE
    : route.family === 'ipv4' && type === RTN_UNICAST && !via
      ? RT_SCOPE_LINK
      : RT_SCOPE_UNIVERSE
  const request = message(add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_EXCL : 0)
    .u8(familyNumber(route.family))
    .u8(to.length)
    .u8(0)
    .u8(0)
    .u8(RT_TABLE_MAIN)
    .u8(route.protocol ?? (add ? RTPROT_BOOT : 0))
    .u8(scope)
    .u8(add || type !== RTN_UNICAST ? type : 0)
    .u32(route.onlink ? RTNH_F_ONLINK : 0)
  if (to.length > 0) request.attributeBytes(RTA_DST, to.bytes)
  if (via?.family === route.family) request.attributeBytes(RTA_GATEWAY, via.bytes)
  else if (via) request.attributeBytes(RTA_VIA, Buffer.concat([Buffer.from([familyNumber(via.family), 0]), via.bytes]))
  if (index !== null) request.attributeU32(RTA_OIF, index)
  if (route.metric !== null) request.attributeU32(RTA_PRIORITY, route.metric)
  return socket.change(request)
}

/** `ip route add`: protocol boot unless told otherwise, table main. `index` is of `route.dev`. */
export const addRoute = (socket: NetlinkSocket, route: StepRoute, index: number | null): Refusal | null =>
  changeRoute(socket, true, route, index)

/** `ip route del`: the first route that has what is said here. */
export const deleteRoute = (socket: NetlinkSocket, route: StepRoute, index: number | null): Refusal | null =>
  changeRoute(socket, false, route, index)

export interface DumpedRoute extends Omit<LiveRoute, 'dev'> {
  readonly index: number | null
}

const flagsOf = (bits: number): string[] => flagNames.filter(([bit]) => bits & bit).map(([, name]) => name)

function readVia(bytes: Buffer, at: number, length: number): string | null {
  return familyOf(bytes.readUInt16LE(at)) && formatAddress(bytes, at + 2, length - 2)
}

interface NextHop {
  readonly index: number
  readonly via: string | null
  readonly flags: number
}

/** struct rtnexthop: length, flags, hops, ifindex, attributes. */
function readNextHops(bytes: Buffer, from: number, to: number): NextHop[] {
  const hops: NextHop[] = []
  for (let at = from; at + 8 <= to;) {
    const length = bytes.readUInt16LE(at)
    if (length < 8) break
    let via: string | null = null
    eachAttribute(bytes, at + 8, at + length, (type, where, size) => {
      if (type === RTA_GATEWAY) via = formatAddress(bytes, where, size)
      else if (type === RTA_VIA) via = readVia(bytes, where, size)
    })
    hops.push({ index: bytes.readInt32LE(at + 4), via, flags: bytes[at + 2] ?? 0 })
    at += (length + 3) & ~3
  }
  return hops
}

/** One RTM_NEWROUTE payload; none for the local table and for cached clones. A multipath route is one entry per next hop. */
export function decodeRoute(bytes: Buffer, at: number, end: number): DumpedRoute[] | null {
  const family = familyOf(bytes[at] ?? 0)
  const bits = bytes.readUInt32LE(at + 8)
  if (!family || bytes[at + 4] === RT_TABLE_LOCAL || bits & RTM_F_CLONED) return null
  let table = bytes[at + 4] ?? 0
  let to: string | null = null
  let via: string | null = null
  let src: string | null = null
  let index: number | null = null
  let metric = 0
  let hops: NextHop[] = []
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === RTA_DST) to = formatAddress(bytes, where, length)
    else if (type === RTA_GATEWAY) via = formatAddress(bytes, where, length)
    else if (type === RTA_VIA) via = readVia(bytes, where, length)
    else if (type === RTA_OIF) index = bytes.readUInt32LE(where)
    else if (type === RTA_PRIORITY) metric = bytes.readUInt32LE(where)
    else if (type === RTA_PREFSRC) src = formatAddress(bytes, where, length)
    else if (type === RTA_TABLE) table = bytes.readUInt32LE(where)
    else if (type === RTA_MULTIPATH) hops = readNextHops(bytes, where, where + length)
  })
  if (table === RT_TABLE_LOCAL) return null
  const route = {
    family,
    to: `${to ?? anyAddress(family)}/${bytes[at + 1]}`,
    src,
    metric,
    type: routeTypeName(bytes[at + 7] ?? 0),
    protocol: protocolName(bytes[at + 5] ?? 0),
    scope: scopeName(bytes[at + 6] ?? 0),
    table,
  }
  if (hops.length === 0) return [{ ...route, via, index, flags: flagsOf(bits) }]
  return hops.map((hop) => ({ ...route, via: hop.via, index: hop.index, flags: flagsOf(hop.flags) }))
}

const anyAddress = (family: Family): string => (family === 'ipv4' ? '0.0.0.0' : '::')

/** All routes of both families, in the kernel's order, without the local table. */
export function dumpRoutes(socket: NetlinkSocket): DumpedRoute[] | Refusal {
  const routes = socket.dump(message(RTM_GETROUTE).u32(0).u32(0).u32(0), decodeRoute)
  return routes instanceof Refusal ? routes : routes.flat()
}
