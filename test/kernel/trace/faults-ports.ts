/** Faults of a bridge's ports and of its forwarding database. */
import { bridge, type Fault } from './fault-labs.js'

const fixedMac = '02:00:00:00:00:11'

export const portFaults: readonly Fault[] = [
  {
    name: 'two ports that are both isolated',
    code: 'port-isolated',
    lab: bridge(),
    typed: ['bridge link set dev p0 isolated on', 'bridge link set dev p1 isolated on'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p1',
    evidence: /isolated on[\s\S]*isolated on/,
    fix: ['bridge link set dev p1 isolated off'],
    holds: [['ns0', '10.0.0.3', {}]],
  },
  {
    name: 'a port that floods nothing',
    code: 'port-setting',
    lab: bridge(),
    typed: [
      'bridge link set dev p1 flood off bcast_flood off',
      'bridge fdb flush dev p1 master dynamic',
      'ip -n ns0 neigh flush all',
    ],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p1',
    evidence: /\bflood off[\s\S]*bcast_flood off/,
    fix: ['bridge link set dev p1 flood on', 'bridge link set dev p1 bcast_flood on'],
  },
  {
    name: 'an entry that names the port of somebody else',
    code: 'fdb-entry',
    lab: bridge().replace(
      'veth0: { addresses: [10.0.0.2/24] }',
      `veth0: { addresses: [10.0.0.2/24], mac: "${fixedMac}" }`,
    ),
    typed: [`bridge fdb replace ${fixedMac} dev p2 master static sticky`],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p2',
    evidence: /dev p2 .*master br0 .*static/,
    fix: [`bridge fdb del ${fixedMac} dev p2 master`],
  },
]
