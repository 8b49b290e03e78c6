/** How a namespace looks a destination up: every route, what it covers, and whether the destination is in there. */
import ipaddr from 'ipaddr.js'
import type { LiveRoute } from '../../electron/core/live/state.js'

export interface RouteRow {
  readonly key: string
  /** Prefix, or `default`. */
  readonly route: string
  /** `192.168.1.0 – .255`; null: everything else. */
  readonly covers: string | null
  readonly dev: string | null
  readonly via: string | null
  /** unicast, blackhole, unreachable, prohibit. */
  readonly type: string
  /** `best`: this one is taken. `shorter`: it would do, but a longer prefix wins. `missing`: there is no such route. */
  readonly match: 'best' | 'shorter' | 'outside' | 'missing'
}

/** The main table; the local one never shows. */
const mainTable = 254

export function lookUp(routes: readonly LiveRoute[], target: string): RouteRow[] {
  if (!ipaddr.isValid(target)) return []
  const address = ipaddr.parse(target)
  const family = address.kind()
  const fitting = routes
    .filter((route) => route.family === family && route.table === mainTable && ipaddr.isValidCIDR(route.to))
    .map((route) => ({ route, cidr: ipaddr.parseCIDR(route.to) }))
    .sort((a, b) => b.cidr[1] - a.cidr[1] || a.route.metric - b.route.metric)
  const best = fitting.find(({ cidr }) => address.kind() === cidr[0].kind() && address.match(cidr[0], cidr[1]))
  const rows = fitting.map(({ route, cidr }, index): RouteRow => {
    const inside = address.match(cidr[0], cidr[1])
    return {
      key: `${route.to} ${index}`,
      route: cidr[1] === 0 ? 'default' : route.to,
      covers: cidr[1] === 0 ? null : rangeText(cidr),
      dev: route.dev,
      via: route.via,
      type: route.type,
      match: route === best?.route ? 'best' : inside ? 'shorter' : 'outside',
    }
  })
  if (rows.some(({ route }) => route === 'default')) return rows
  const missing: RouteRow = {
    key: 'default',
    route: 'default',
    covers: null,
    dev: null,
    via: null,
    type: 'unicast',
    match: 'missing',
  }
  return [...rows, missing]
}

/** First and last address; what both have in common stands once. */
export function rangeText([network, length]: [ipaddr.IPv4 | ipaddr.IPv6, number]): string {
  const bytes = network.toByteArray()
  const last = bytes.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - index * 8))
    return byte | (0xff >> bits)
  })
  const first = bytes.map((byte, index) => byte & ~(0xff >> Math.min(8, Math.max(0, length - index * 8))) & 0xff)
  const [from, to] = [ipaddr.fromByteArray(first).toString(), ipaddr.fromByteArray(last).toString()]
  if (network.kind() === 'ipv6' || from === to) return from === to ? from : `${from} – ${to}`
  const [a, b] = [from.split('.'), to.split('.')]
  const common = a.findIndex((part, index) => part !== b[index])
  return `${from} – ${common === 0 ? '' : '.'}${b.slice(common).join('.')}`
}
