import { describe, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'

const codes = (text: string): string[] => parseLabText(text, 'x').problems.map((p) => `${p.severity} ${p.code}`)
const head = 'vethlab: 1\nname: x\n'

describe('warnings', () => {
  const net = (a: string, b: string): string =>
    `${head}namespaces:\n  a: { interfaces: { x: { addresses: [${a}] } } }\n  b: { interfaces: { y: { addresses: [${b}] } } }\n`
  const circle = (a: string, b: string): string => `${head}namespaces:
  a: { bridges: { br: { ports: [p, q]${a} } } }
  b: { bridges: { br: { ports: [p, q]${b} } } }
links: [[a:p, b:p], [a:q, b:q]]`
  test.each([
    [
      'one address twice on a cable',
      `${net('10.0.0.1/24', '10.0.0.1/24')}links: [[a:x, b:y]]`,
      ['warning duplicate-address'],
    ],
    ['one subnet on two cables', net('10.0.0.1/24', '10.0.0.2/24'), ['warning duplicate-subnet']],
    ['neighbours on a cable', `${net('10.0.0.1/24', '10.0.0.2/24')}links: [[a:x, b:y]]`, []],
    [
      'the network as an address',
      `${net('10.0.0.0/24', '10.0.0.2/24')}links: [[a:x, b:y]]`,
      ['warning network-address'],
    ],
    ['a broadcast address', `${net('10.0.0.255/24', '10.0.0.2/24')}links: [[a:x, b:y]]`, ['warning network-address']],
    ['both addresses of a /31', `${net('10.0.0.0/31', '10.0.0.1/31')}links: [[a:x, b:y]]`, []],
    [
      'a rule to a table without a route',
      `${head}namespaces: { a: { rules: [{ from: 10.0.0.0/8, table: 100 }] } }`,
      ['warning table-empty'],
    ],
    [
      'a rule to the table of a VRF',
      `${head}namespaces: { a: { vrfs: { red: { table: 100, members: [e] } }, interfaces: { e: {} }, rules: [{ from: 10.0.0.0/8, table: 100 }] } }`,
      [],
    ],
    [
      'two rules of one priority that disagree',
      `${head}namespaces: { a: { rules: [{ iif: lo, table: main, priority: 7 }, { iif: lo, table: local, priority: 7 }] } }`,
      ['warning rule-in-shadow'],
    ],
    [
      'a proxied address where nothing is forwarded',
      `${head}namespaces: { a: { interfaces: { e: {} }, neighbours: [{ address: 10.0.0.9, dev: e, proxy: true }, { address: 'fd00::9', dev: e, proxy: true }] } }`,
      ['warning proxy-silent', 'warning proxy-silent'],
    ],
    [
      'proxied addresses that are answered for',
      `${head}namespaces: { a: { forwarding: true, sysctls: { net.ipv6.conf.e.proxy_ndp: 1 }, interfaces: { e: {} }, neighbours: [{ address: 10.0.0.9, dev: e, proxy: true }, { address: 'fd00::9', dev: e, proxy: true }] } }`,
      [],
    ],
    [
      "a neighbour with a group's MAC",
      `${head}namespaces: { a: { interfaces: { e: {} }, neighbours: [{ address: 10.0.0.9, dev: e, mac: 01:00:5e:00:00:09 }] } }`,
      ['warning neighbour-group-mac'],
    ],
    ['a check with an empty name', `${head}checks: [{ name: '', from: host, ping: 10.0.0.1 }]`, ['warning empty-text']],
    ['an explanation of blanks', `${head}explanation: '  '`, ['warning empty-text']],
    ['an explanation in no language', `${head}explanation: {}`, ['warning empty-text']],
    ['goals without one', `${head}goal: []`, ['warning empty-goal']],
    ['a title in Chinese only', `${head}title: { zh-CN: 路由 }`, ['warning chinese-only']],
    ['a layout for nothing', `${head}layout: { ns9: { x: 0, y: 0 } }`, ['warning unknown-layout']],
    [
      'a bridge port with an address',
      `${head}namespaces: { a: { bridges: { br0: { ports: [p] } }, interfaces: { p: { addresses: [10.0.0.1/24] } } } }`,
      ['warning address-on-port'],
    ],
    [
      'a tunnel from a foreign address',
      `${head}tunnels: [{ type: vxlan, id: 1, namespace: host, name: v, local: 10.0.0.1, remote: 10.0.0.2 }]`,
      ['warning tunnel-local'],
    ],
    [
      'forwarding said twice',
      `${head}namespaces: { a: { forwarding: true, sysctls: { net.ipv4.ip_forward: 0 } } }`,
      ['warning sysctl-forwarding'],
    ],
    [
      'two checks with one name',
      `${head}checks: [{ name: a, from: host, ping: 1.1.1.1 }, { name: a, from: host, ping: 1.1.1.1 }]`,
      ['warning check-name-twice'],
    ],
    [
      'two checks with one English name',
      `${head}checks: [{ name: a, from: host, ping: 1.1.1.1 }, { name: { en: a, zh-CN: 甲 }, from: host, ping: 1.1.1.1 }]`,
      ['warning check-name-twice'],
    ],
    [
      'one hardware address twice behind a bridge',
      `${head}namespaces:
  a: { interfaces: { x: { mac: "02:00:00:00:00:AA" } } }
  b: { interfaces: { y: { mac: "02:00:00:00:00:aa" } } }
  host: { bridges: { br: { ports: [p, q] } } }
links: [[a:x, host:p], [b:y, host:q]]`,
      ['warning duplicate-mac'],
    ],
    [
      'one hardware address on two cables',
      `${head}namespaces:
  a: { interfaces: { x: { mac: "02:00:00:00:00:aa" }, y: { mac: "02:00:00:00:00:aa" } } }
  b: {}
links: [[a:x, b:x], [a:y, b:y]]`,
      [],
    ],
    [
      'a bridge with the hardware address of its port',
      `${head}namespaces: { a: { bridges: { br: { ports: [p], mac: "02:00:00:00:00:aa" } }, interfaces: { p: { mac: "02:00:00:00:00:aa" } } } }`,
      [],
    ],
    ['two cables between two bridges', circle('', ''), ['warning bridge-loop']],
    ['two cables between two bridges, one with spanning tree', circle(', stp: true', ''), []],
    [
      'both ends of a cable in one bridge',
      `${head}namespaces: { a: { bridges: { br: { ports: [p, q] } } } }\nlinks: [[a:p, a:q]]`,
      ['warning bridge-loop'],
    ],
    [
      'two bridges joined by a tunnel share a subnet',
      `${head}namespaces:
  a: { bridges: { br: { addresses: [10.0.0.1/24], ports: [v] } }, interfaces: { u: { addresses: [10.1.0.1/24] } } }
  b: { bridges: { br: { addresses: [10.0.0.2/24], ports: [v] } }, interfaces: { u: { addresses: [10.1.0.2/24] } } }
links: [[a:u, b:u]]
tunnels:
  - { type: vxlan, id: 7, namespace: a, name: v, local: 10.1.0.1, remote: 10.1.0.2 }
  - { type: vxlan, id: 7, namespace: b, name: v, local: 10.1.0.2, remote: 10.1.0.1 }`,
      [],
    ],
  ])('%s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected)
    expect(parseLabText(text, 'x').lab).not.toBeNull()
  })
})

