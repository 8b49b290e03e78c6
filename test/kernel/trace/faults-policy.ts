/** Faults of policy routing: rules that refuse, and rules that lead to tables without a way. */
import { router, tcp, type Fault } from './fault-labs.js'

const there = { from: 'ns0', to: '192.168.1.2' } as const
const service = ', services: [{ listen: tcp, port: 80, reply: "ok" }]'

/** Two networks behind one router that has two ways out, the second by a table of its own. */
const twoWaysOut = (rules: string): string => `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  b: { interfaces: { e0: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
  r:
    forwarding: true
    interfaces:
      e1: { addresses: [10.1.0.1/24] }
      e2: { addresses: [10.2.0.1/24] }
      w1: { addresses: [192.0.2.2/30] }
      w2: { addresses: [198.51.100.2/30] }
    routes: [{ to: default, via: 192.0.2.1 }, { to: default, table: 100, via: 198.51.100.1 }]
    rules: [${rules}]
    nat: [{ masquerade: 10.0.0.0/8, out: w1 }, { masquerade: 10.0.0.0/8, out: w2 }]
  i1: { forwarding: true, interfaces: { e0: { addresses: [192.0.2.1/30] } } }
  i2: { interfaces: { e0: { addresses: [198.51.100.1/30] } } }
links: [[a:e0, r:e1], [b:e0, r:e2], [r:w1, i1:e0], [r:w2, i2:e0]]
`

export const policyFaults: readonly Fault[] = [
  {
    name: 'a table that has the way out, and nothing of what is near',
    code: 'policy-rule',
    lab: twoWaysOut('{ from: 10.1.0.0/24, table: 100, priority: 1000 }'),
    from: 'a',
    to: '10.2.0.2',
    namespace: 'r',
    cause:
      'A rule of policy routing in r sends it to 10.2.0.2 by 198.51.100.1, past the route to 10.2.0.0/24 that leads there: from 10.1.0.0/24 lookup 100.',
    evidence:
      /route get 10\.2\.0\.2 from 10\.1\.0\.2 iif e1\n.*via 198\.51\.100\.1 dev w2 table 100[\s\S]*10\.2\.0\.0\/24 dev e2/,
    fix: ['ip -n r rule add priority 999 to 10.2.0.0/24 lookup main'],
  },
  {
    name: 'a table that has the way out, and the answer goes there',
    code: 'policy-rule',
    lab: twoWaysOut('{ from: 10.2.0.0/24, iif: e2, table: 100, priority: 1 }, { iif: e2, table: 100, priority: 3 }'),
    typed: ['ip -n r rule del priority 1'],
    from: 'a',
    to: '10.2.0.2',
    namespace: 'r',
    evidence:
      /route get 10\.1\.0\.2 from 10\.2\.0\.2 iif e2\n.*via 198\.51\.100\.1 dev w2 table 100[\s\S]*10\.1\.0\.0\/24 dev e1/,
    fix: ['ip -n r rule add priority 2 to 10.1.0.0/24 lookup main'],
  },
  {
    name: 'a rule to a table that refuses, for what comes from one network',
    code: 'policy-rule',
    lab: router(),
    typed: [
      'ip -n ns-router route add unreachable default table 100',
      'ip -n ns-router rule add from 192.168.0.0/24 iif veth1 lookup 100',
    ],
    ...there,
    namespace: 'ns-router',
    evidence:
      /ip -n ns-router route get 192\.168\.1\.2 from 192\.168\.0\.2 iif veth1[\s\S]*from 192\.168\.0\.0\/24 iif veth1 lookup 100/,
    fix: ['ip -n ns-router rule del priority 32765 from 192.168.0.0/24 iif veth1 lookup 100'],
  },
  {
    name: 'a rule that the lab itself has, to a table whose gateway nobody is',
    code: 'policy-rule',
    lab: router({
      router:
        'routes: [{ to: default, via: 192.168.1.77, table: 100 }]\n    rules: [{ from: 192.168.0.0/24, table: 100, priority: 500 }]',
    }),
    ...there,
    namespace: 'ns-router',
    evidence:
      /route get 192\.168\.1\.2 from 192\.168\.0\.2 iif veth1[\s\S]*via 192\.168\.1\.77 dev veth3 table 100[\s\S]*500:/,
    fix: ['ip -n ns-router rule del priority 500 from 192.168.0.0/24 lookup 100'],
  },
  {
    name: 'a rule that prohibits what the sender sends from its own address',
    code: 'no-route',
    lab: router({ ns1: service }),
    typed: ['ip -n ns0 rule add from 192.168.0.2 prohibit'],
    ...there,
    probe: tcp(80),
    namespace: 'ns0',
    evidence: /ip -n ns0 route get 192\.168\.1\.2 from 192\.168\.0\.2[\s\S]*from 192\.168\.0\.2 prohibit/,
    fix: ['ip -n ns0 rule del priority 32765 from 192.168.0.2/32 prohibit'],
  },
  {
    name: 'two routes that are gone, of which only the one of the main table is asked for this packet',
    code: 'no-route',
    lab: router({
      routes0:
        'routes: [{ to: default, via: 192.168.0.1 }, { to: 192.168.1.0/24, via: 192.168.0.1, table: 100 }], rules: [{ fwmark: 7, table: 100 }]',
    }),
    typed: ['ip -n ns0 route del default', 'ip -n ns0 route flush table 100'],
    ...there,
    namespace: 'ns0',
    evidence: /Network is unreachable/,
    fix: ['ip -n ns0 route add default via 192.168.0.1'],
  },
  {
    name: 'a route of a table that is gone, to which a rule leads, and the main table has none',
    code: 'no-route',
    lab: router({
      routes0:
        'routes: [{ to: 192.168.1.0/24, via: 192.168.0.1, table: 100 }], rules: [{ to: 192.168.1.0/24, table: 100 }]',
    }),
    typed: ['ip -n ns0 route flush table 100'],
    ...there,
    namespace: 'ns0',
    evidence: /Network is unreachable/,
    fix: ['ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1 table 100'],
  },
  {
    name: 'a rule of the target that refuses the answer',
    code: 'no-return-route',
    lab: router(),
    typed: ['ip -n ns1 rule add from 192.168.1.2 to 192.168.0.0/24 blackhole'],
    ...there,
    namespace: 'ns1',
    evidence: /ip -n ns1 route get 192\.168\.0\.2 from 192\.168\.1\.2[\s\S]*to 192\.168\.0\.0\/24 blackhole/,
    fix: ['ip -n ns1 rule del priority 32765 from 192.168.1.2/32 to 192.168.0.0/24 blackhole'],
  },
]
