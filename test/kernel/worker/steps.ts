/** Steps in few words. */
import type { KernelStep } from '../../../electron/core/plan/step.js'

export const namespaceAdd = (namespace: string): KernelStep => ({ op: 'namespace-add', namespace })

/** `end` is `NAMESPACE:INTERFACE`. */
export function vethAdd(end: string, peer: string, settings: { mac?: string; mtu?: number } = {}): KernelStep {
  const [namespace = '', name = ''] = end.split(':')
  const [peerNamespace = '', peerName = ''] = peer.split(':')
  const mtu = settings.mtu ?? null
  return {
    ...{ op: 'veth-add', namespace, name, mac: settings.mac ?? null, mtu },
    peer: { namespace: peerNamespace, name: peerName, mac: null, mtu },
  }
}

export const bridgeAdd = (namespace: string, name: string, stp = false): KernelStep => ({
  ...{ op: 'bridge-add', namespace, name, stp, mac: null, mtu: null },
})

export const up = (namespace: string, ...names: readonly string[]): KernelStep[] =>
  names.map((name) => ({ op: 'link-up', namespace, name }))

export const master = (namespace: string, name: string, bridge: string | null): KernelStep => ({
  ...{ op: 'link-master', namespace, name, master: bridge, before: null },
})

const familyOf = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4')

export const address = (namespace: string, dev: string, text: string): KernelStep => ({
  ...{ op: 'address-add', namespace, dev, address: text, family: familyOf(text) },
})

export function route(
  namespace: string,
  to: string,
  rest: {
    via?: string
    dev?: string
    metric?: number
    type?: 'blackhole' | 'unreachable' | 'prohibit'
    onlink?: boolean
  },
): KernelStep & { op: 'route-add' } {
  return {
    op: 'route-add',
    namespace,
    route: {
      family: familyOf(to),
      to,
      via: rest.via ?? null,
      dev: rest.dev ?? null,
      metric: rest.metric ?? null,
      type: rest.type ?? 'unicast',
      onlink: rest.onlink ?? false,
    },
  }
}

export const sysctl = (namespace: string, key: string, value: string): KernelStep => ({
  ...{ op: 'sysctl-set', namespace, key, value, before: null },
})

/** Router between two subnets: ns0 - ns-router - ns1, with addresses, everything up, forwarding as said, no routes. */
export const routerLab = (forwarding: boolean): KernelStep[] => [
  ...['ns0', 'ns1', 'ns-router'].map(namespaceAdd),
  vethAdd('ns0:veth0', 'ns-router:veth1'),
  vethAdd('ns1:veth2', 'ns-router:veth3'),
  address('ns0', 'veth0', '192.168.0.2/24'),
  address('ns-router', 'veth1', '192.168.0.1/24'),
  address('ns1', 'veth2', '192.168.1.2/24'),
  address('ns-router', 'veth3', '192.168.1.1/24'),
  ...up('ns0', 'lo', 'veth0'),
  ...up('ns1', 'lo', 'veth2'),
  ...up('ns-router', 'lo', 'veth1', 'veth3'),
  sysctl('ns-router', 'net.ipv4.ip_forward', forwarding ? '1' : '0'),
]
