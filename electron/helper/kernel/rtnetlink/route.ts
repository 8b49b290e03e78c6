/** Routes: RTM_*ROUTE (linux/rtnetlink.h), with the requests that `ip route` sends. */
import { familyNumber, familyOf, formatAddress, parseAddress, parsePrefix } from '../inet.js'
import { EINVAL, Refusal } from '../errno.js'
import { localTable, mainTable } from '../../../core/lab/table.js'
import type { Family, LiveRoute } from '../../../core/live/state.js'
import type { StepRoute } from '../../../core/plan/step.js'
import { eachAttribute, NLM_F_CREATE, NLM_F_EXCL, readString } from '../netlink/message.js'
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
const RTA_METRICS = 8
const RTA_MULTIPATH = 9
const RTA_TABLE = 15
const RTA_VIA = 18
/** Inside RTA_METRICS. */
const RTAX_MTU = 2
const RTA_FLOW = 11
const RTA_PREF = 20
const RTA_ENCAP_TYPE = 21
const RTA_NH_ID = 30
/** Words of `ip route` for what else may be inside RTA_METRICS, by RTAX_*. */
const metricWords: ReadonlyMap<number, string> = new Map([
  [3, 'window'],
  [4, 'rtt'],
  [5, 'rttvar'],
  [6, 'ssthresh'],
  [7, 'cwnd'],
  [8, 'advmss'],
  [9, 'reordering'],
  [10, 'hoplimit'],
  [11, 'initcwnd'],
  [12, 'features'],
  [13, 'rto_min'],
  [14, 'initrwnd'],
  [15, 'quickack'],
  [17, 'fastopen_no_cookie'],
])
const RTAX_LOCK = 1
const RTAX_CC_ALGO = 16
/** LWTUNNEL_ENCAP_* (linux/lwtunnel.h). */
const encapWords = ['none', 'mpls', 'ip', 'ila', 'ip6', 'seg6', 'bpf', 'seg6local', 'rpl', 'ioam6', 'xfrm']
/** ICMPV6_ROUTER_PREF_* */
const preferenceWords: ReadonlyMap<number, string> = new Map([
  [1, 'high'],
  [3, 'low'],
])
/** rtm_table has one byte; greater numbers are in RTA_TABLE alone (iproute_modify of iproute2). */
const RT_TABLE_UNSPEC = 0
const RT_TABLE_MAX_BYTE = 255
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

function changeRoute(
  socket: NetlinkSocket,
  add: boolean,
  route: StepRoute,
  index: number | null,
  hopIndices: readonly number[] = [],
): Refusal | null {
  const to = parsePrefix(route.to)
  if (!to) return Refusal.of(EINVAL, `any valid prefix is expected rather than "${route.to}"`)
  const via = route.via === null ? null : parseAddress(route.via)
  if (route.via !== null && !via) return Refusal.of(EINVAL, `any valid address is expected rather than "${route.via}"`)
  const { table = mainTable, mtu = null } = route
  const source = parseAddress(route.source ?? '')
  if (route.source && !source) return Refusal.of(EINVAL, `any valid address is expected rather than "${route.source}"`)
  const type = routeTypeNumber(route.type)
  // iproute2 (iproute_modify): what is not said has link scope on IPv4 where there is no gateway; deletions match any.
  const scope = !add
    ? RT_SCOPE_NOWHERE
    : route.family === 'ipv4' && type === RTN_UNICAST && !via && hopIndices.length === 0
      ? RT_SCOPE_LINK
      : RT_SCOPE_UNIVERSE
  const request = message(add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_EXCL : 0)
    .u8(familyNumber(route.family))
    .u8(to.length)
    .u8(0)
    .u8(0)
    .u8(table > RT_TABLE_MAX_BYTE ? RT_TABLE_UNSPEC : table)
    .u8(route.protocol ?? (add ? RTPROT_BOOT : 0))
    .u8(scope)
    .u8(add || type !== RTN_UNICAST ? type : 0)
    .u32(route.onlink ? RTNH_F_ONLINK : 0)
  if (to.length > 0) request.attributeBytes(RTA_DST, to.bytes)
  if (via?.family === route.family) request.attributeBytes(RTA_GATEWAY, via.bytes)
  else if (via) request.attributeBytes(RTA_VIA, Buffer.concat([Buffer.from([familyNumber(via.family), 0]), via.bytes]))
  if (index !== null) request.attributeU32(RTA_OIF, index)
  if (route.metric !== null) request.attributeU32(RTA_PRIORITY, route.metric)
  if (table > RT_TABLE_MAX_BYTE) request.attributeU32(RTA_TABLE, table)
  if (add && source) request.attributeBytes(RTA_PREFSRC, source.bytes)
  if (add && mtu !== null) {
    const metrics = request.nest(RTA_METRICS)
    request.attributeU32(RTAX_MTU, mtu)
    request.end(metrics)
  }
  if (add && hopIndices.length > 0) {
    const all = request.nest(RTA_MULTIPATH)
    for (const [at, { via, weight }] of (route.nexthops ?? []).entries()) {
      const gateway = via === null ? null : parseAddress(via)
      if (via !== null && !gateway) return Refusal.of(EINVAL, `any valid address is expected rather than "${via}"`)
      const hop = request.nextHop(hopIndices[at] ?? 0, weight)
      if (gateway) request.attributeBytes(RTA_GATEWAY, gateway.bytes)
      request.end(hop)
    }
    request.end(all)
  }
  return socket.change(request)
}