describe('gateways that look wrong and are not', () => {
  const routes = (more: string, interfaces = 'v: { addresses: [10.0.0.2/24, "fd00::2/64"] }'): string =>
    `${head}namespaces: { a: { interfaces: { ${interfaces} }, routes: [${more}] } }`
  test.each([
    ['onlink', routes('{ to: default, via: 10.9.9.9, dev: v, onlink: true }')],
    ['a route straight to the device before', routes('{ to: 10.9.9.9, dev: v }, { to: default, via: 10.9.9.9 }')],
    ['IPv6 link-local with its device', routes('{ to: default, via: "fe80::1", dev: v }')],
    ['both families', routes('{ to: default, via: 10.0.0.1 }, { to: default, via: "fd00::1" }')],
    ['two metrics', routes('{ to: default, via: 10.0.0.1 }, { to: default, via: 10.0.0.3, metric: 10 }')],
    ['a blackhole', routes('{ to: 10.5.0.0/16, type: blackhole }')],
    [
      'the uplink',
      `${head}uplink: on\nnamespaces: { host: { routes: [{ to: default, via: 10.0.2.2, dev: eth0 }], nat: [{ masquerade: 10.0.0.0/8, out: eth0 }] } }`,
    ],
  ])('%s', (_, text) => expect(codes(text)).toEqual([]))
})
