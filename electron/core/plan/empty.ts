import { hostNamespace, type Lab } from '../lab/lab.js'
import type { LiveLink, LiveNamespace, LiveState } from '../live/state.js'

const loopback: LiveLink = {
  index: 1,
  name: 'lo',
  kind: 'loopback',
  mac: '00:00:00:00:00:00',
  // Bytes; loopback_setup, drivers/net/loopback.c.
  mtu: 65536,
  up: false,
  carrier: false,
  operstate: 'down',
  master: null,
  peer: null,
  bridge: null,
  port: null,
  vxlan: null,
  impair: null,
}

/** A namespace as the kernel makes it: `lo`, switched off, and nothing else. */
export function emptyLiveNamespace(name: string, inode: number): LiveNamespace {
  return {
    name,
    inode,
    links: [loopback],
    addresses: [],
    routes: [],
    rules: [],
    neighbours: [],
    fdb: [],
    ruleset: { nft: [], iptables: [] },
    sysctls: {},
    services: [],
  }
}

/** A host as fresh as an empty network namespace: what an offline plan starts from. No sysctl is known. */
export function emptyLive(): LiveState {
  return { revision: 0, namespaces: [emptyLiveNamespace(hostNamespace, 1)] }
}

/** A lab that asks for nothing, not even for anything of `host`: with `former: 'everything'` its plan is the teardown. */
export function emptyLab(name: string): Lab {
  return {
    name,
    title: name,
    description: null,
    broken: false,
    ipv6: false,
    namespaces: new Map(),
    links: [],
    uplink: false,
    layout: {},
    notes: [],
    checks: [],
    goal: [],
    explanation: null,
    guide: [],
  }
}