/**
 * `ip route add`: protocol boot and table main unless told otherwise. `index` is of `route.dev`, `hopIndices` of the
 * next hops; 0: the kernel finds it.
 */
export const addRoute = (
  socket: NetlinkSocket,
  route: StepRoute,
  index: number | null,
  hopIndices: readonly number[],
): Refusal | null => changeRoute(socket, true, route, index, hopIndices)

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
  readonly weight: number
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
    hops.push({ index: bytes.readInt32LE(at + 4), via, weight: (bytes[at + 3] ?? 0) + 1, flags: bytes[at + 2] ?? 0 })
    at += (length + 3) & ~3
  }
  return hops
}

/** The kernel keeps the local table by itself; what others put there are routes as they are anywhere. */
const localTypes = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit'])

/**
 * One RTM_NEWROUTE payload; none for the kernel's local table and for cached clones. A multipath route is one entry per
 * next hop.
 */
export function decodeRoute(bytes: Buffer, at: number, end: number): DumpedRoute[] | null {
  const family = familyOf(bytes[at] ?? 0)
  const bits = bytes.readUInt32LE(at + 8)
  if (!family || bits & RTM_F_CLONED) return null
  const type = routeTypeName(bytes[at + 7] ?? 0)
  const protocol = protocolName(bytes[at + 5] ?? 0)
  if (bytes[at + 4] === localTable && (protocol === 'kernel' || !localTypes.has(type))) return null
  let table = bytes[at + 4] ?? 0
  let to: string | null = null
  let via: string | null = null
  let src: string | null = null
  let index: number | null = null
  let metric = 0
  let mtu: number | null = null
  let hops: NextHop[] = []
  const others = bytes[at + 3] ? [`tos 0x${bytes[at + 3]?.toString(16)}`] : []
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === RTA_DST) to = formatAddress(bytes, where, length)
    else if (type === RTA_GATEWAY) via = formatAddress(bytes, where, length)
    else if (type === RTA_VIA) via = readVia(bytes, where, length)
    else if (type === RTA_OIF) index = bytes.readUInt32LE(where)
    else if (type === RTA_PRIORITY) metric = bytes.readUInt32LE(where)
    else if (type === RTA_PREFSRC) src = formatAddress(bytes, where, length)
    else if (type === RTA_TABLE) table = bytes.readUInt32LE(where)
    else if (type === RTA_METRICS)
      eachAttribute(bytes, where, where + length, (metric, inside, size) => {
        const word = metricWords.get(metric)
        if (metric === RTAX_MTU) mtu = bytes.readUInt32LE(inside)
        else if (metric === RTAX_LOCK && bytes.readUInt32LE(inside) & (1 << RTAX_MTU)) others.push('mtu lock')
        else if (metric === RTAX_CC_ALGO) others.push(`congctl ${readString(bytes, inside, size)}`)
        else if (word !== undefined) others.push(`${word} ${bytes.readUInt32LE(inside)}`)
      })
    else if (type === RTA_FLOW) others.push(`realm ${bytes.readUInt32LE(where) & 0xffff}`)
    else if (type === RTA_NH_ID) others.push(`nhid ${bytes.readUInt32LE(where)}`)
    else if (type === RTA_ENCAP_TYPE) others.push(`encap ${encapWords[bytes.readUInt16LE(where)] ?? 'unknown'}`)
    else if (type === RTA_PREF && preferenceWords.has(bytes[where] ?? 0))
      others.push(`pref ${preferenceWords.get(bytes[where] ?? 0)}`)
    else if (type === RTA_MULTIPATH) hops = readNextHops(bytes, where, where + length)
  })
  const route = {
    family,
    to: `${to ?? anyAddress(family)}/${bytes[at + 1]}`,
    src,
    metric,
    type,
    protocol,
    scope: scopeName(bytes[at + 6] ?? 0),
    table,
    mtu,
    ...(others.length > 0 ? { others } : {}),
  }
  if (hops.length === 0) return [{ ...route, via, index, weight: null, flags: flagsOf(bits) }]
  return hops.map(({ via, index, weight, flags }) => ({ ...route, via, index, weight, flags: flagsOf(flags) }))
}

const anyAddress = (family: Family): string => (family === 'ipv4' ? '0.0.0.0' : '::')

/** All routes of both families, in the kernel's order, without its local table. */
export function dumpRoutes(socket: NetlinkSocket): DumpedRoute[] | Refusal {
  const routes = socket.dump(message(RTM_GETROUTE).u32(0).u32(0).u32(0), decodeRoute)
  return routes instanceof Refusal ? routes : routes.flat()
}
