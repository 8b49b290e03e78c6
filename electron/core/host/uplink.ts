/** Which interface of the machine is its way out, and what that means for a lab that names it `eth0`. */
import {
  hostNamespace,
  type Lab,
  type LabFirewall,
  type LabInterface,
  type LabNamespace,
  type LabNat,
} from '../lab/lab.js'
import type { LiveRoute, LiveState } from '../live/state.js'
import { uplinkInterface } from '../plan/scope.js'
import type { Uplink } from '../rpc.js'
import { foreignRoutes, type Own } from './own-view.js'

const everywhere: readonly string[] = ['0.0.0.0/0', '::/0']
/** Next hops that carry nothing at the moment. */
const isUsable = ({ flags }: LiveRoute): boolean => !flags.includes('dead') && !flags.includes('linkdown')

/** Every interface with a default route of the machine's own; IPv4 counts before IPv6, a small metric before a large one. */
export function findUplinks(live: LiveState, own: Own): readonly Uplink[] {
  const host = live.namespaces.find(({ name }) => name === hostNamespace)
  if (!host) return []
  const defaults = foreignRoutes(host, own)
    .filter(
      ({ to, type, table, dev }) => everywhere.includes(to) && type === 'unicast' && table === 254 && dev !== null,
    )
    .filter(isUsable)
    .toSorted((a, b) => Number(a.family === 'ipv6') - Number(b.family === 'ipv6') || a.metric - b.metric)
  const uplinks = new Map<string, Uplink>()
  for (const { dev, via } of defaults) {
    if (dev === null || uplinks.has(dev)) continue
    uplinks.set(dev, describe(host.addresses, dev, via))
  }
  return [...uplinks.values()]
}

/** The one that was asked for, or the best; null where there is none of that name. */
export function chooseUplink(live: LiveState, own: Own, wanted: string | undefined): Uplink | null {
  const uplinks = findUplinks(live, own)
  if (wanted === undefined) return uplinks[0] ?? null
  const known = uplinks.find(({ name }) => name === wanted)
  if (known) return known
  const host = live.namespaces.find(({ name }) => name === hostNamespace)
  const there = host?.links.some(({ name, kind }) => name === wanted && kind !== 'loopback') && !own.links.has(wanted)
  return host && there ? describe(host.addresses, wanted, null) : null
}

const describe = (
  addresses: readonly { readonly dev: string; readonly address: string; readonly scope: string }[],
  name: string,
  via: string | null,
): Uplink => ({
  name,
  via,
  addresses: addresses.filter(({ dev, scope }) => dev === name && scope === 'global').map(({ address }) => address),
})

/** Whether the lab's `eth0` stands for the way out: the uplink is on and no cable or bridge of the lab has that name. */
export function meansUplink({ uplink, namespaces }: Lab): boolean {
  const interfaces = namespaces.get(hostNamespace)?.interfaces ?? []
  return uplink && !interfaces.some(({ name, kind }) => name === uplinkInterface && kind !== 'dummy')
}

/**
 * The lab as it is built on the machine itself: `eth0` is the real uplink in its routes and rules; as an interface it is
 * the machine's and no part of the lab. Every other interface of `host` gets the MAC by which it is known to be ours.
 */
export function placeOnHost(lab: Lab, uplink: string | null, macOf: (name: string) => string): Lab {
  const host = lab.namespaces.get(hostNamespace)
  if (!host) return { ...lab, uplink: false }
  const renamed = meansUplink(lab) && uplink !== null ? renameUplink(host, uplink) : host
  const interfaces = renamed.interfaces.map((each) =>
    each.kind === 'loopback' || each.mac !== null || hasParentMac(each) ? each : { ...each, mac: macOf(each.name) },
  )
  const namespaces = new Map(lab.namespaces).set(hostNamespace, { ...renamed, interfaces })
  return { ...lab, uplink: false, namespaces }
}

/** What cannot be given one of its own. */
const hasParentMac = (each: LabInterface): boolean =>
  each.kind === 'ipvlan' || (each.kind === 'macvlan' && each.mode === 'passthru')

function renameUplink(host: LabNamespace, uplink: string): LabNamespace {
  const real = <T extends string | null | undefined>(name: T): T | string => (name === uplinkInterface ? uplink : name)
  return {
    ...host,
    interfaces: host.interfaces.filter(({ name }) => name !== uplinkInterface),
    routes: host.routes.map((route) => ({
      ...route,
      dev: real(route.dev),
      nexthops: route.nexthops.map((hop) => ({ ...hop, dev: real(hop.dev) })),
    })),
    rules: host.rules.map((rule) => ({ ...rule, iif: real(rule.iif), oif: real(rule.oif) })),
    nat: host.nat.map((rule): LabNat => {
      if (rule.kind === 'masquerade' || rule.kind === 'snat') return { ...rule, out: real(rule.out) }
      return { ...rule, in: real(rule.in), ...(rule.out === undefined ? {} : { out: real(rule.out) }) }
    }),
    firewall: host.firewall.map((rule): LabFirewall => ({
      ...rule,
      ...(rule.in === undefined ? {} : { in: real(rule.in) }),
      ...(rule.out === undefined ? {} : { out: real(rule.out) }),
    })),
  }
}
