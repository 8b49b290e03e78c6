/** Scenes for rules without a kernel: a small live state, and films made of it by hand. */
import { findDeath } from '../../../electron/core/diagnosis/death.js'
import { Network } from '../../../electron/core/diagnosis/network.js'
import type { ProbeFacts, Scene } from '../../../electron/core/diagnosis/scene.js'
import type { LiveLink, LiveNamespace, LiveRoute, LiveState } from '../../../electron/core/live/state.js'
import type { TracedHop } from '../../../electron/core/packet/hop.js'

const link = (index: number, name: string, more: Partial<LiveLink> = {}): LiveLink => ({
  index,
  name,
  kind: name === 'lo' ? 'loopback' : 'veth',
  mac: `02:00:00:00:00:0${index}`,
  mtu: 1500,
  up: true,
  carrier: true,
  operstate: 'up',
  master: null,
  peer: null,
  bridge: null,
  port: null,
  vxlan: null,
  impair: null,
  ...more,
})

export const route = (to: string, via: string | null, dev: string | null, type = 'unicast'): LiveRoute => ({
  family: to.includes(':') ? 'ipv6' : 'ipv4',
  to,
  via,
  dev,
  src: null,
  metric: 0,
  type,
  protocol: 'static',
  scope: 'global',
  table: 254,
  mtu: null,
  weight: null,
  flags: [],
})

interface Given {
  readonly links?: readonly LiveLink[]
  /** `[dev, address]`. */
  readonly addresses?: readonly (readonly [string, string])[]
  readonly routes?: readonly LiveRoute[]
  readonly sysctls?: Readonly<Record<string, string>>
}

const namespace = (name: string, { links = [], addresses = [], routes = [], sysctls = {} }: Given): LiveNamespace => ({
  name,
  inode: 1,
  links: [link(1, 'lo'), ...links],
  addresses: addresses.map(([dev, address]) => ({
    dev,
    address,
    family: address.includes(':') ? 'ipv6' : 'ipv4',
    scope: 'global',
    flags: [],
  })),
  routes,
  rules: [],
  neighbours: [],
  fdb: [],
  ruleset: { nft: [], iptables: [] },
  sysctls,
  services: [],
})

/** a:a0 - r:r0, r:r1 - b:b0, in 10.1.0.0/24 and 10.2.0.0/24. */
export function routed(changes: Partial<Record<'a' | 'r' | 'b', Given>> = {}): LiveState {
  const ends = (here: number, namespaceOfPeer: string, index: number, name: string): LiveLink =>
    link(here, name, { peer: { namespace: namespaceOfPeer, index } })
  const given: Record<'a' | 'r' | 'b', Given> = {
    a: {
      links: [ends(2, 'r', 2, 'a0')],
      addresses: [['a0', '10.1.0.2/24']],
      routes: [route('10.1.0.0/24', null, 'a0'), route('0.0.0.0/0', '10.1.0.1', 'a0')],
    },
    r: {
      links: [ends(2, 'a', 2, 'r0'), ends(3, 'b', 2, 'r1')],
      addresses: [
        ['r0', '10.1.0.1/24'],
        ['r1', '10.2.0.1/24'],
      ],
      routes: [route('10.1.0.0/24', null, 'r0'), route('10.2.0.0/24', null, 'r1')],
      sysctls: { 'net.ipv4.ip_forward': '1' },
    },
    b: {
      links: [ends(2, 'r', 3, 'b0')],
      addresses: [['b0', '10.2.0.2/24']],
      routes: [route('10.2.0.0/24', null, 'b0'), route('0.0.0.0/0', '10.2.0.1', 'b0')],
    },
  }
  return {
    revision: 1,
    namespaces: (['a', 'r', 'b'] as const).map((name) => namespace(name, { ...given[name], ...changes[name] })),
  }
}

export const hop = (n: number, more: Partial<TracedHop>): TracedHop => ({
  n,
  timeNs: n,
  leg: 'request',
  namespace: 'a',
  interface: null,
  direction: null,
  event: 'dropped',
  observed: false,
  packet: null,
  changed: [],
  frame: null,
  comparedWith: null,
  ...more,
})

const probe: ProbeFacts = {
  from: 'a',
  target: '10.2.0.2',
  protocol: 'icmp',
  port: null,
  ttl: null,
  size: null,
  outcome: 'lost',
  message: null,
}

export function sceneOf(live: LiveState, hops: readonly TracedHop[], more: Partial<Scene> = {}): Scene {
  const network = new Network(live)
  return {
    probe,
    hops,
    live,
    network,
    lab: null,
    death: findDeath(probe, hops, [], network),
    counters: {},
    verdicts: [],
    ...more,
  }
}
