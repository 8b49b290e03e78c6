/** The three tutorials as plain scripts, the way a learner keeps them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { createLabText } from '../../../electron/core/lab/print.js'

const importFixture = (name: string): string => {
  const path = fileURLToPath(new URL(`../../fixtures/exchange/${name}`, import.meta.url))
  const { labFile, notices, problems } = importScript(readFileSync(path), name)
  expect(notices).toEqual([])
  expect(problems).toEqual([])
  return labFile === null ? '' : createLabText(labFile)
}

test('the router between two subnets', () => {
  expect(importFixture('router.sh')).toBe(`\
vethlab: 1
name: router

namespaces:
  ns0:
    interfaces:
      veth0: { addresses: [192.168.0.2/24] }
    routes:
      - { to: 192.168.1.0/24, via: 192.168.0.1 }
  ns1:
    interfaces:
      veth2: { addresses: [192.168.1.2/24] }
    routes:
      - { to: 192.168.0.0/24, via: 192.168.1.1 }
  ns-router:
    forwarding: true
    interfaces:
      veth1: { addresses: [192.168.0.1/24] }
      veth3: { addresses: [192.168.1.1/24] }

links:
  - [ns0:veth0, ns-router:veth1]
  - [ns1:veth2, ns-router:veth3]
`)
})

test('the host as gateway through the bridge', () => {
  expect(importFixture('bridge-gateway.sh')).toBe(`\
vethlab: 1
name: bridge-gateway

namespaces:
  host:
    bridges:
      bridge0: { addresses: [192.168.1.1/24], ports: [veth1, veth3] }
    interfaces:
      eth0: { addresses: [172.16.0.157/16] }
  ns0:
    interfaces:
      veth0: { addresses: [192.168.1.2/24] }
    routes:
      - { to: default, via: 192.168.1.1 }
  ns1:
    interfaces:
      veth2: { addresses: [192.168.1.3/24] }
    routes:
      - { to: default, via: 192.168.1.1 }

links:
  - [ns0:veth0, host:veth1]
  - [ns1:veth2, host:veth3]
  - [host:eth0, host:card0]
`)
})

test('NAT to the outside', () => {
  expect(importFixture('nat.sh')).toBe(`\
vethlab: 1
name: nat

namespaces:
  host:
    forwarding: true
    bridges:
      bridge0: { addresses: [192.168.1.1/24], ports: [port0, port1] }
    interfaces:
      eth0: { addresses: [172.16.0.157/16] }
    routes:
      - { to: default, via: 172.16.0.1 }
    nat:
      - { masquerade: 192.168.1.0/24, out: eth0 }
  ns0:
    interfaces:
      veth0: { addresses: [192.168.1.2/24] }
    routes:
      - { to: default, via: 192.168.1.1 }
  ns1:
    interfaces:
      veth2: { addresses: [192.168.1.3/24] }
    routes:
      - { to: default, via: 192.168.1.1 }
  internet:
    interfaces:
      lo: { addresses: [203.0.113.10/24] }
      wan0: { addresses: [172.16.0.1/16] }

links:
  - [ns0:veth0, host:port0]
  - [ns1:veth2, host:port1]
  - [internet:wan0, host:eth0]
`)
})
