import { describe, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { validateLabFile } from '../../../electron/core/lab/validate.js'
import { exampleText } from './example.js'

const codes = (text: string): string[] => parseLabText(text, 'x').problems.map((p) => `${p.severity} ${p.code}`)
const head = 'vethlab: 1\nname: x\n'

test('the example of the format parses without a problem and normalises to what it says', () => {
  const { lab, labFile, problems } = parseLabText(exampleText, 'nat.vethlab.yaml')
  expect(problems).toEqual([])
  expect(labFile?.namespaces?.['ns1']?.routes).toEqual([{ to: 'default', via: '192.168.1.1' }])
  if (!lab) throw new Error('no lab')
  expect(lab).toMatchObject({ name: 'nat-to-the-internet', broken: false, ipv6: true, uplink: false })
  expect(lab.title).toEqual({ en: 'NAT to the Internet', 'zh-CN': '通过 NAT 访问互联网' })
  expect([...lab.namespaces.keys()]).toEqual(['host', 'ns0', 'ns1', 'internet'])
  const lo = { kind: 'loopback', name: 'lo', addresses: [], mac: null, mtu: null, up: true, master: null }
  const veth = { kind: 'veth', mac: null, mtu: null, up: true, master: null, impair: null }
  expect(lab.namespaces.get('host')).toEqual({
    name: 'host',
    forwarding: true,
    interfaces: [
      lo,
      {
        kind: 'bridge',
        name: 'bridge0',
        addresses: ['192.168.1.1/24'],
        mac: null,
        mtu: null,
        up: true,
        master: null,
        ports: ['veth1', 'veth3'],
        stp: false,
        settings: {},
        portSettings: new Map(),
        portVlans: new Map(),
      },
      { ...veth, name: 'eth0', addresses: ['172.16.0.157/16'], peer: { namespace: 'internet', interface: 'wan0' } },
      { ...veth, name: 'veth1', addresses: [], master: 'bridge0', peer: { namespace: 'ns0', interface: 'veth0' } },
      { ...veth, name: 'veth3', addresses: [], master: 'bridge0', peer: { namespace: 'ns1', interface: 'veth2' } },
    ],
    rules: [],
    routes: [],
    neighbours: [],
    files: {},
    nat: [
      { kind: 'masquerade', family: 'ipv4', source: '192.168.1.0/24', out: 'eth0' },
      { kind: 'dnat', family: 'ipv4', protocol: 'tcp', port: 8080, in: 'eth0', toAddress: '192.168.1.2', toPort: 80 },
      { kind: 'snat', family: 'ipv4', source: '192.168.1.0/24', out: 'eth0', to: '172.16.0.157' },
    ],
    policies: [],
    texts: {},
    firewall: [{ chain: 'forward', source: '192.168.1.3/32', action: 'drop', families: ['ipv4'] }],
    sysctls: {},
    services: [],
  })
  expect(lab.namespaces.get('ns0')).toMatchObject({
    forwarding: undefined,
    interfaces: [
      lo,
      {
        ...veth,
        name: 'veth0',
        addresses: ['192.168.1.2/24'],
        mac: '02:00:00:00:00:02',
        mtu: 1500,
        peer: { namespace: 'host', interface: 'veth1' },
      },
    ],
    rules: [],
    routes: [
      { family: 'ipv4', to: '0.0.0.0/0', via: '192.168.1.1', dev: null, metric: null, type: 'unicast', onlink: false },
    ],
  })
  expect(lab.namespaces.get('ns1')).toMatchObject({
    interfaces: [lo, { addresses: ['192.168.1.3/24', 'fd00:1::3/64'] }],
    sysctls: { 'net.ipv4.conf.all.rp_filter': '2' },
    services: [{ listen: 'tcp', port: 80, reply: 'hello from ns1\n' }],
  })
  expect(lab.namespaces.get('internet')?.interfaces.map((i) => [i.name, i.kind, i.addresses])).toEqual([
    ['lo', 'loopback', ['203.0.113.10/24']],
    ['wan0', 'veth', ['172.16.0.1/16']],
  ])
  expect(lab.links[2]).toEqual({
    ends: [
      { namespace: 'host', interface: 'eth0' },
      { namespace: 'internet', interface: 'wan0' },
    ],
    mtu: null,
    impair: [null, null],
    unplugged: null,
  })
  expect({ ...lab.layout }).toEqual({ ns0: { x: 0, y: 320 }, ns1: { x: 240, y: 320 } })
  expect(lab.checks).toEqual([
    {
      kind: 'ping',
      name: 'ns0 reaches the outside',
      title: 'ns0 reaches the outside',
      from: 'ns0',
      target: '203.0.113.10',
      ...{ size: 56, df: false, count: 1 },
      expect: 'reply',
      ttl: 63,
      path: null,
      snat: null,
    },
    {
      kind: 'tcp',
      name: 'ns1 tcp 192.168.1.2:80',
      title: 'ns1 tcp 192.168.1.2:80',
      from: 'ns1',
      target: '192.168.1.2',
      port: 80,
      expect: 'refused',
      ttl: null,
      path: null,
      snat: null,
    },
    {
      kind: 'ping',
      name: 'ns0 ping 203.0.113.10',
      title: 'ns0 ping 203.0.113.10',
      from: 'ns0',
      target: '203.0.113.10',
      ...{ size: 56, df: false, count: 1 },
      expect: 'reply',
      ttl: null,
      path: ['ns0', 'host', 'internet'],
      snat: '172.16.0.157',
    },
  ])
  expect(lab.guide[0]?.done).toEqual({ namespaces: ['ns0', 'ns1'] })
})

test('bytes, a byte order mark and Windows line ends read as the same lab', () => {
  const plain = parseLabText(exampleText, 'x').lab
  expect(parseLabText(new TextEncoder().encode(exampleText), 'x').lab).toEqual(plain)
  expect(parseLabText(`\ufeff${exampleText}`, 'x').lab).toEqual(plain)
  expect(parseLabText(exampleText.replaceAll('\n', '\r\n'), 'x').lab).toEqual(plain)
})

describe('places', () => {
  test('a plain value is marked itself, a key at the key, a missing one at the map around it', () => {
    const text = `${head}namespaces:\n  ns0:\n    forwarding: maybe\n    route: []\nchecks:\n  - { from: host }\n`
    expect(parseLabText(text, 'f').problems.map((p) => [p.code, p.line, p.column, p.path.join('.')])).toEqual([
      ['wrong-type', 5, 17, 'namespaces.ns0.forwarding'],
      ['unknown-key', 6, 5, 'namespaces.ns0.route'],
      ['missing-key', 8, 5, 'checks.0'],
    ])
  })
  test('columns count characters, not UTF-16 units', () => {
    const text = `${head}title: { en: 😀😀, fr: x }\n`
    expect(parseLabText(text, 'f').problems[0]).toMatchObject({ code: 'unknown-key', line: 3, column: 18 })
  })
  test('a value behind an alias is marked where the alias stands', () => {
    const text = `${head}namespaces:\n  a: &a { forwarding: 5 }\n  b: *a\n`
    expect(parseLabText(text, 'f').problems.map((p) => [p.line, p.column])).toEqual([
      [4, 23],
      [5, 6],
    ])
  })
})

test('an alias within its limits is a value like any other', () => {
  const text = `${head}namespaces:\n  a: { sysctls: &s { net.ipv4.ip_forward: 1 } }\n  b: { sysctls: *s }\n`
  const { lab, problems } = parseLabText(text, 'f')
  expect(problems).toEqual([])
  expect(lab?.namespaces.get('b')?.sysctls).toEqual({ 'net.ipv4.ip_forward': '1' })
})

test('names that JavaScript knows are names like any other', () => {
  const text = `${head}namespaces:\n  constructor: { interfaces: { toString: { addresses: [10.0.0.1/24] } } }\n  hasOwnProperty:\nlinks: [[constructor:toString, hasOwnProperty:valueOf]]\nlayout: { constructor: { x: 1, y: 2 } }\n`
  const { lab, problems } = parseLabText(text, 'f')
  expect(problems).toEqual([])
  expect([...(lab?.namespaces.keys() ?? [])]).toEqual(['host', 'constructor', 'hasOwnProperty'])
  expect(lab?.layout['toString']).toBeUndefined()
  const number = `${head}namespaces:\n  0x10:\n  true:\n  1:\nlinks: [["1:a", "0x10:b"]]\n`
  expect(parseLabText(number, 'f').problems).toEqual([])
  expect([...(parseLabText(number, 'f').lab?.namespaces.keys() ?? [])].sort()).toEqual(['0x10', '1', 'host', 'true'])
})

test('an interface called __proto__ in an object from outside corrupts nothing', () => {
  const hostile = JSON.parse(
    '{"vethlab":1,"name":"x","links":[["host:__proto__","host:b"]],"layout":{"__proto__":{"x":1,"y":2}}}',
  ) as never
  expect(validateLabFile(hostile).map((p) => p.code)).toEqual(['unknown-layout'])
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
})

describe('a lab that is broken on purpose', () => {
  const wrong = `namespaces:
  ns0:
    interfaces: { v0: { addresses: [10.0.0.2/24, 10.0.0.300/24] } }
    routes: [{ to: default, via: 10.9.9.9 }, { to: nonsense, via: 10.0.0.1 }]
  r: { bridges: { br0: { ports: [gone, v1] }, br1: { ports: [v1] } } }
links: [[ns0:v0, r:v1], [nowhere:x, r:y], [ns0:v0, r:z]]
checks: [{ from: nobody, ping: 10.0.0.1 }, { from: ns0, ping: r }]
`
  test('has warnings where others have errors, and is built without what cannot be expressed', () => {
    const strict = parseLabText(head + wrong, 'f')
    const broken = parseLabText(`${head}broken: true\n${wrong}`, 'f')
    expect(strict.lab).toBeNull()
    expect(strict.labFile).not.toBeNull()
    expect(strict.problems.every((p) => p.severity === 'error')).toBe(true)
    expect(broken.problems.map((p) => p.code)).toEqual(strict.problems.map((p) => p.code))
    expect(broken.problems.every((p) => p.severity === 'warning')).toBe(true)
    const { lab } = broken
    expect(lab?.links).toHaveLength(1)
    expect(lab?.namespaces.get('ns0')?.interfaces[1]).toMatchObject({ name: 'v0', addresses: ['10.0.0.2/24'] })
    expect(lab?.namespaces.get('ns0')?.routes.map((r) => r.via)).toEqual(['10.9.9.9'])
    expect(lab?.namespaces.get('r')?.interfaces.map((i) => [i.name, i.master])).toEqual([
      ['lo', null],
      ['br0', null],
      ['br1', null],
      ['v1', 'br0'],
    ])
    expect(lab?.checks).toEqual([])
  })
  test('may still not climb out of net.* with a sysctl, nor exceed the limits', () => {
    expect(codes(`${head}broken: true\nnamespaces: { a: { sysctls: { net/../kernel/core_pattern: x } } }\n`)).toEqual([
      'error illegal-sysctl',
    ])
    const many = Array.from({ length: 2001 }, (_, i) => `  n${i}:`).join('\n')
    expect(codes(`${head}broken: true\nnamespaces:\n${many}\n`)).toEqual(['error too-many'])
  })
})

test('defaults, units and spellings are written out', () => {
  const { lab, problems } = parseLabText(
    `${head}namespaces:
  a:
    bridges: { br0: { ports: [vx, p] }, br1: }
    interfaces: { p: { mac: "02:AA:00:00:00:01", up: false }, u: { mtu: 1400, addresses: [10.1.0.1/24, "FD00:0:0::0001/64"] }, lo: { addresses: [127.0.0.2/8] } }
    routes: [{ to: 10.5.0.0/16, dev: u }, { to: default, via: "FD00::2" }]
    firewall: [{ chain: input, protocol: icmp, action: drop }]
    sysctls: { net/ipv4/conf/eth0.100/rp_filter: 1, net.ipv4.ping_group_range: "0 1", net.ipv4.ip_forward: 1 }
    forwarding: true
    nat: [{ dnat: { protocol: udp, port: 53 }, to: "[fd00::2]:5353" }]
  b:
links:
  - { ends: [a:u, b:w], mtu: 1450, impair: { delay: 20ms, loss: 0.5%, rate: 10mbit } }
tunnels: [{ type: vxlan, id: 42, namespace: a, name: vx, local: 10.1.0.1, remote: 10.1.0.2 }]
checks: [{ from: b, ping: a }, { from: b, tcp: "a:80" }, { from: b, udp: "[fd00::1]:53" }]
`,
    'f',
  )
  expect(problems).toEqual([])
  const a = lab?.namespaces.get('a')
  expect(a?.interfaces.map((i) => [i.name, i.kind, i.master])).toEqual([
    ['lo', 'loopback', null],
    ['br0', 'bridge', null],
    ['br1', 'bridge', null],
    ['vx', 'vxlan', 'br0'],
    ['p', 'dummy', 'br0'],
    ['u', 'veth', null],
  ])
  expect(a?.interfaces[1]).toMatchObject({ ports: ['vx', 'p'], stp: false })
  expect(a?.interfaces[3]).toMatchObject({ id: 42, local: '10.1.0.1', remote: '10.1.0.2', port: 4789 })
  expect(a?.interfaces[4]).toMatchObject({ mac: '02:aa:00:00:00:01', up: false })
  const impair = { delayUs: 20_000, lossPercent: 0.5, rateBit: 10_000_000 }
  expect(a?.interfaces[5]).toMatchObject({ mtu: 1400, up: true, addresses: ['10.1.0.1/24', 'fd00::1/64'], impair })
  expect(lab?.namespaces.get('b')?.interfaces[1]).toMatchObject({ name: 'w', mtu: 1450, up: true, impair })
  expect(a?.routes).toMatchObject([
    { to: '10.5.0.0/16', dev: 'u', via: null },
    { family: 'ipv6', to: '::/0', via: 'fd00::2' },
  ])
  expect(a?.firewall[0]).toEqual({ chain: 'input', protocol: 'icmp', action: 'drop', families: ['ipv4', 'ipv6'] })
  expect(a?.sysctls).toEqual({ 'net.ipv4.conf.eth0/100.rp_filter': '1', 'net.ipv4.ping_group_range': '0\t1' })
  expect(a?.nat).toEqual([
    { kind: 'dnat', family: 'ipv6', protocol: 'udp', port: 53, in: null, toAddress: 'fd00::2', toPort: 5353 },
  ])
  expect(lab?.checks).toMatchObject([
    { name: 'b ping a', target: '10.1.0.1', expect: 'reply' },
    { name: 'b tcp a:80', target: '10.1.0.1', port: 80, expect: 'connected' },
    { kind: 'udp', target: 'fd00::1', port: 53, expect: 'reply' },
  ])
})

test.each([
  ['nothing of IPv6', '', false],
  ['an IPv6 address', 'interfaces: { v: { addresses: ["fd00::1/64"] } }', true],
  ['an IPv6 route', 'routes: [{ to: "2001:db8::/32", type: blackhole }]', true],
  ['an IPv6 firewall entry', 'firewall: [{ chain: input, source: "fd00::/8", action: drop }]', true],
  ['an IPv6 sysctl', 'sysctls: { net.ipv6.conf.all.accept_ra: 0 }', true],
  ['IPv6 switched off', 'sysctls: { net.ipv6.conf.all.disable_ipv6: 1 }', false],
  ['forwarding alone', 'forwarding: true', false],
])('a lab with %s speaks IPv6: %s', (_, entry, expected) => {
  expect(parseLabText(`${head}namespaces: { a: { ${entry} } }`, 'f').lab?.ipv6).toBe(expected)
})

test('a lab at the limits parses within seconds', () => {
  const namespaces = Array.from(
    { length: 2000 },
    (_, i) => `  n${i}: { interfaces: { v${i}: { addresses: [10.${i >> 8}.${i & 255}.1/24] } } }`,
  )
  const links = Array.from(
    { length: 10_000 },
    (_, i) => `  - [n${i % 2000}:${i < 2000 ? 'v' : 'x'}${i}, n${(i + 1) % 2000}:w${i}]`,
  )
  const { lab, problems } = parseLabText(
    `${head}namespaces:\n${namespaces.join('\n')}\nlinks:\n${links.join('\n')}\n`,
    'f',
  )
  expect(problems).toEqual([])
  expect(lab?.links).toHaveLength(10_000)
}, 15_000)

test('a cable is impaired by direction, and pulled out at one end', () => {
  const text = `vethlab: 1
name: cable
namespaces: { a: {}, b: {} }
links:
  - ends: [a:e0, b:e0]
    unplugged: "b:e0"
    impair: { "a:e0": { loss: 100%, duplicate: 1% } }
`
  const { lab, problems } = parseLabText(text, 'cable.vethlab.yaml')
  expect(problems).toEqual([])
  const end = (name: string) => lab?.namespaces.get(name)?.interfaces.find((each) => each.name === 'e0')
  expect(end('a')).toMatchObject({
    up: true,
    impair: { lossPercent: 100, duplicatePercent: 1, delayUs: null, rateBit: null },
  })
  expect(end('b')).toMatchObject({ up: false, impair: null })
  expect(lab?.links[0]).toMatchObject({ unplugged: { namespace: 'b', interface: 'e0' } })
})
