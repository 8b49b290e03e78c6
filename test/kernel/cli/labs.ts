/** Labs that the tests of the command line are about. Fixed names and addresses; each builds in milliseconds. */

/** Two namespaces on one cable; all checks hold. */
export const pair = (name = 'pair'): string => `vethlab: 1
name: ${name}
namespaces:
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } } }
  ns1: { interfaces: { veth1: { addresses: [10.0.0.2/24] } } }
links: [[ns0:veth0, ns1:veth1]]
checks:
  - { name: ns0 reaches ns1, from: ns0, ping: 10.0.0.2, expect: reply, ttl: 64 }
  - { name: nobody listens, from: ns0, tcp: 10.0.0.2:80, expect: refused }
`

/** The first check holds, the second does not; its name is made to break formats. */
export const failing = `vethlab: 1
name: failing
namespaces:
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } } }
  ns1: { interfaces: { veth1: { addresses: [10.0.0.2/24] } } }
links: [[ns0:veth0, ns1:veth1]]
checks:
  - { name: reaches ns1, from: ns0, ping: 10.0.0.2 }
  - { name: "a <b> & \\"c\\"", from: ns0, tcp: 10.0.0.2:80, expect: connected }
`

/** Its check holds, its goal does not: ns1 has no route back. */
export const unrepaired = `vethlab: 1
name: unrepaired
namespaces:
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } } }
  ns1: { interfaces: { veth1: { addresses: [10.0.0.2/24] } } }
links: [[ns0:veth0, ns1:veth1]]
checks:
  - { name: reaches ns1, from: ns0, ping: 10.0.0.2 }
goal:
  - { name: reaches the other, from: ns0, ping: 10.0.9.2 }
`

/** A mistyped key, in line 4. */
export const invalid = `vethlab: 1
name: invalid
namespaces:
  ns0: { interface: {} }
`

/** Valid by all rules, and yet this kernel has no such switch: the last step is refused. */
export const refused = `vethlab: 1
name: refused
namespaces:
  host: { sysctls: { net.ipv4.no_such_switch: 1 } }
  ns0: {}
`

/** One check that takes its full time, two seconds, because nothing answers. */
export const slow = `vethlab: 1
name: slow
namespaces:
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } } }
  ns1:
    interfaces: { veth1: { addresses: [10.0.0.2/24] } }
    firewall: [{ chain: input, action: drop }]
links: [[ns0:veth0, ns1:veth1]]
checks: [{ name: silence, from: ns0, ping: 10.0.0.2, expect: lost }]
`
