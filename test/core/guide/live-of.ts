/** A live state by hand: interfaces by namespace, with what the test is about. */
import { emptyLive } from '../../../electron/core/plan/empty.js'
import type { LiveLink, LiveNamespace, LiveState } from '../../../electron/core/live/state.js'

interface Given {
  readonly kind?: string
  readonly up?: boolean
  readonly addresses?: readonly string[]
  /** NAMESPACE:INTERFACE of the other end of the cable. */
  readonly peer?: string
}
type Namespaces = Readonly<Record<string, Readonly<Record<string, Given>>>>

export function liveOf(given: Namespaces): LiveState {
  const all: Namespaces = { host: {}, ...given }
  const names = Object.entries(all).flatMap(([name, links]) => Object.keys(links).map((link) => `${name}:${link}`))
  const indexOf = (end: string): number => names.indexOf(end) + 2
  const [host] = emptyLive().namespaces
  if (!host) throw new Error('no host')
  return {
    revision: 1,
    namespaces: Object.entries(all).map(([name, links]): LiveNamespace => ({
      ...host,
      name,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      links: [
        ...host.links,
        ...Object.entries(links).map(([link, { kind, up, peer }]): LiveLink => ({
          index: indexOf(`${name}:${link}`),
          name: link,
          kind: kind ?? 'veth',
          mac: null,
          mtu: 1500,
          up: up ?? true,
          carrier: true,
          operstate: 'up',
          master: null,
          peer: peer === undefined ? null : { namespace: peer.split(':')[0] ?? '', index: indexOf(peer) },
          bridge: kind === 'bridge' ? { stp: false, vlanFiltering: false } : null,
          port: null,
          vxlan: null,
          impair: null,
        })),
      ],
      addresses: Object.entries(links).flatMap(([dev, { addresses }]) =>
        (addresses ?? []).map((address) => ({ dev, family: 'ipv4' as const, address, scope: 'global', flags: [] })),
      ),
    })),
  }
}

/** A namespace with routes, by destination and gateway. */
export function routedLive(name: string, routes: readonly (readonly [string, string])[]): LiveState {
  const live = liveOf({ [name]: {} })
  return {
    ...live,
    namespaces: live.namespaces.map((each) => ({
      ...each,
      routes: routes.map(([to, via]) => ({
        family: 'ipv4',
        to,
        via,
        dev: 'veth0',
        src: null,
        metric: 0,
        type: 'unicast',
        protocol: 'static',
        scope: 'global',
        table: 254,
        mtu: null,
        weight: null,
        flags: [],
      })),
    })),
  }
}
