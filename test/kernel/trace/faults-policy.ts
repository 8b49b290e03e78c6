/** Faults of policy routing: rules that refuse, and rules that lead to tables without a way. */
import { router, tcp, type Fault } from './fault-labs.js'

const there = { from: 'ns0', to: '192.168.1.2' } as const
const service = ', services: [{ listen: tcp, port: 80, reply: "ok" }]'

export const policyFaults: readonly Fault[] = [
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
