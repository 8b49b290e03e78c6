/** Labs with room for what the starter labs have none for. */

/** Two routers in a row: one can send back what came from the other. */
export const chainLab = `
vethlab: 1
name: chain
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r1:
    forwarding: true
    interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.9.0.1/24] } }
    routes: [{ to: 10.2.0.0/24, via: 10.9.0.2 }]
  r2:
    forwarding: true
    interfaces: { e3: { addresses: [10.9.0.2/24] }, e4: { addresses: [10.2.0.1/24] } }
    routes: [{ to: 10.1.0.0/24, via: 10.9.0.1 }]
  b: { interfaces: { e5: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [[a:e0, r1:e1], [r1:e2, r2:e3], [r2:e4, b:e5]]
checks:
  - { from: a, ping: 10.2.0.2 }
`

/** A tunnel beside its cable, and a namespace that speaks to itself. */
export const mixedLab = `
vethlab: 1
name: mixed
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.1/24] }, vx0: { addresses: [10.50.0.1/24] } } }
  b: { interfaces: { e1: { addresses: [10.1.0.2/24] }, vx0: { addresses: [10.50.0.2/24] } } }
links: [[a:e0, b:e1]]
tunnels:
  - { type: vxlan, id: 42, namespace: a, name: vx0, local: 10.1.0.1, remote: 10.1.0.2 }
  - { type: vxlan, id: 42, namespace: b, name: vx0, local: 10.1.0.2, remote: 10.1.0.1 }
checks:
  - { from: a, ping: 10.50.0.2 }
  - { from: a, ping: 127.0.0.1 }
`
