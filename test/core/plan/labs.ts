/** The three systems of the tutorials, as lab files. */
import type { LabFile } from '../../../electron/core/lab/schema.js'

/** A router between two subnets is a namespace with two interfaces and forwarding on. */
export const router: LabFile = {
  vethlab: 1,
  name: 'router',
  namespaces: {
    ns0: {
      interfaces: { veth0: { addresses: ['192.168.0.2/24'] } },
      routes: [{ to: '192.168.1.0/24', via: '192.168.0.1' }],
    },
    ns1: {
      interfaces: { veth2: { addresses: ['192.168.1.2/24'] } },
      routes: [{ to: '192.168.0.0/24', via: '192.168.1.1' }],
    },
    'ns-router': {
      forwarding: true,
      interfaces: { veth1: { addresses: ['192.168.0.1/24'] }, veth3: { addresses: ['192.168.1.1/24'] } },
    },
  },
  links: [
    ['ns0:veth0', 'ns-router:veth1'],
    ['ns1:veth2', 'ns-router:veth3'],
  ],
}

/** The host as gateway, through the bridge's own interface. */
export const bridge: LabFile = {
  vethlab: 1,
  name: 'bridge',
  namespaces: {
    host: {
      bridges: { bridge0: { addresses: ['192.168.1.1/24'], ports: ['veth1', 'veth3'] } },
      interfaces: { eth0: { addresses: ['172.16.0.157/16'] } },
    },
    ns0: { interfaces: { veth0: { addresses: ['192.168.1.2/24'] } }, routes: [{ to: 'default', via: '192.168.1.1' }] },
    ns1: { interfaces: { veth2: { addresses: ['192.168.1.3/24'] } }, routes: [{ to: 'default', via: '192.168.1.1' }] },
    internet: { interfaces: { wan0: { addresses: ['172.16.0.1/16'] } } },
  },
  links: [
    ['ns0:veth0', 'host:veth1'],
    ['ns1:veth2', 'host:veth3'],
    ['host:eth0', 'internet:wan0'],
  ],
}

/** NAT to an outside that has no route back. */
export const nat: LabFile = {
  ...bridge,
  name: 'nat',
  namespaces: {
    ...bridge.namespaces,
    host: {
      ...bridge.namespaces?.['host'],
      forwarding: true,
      routes: [{ to: 'default', via: '172.16.0.1' }],
      nat: [{ masquerade: '192.168.1.0/24', out: 'eth0' }],
    },
    internet: {
      interfaces: { wan0: { addresses: ['172.16.0.1/16'] }, lo: { addresses: ['203.0.113.10/24'] } },
    },
  },
}
