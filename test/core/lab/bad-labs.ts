/** Files that are no labs, or wrong ones: what each must be refused for, and on which line. */

export interface BadLab {
  readonly name: string
  readonly content: string | Uint8Array
  /** Code of the first problem. */
  readonly code: string
  /** Line of the first problem, from 1. */
  readonly line: number
}

const head = 'vethlab: 1\nname: bad\n'
/** Lines after the head start at 3. */
const after = (name: string, code: string, line: number, text: string): BadLab => ({
  name,
  code,
  line,
  content: head + text,
})
/** One namespace `a` with `v` 10.0.0.2/24 cabled to `b`, and more keys for it on line 6 and on. */
const inA = (name: string, code: string, line: number, text: string): BadLab =>
  after(
    name,
    code,
    line,
    `namespaces:\n  a:\n    interfaces: { v: { addresses: [10.0.0.2/24] } }\n${text}\n  b: { interfaces: { w: { addresses: [10.0.0.1/24] } } }\nlinks: [[a:v, b:w]]\n`,
  )
const utf16 = (text: string, little: boolean): Uint8Array => {
  const units = [0xfeff, ...Array.from(text, (_, i) => text.charCodeAt(i))]
  return Uint8Array.from(units.flatMap((unit) => (little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])))
}
const bytes = (text: string, ...more: number[]): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(text), ...more])
const bomb = [
  'a: &l0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 9 },
    (_, i) => `b${i}: &l${i + 1} [${Array.from({ length: 10 }, () => `*l${i}`).join(', ')}]`,
  ),
]

const fileFormat: readonly BadLab[] = [
  { name: 'empty file', content: '', code: 'empty-file', line: 1 },
  { name: 'only comments', content: '# a lab\n# one day\n', code: 'empty-file', line: 1 },
  { name: 'empty document', content: '---\n', code: 'empty-file', line: 1 },
  { name: 'ELF binary', content: Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]), code: 'binary', line: 1 },
  { name: 'NUL in text', content: `${head}title: a\u0000b\n`, code: 'binary', line: 1 },
  { name: 'PNG bytes', content: Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), code: 'not-utf8', line: 1 },
  { name: 'Latin-1 umlaut', content: bytes(`${head}title: Br`, 0xfc, 0x63, 0x6b, 0x65, 10), code: 'not-utf8', line: 3 },
  { name: 'character cut in two', content: bytes(`${head}title: `, 0xe9, 0x80), code: 'not-utf8', line: 3 },
  { name: 'overlong encoding', content: bytes(head, 0xc0, 0xaf), code: 'not-utf8', line: 3 },
  { name: 'UTF-16 little endian', content: utf16(head, true), code: 'not-utf8', line: 1 },
  { name: 'UTF-16 big endian', content: utf16(head, false), code: 'not-utf8', line: 1 },
  after('escape character', 'bad-character', 3, 'title: "\u001b[31m"\n'),
  { name: '5 MiB of bytes', content: new Uint8Array(5 * 1024 * 1024).fill(0x61), code: 'file-too-large', line: 1 },
  { name: '4 MiB and one byte', content: `${head}#`.padEnd(4 * 1024 * 1024 + 1, 'x'), code: 'file-too-large', line: 1 },
  {
    name: 'few characters, many bytes',
    content: `${head}#`.padEnd(3 * 1024 * 1024, '名'),
    code: 'file-too-large',
    line: 1,
  },
  after('a million numbers', 'file-too-large', 3, `x: [${'1,'.repeat(1_000_000)}]`),
  after(
    'a map of 300 000 keys',
    'file-too-large',
    140_000,
    `namespaces:\n${Array.from({ length: 300_000 }, (_, i) => `  n${i}:`).join('\n')}`,
  ),
  after(
    'a map of 90 000 keys',
    'too-many',
    20_004,
    `namespaces:\n${Array.from({ length: 90_000 }, (_, i) => `  n${i}:`).join('\n')}`,
  ),
  after(
    '2001 namespaces',
    'too-many',
    3,
    `namespaces:\n${Array.from({ length: 2001 }, (_, i) => `  n${i}:`).join('\n')}`,
  ),
  after(
    '10 001 links',
    'too-many',
    3,
    `links:\n${Array.from({ length: 10_001 }, (_, i) => `- [host:a${i}, host:b${i}]`).join('\n')}`,
  ),
  { name: '100 000 open brackets', content: '['.repeat(100_000), code: 'too-deep', line: 1 },
  { name: '100 000 open braces', content: '{a: '.repeat(100_000), code: 'too-deep', line: 1 },
  { name: '100 000 dashes', content: '- '.repeat(100_000), code: 'too-deep', line: 1 },
  { name: '100 000 question marks', content: '? '.repeat(100_000), code: 'too-deep', line: 1 },
  after('21 levels of maps', 'too-deep', 23, Array.from({ length: 30 }, (_, i) => `${' '.repeat(i)}k${i}:`).join('\n')),
  { name: '300 000 anchors', content: `${head}${'&a '.repeat(300_000)}`, code: 'too-many-aliases', line: 3 },
  after('alias bomb', 'alias-bomb', 8, bomb.slice(0, 9).join('\n')),
  after('101 aliases', 'too-many-aliases', 4, `x: &x 1\ny: [${'*x, '.repeat(101)}]\n`),
  after('alias loop', 'alias-loop', 3, 'x: &x [*x]\n'),
  after('alias without anchor', 'unknown-alias', 3, 'title: *nothing\n'),
  after('aliases that nest too deep', 'too-deep', 4, 'x: &x [[[[[[[[[[[[1]]]]]]]]]]]]\ny: [[[[[[[[[[[*x]]]]]]]]]]]\n'),
  after('merge key', 'merge-key', 5, 'namespaces:\n  a: &a { forwarding: true }\n  b: { <<: *a }\n'),
  after('custom tag', 'custom-tag', 3, 'title: !!python/object:os.system ls\n'),
  after('binary tag', 'custom-tag', 3, 'title: !!binary aGk=\n'),
  { name: 'YAML 1.1 directive', content: `%YAML 1.1\n---\n${head}`, code: 'yaml-directive', line: 1 },
  { name: 'tag directive', content: `%TAG ! tag:x,2000:\n---\n${head}`, code: 'yaml-directive', line: 1 },
  after('second document', 'several-documents', 3, '---\nvethlab: 1\nname: two\n'),
  after('tab as indentation', 'yaml-tab', 4, 'namespaces:\n\ta:\n'),
  after('truncated in a flow map', 'yaml-syntax', 4, 'namespaces:\n  a: { interfaces: { v: { addr'),
  after('truncated in a quote', 'yaml-syntax', 4, 'namespaces:\n  a: { interfaces: { v: { addresses: ["10.0'),
  after('bad indentation', 'yaml-syntax', 5, 'namespaces:\n    a: {}\n  b: {}\n'),
  after('missing colon', 'yaml-syntax', 4, 'namespaces:\n  a\n  b: {}\n'),
  after('two colons on a line', 'yaml-syntax', 3, 'title: one: two\n'),
  after('list as key', 'yaml-syntax', 3, '[a, b]: c\n'),
  after('key twice', 'duplicate-key', 5, 'namespaces:\n  a:\n  a:\n'),
  after('top-level key twice', 'duplicate-key', 3, 'name: again\n'),
  after('prototype key', 'illegal-name', 4, 'namespaces:\n  __proto__: { forwarding: true }\n'),
  after('interface __proto__', 'illegal-name', 4, 'namespaces:\n  a: { interfaces: { "__proto__": { mtu: 1500 } } }\n'),
  after('constructor as key', 'unknown-key', 3, 'constructor: { prototype: 1 }\n'),
]

const schema: readonly BadLab[] = [
  { name: 'no version', content: 'name: x\n', code: 'missing-version', line: 1 },
  { name: 'mistyped version key', content: 'vethlb: 1\nname: x\n', code: 'missing-version', line: 1 },
  { name: 'future version', content: 'vethlab: 2\nname: x\nnewThing: [1]\n', code: 'newer-version', line: 1 },
  { name: 'version as text', content: 'vethlab: "1"\nname: x\n', code: 'bad-version', line: 1 },
  { name: 'version zero', content: '# old\nvethlab: 0\nname: x\n', code: 'bad-version', line: 2 },
  { name: 'a list', content: '- vethlab: 1\n', code: 'wrong-type', line: 1 },
  { name: 'one word', content: 'hello\n', code: 'wrong-type', line: 1 },
  { name: 'JSON of something else', content: '{"dependencies": {"vethlab": "1"}}\n', code: 'missing-version', line: 1 },
  { name: 'no name', content: 'vethlab: 1\n', code: 'missing-key', line: 1 },
  { name: 'capital letters in the name', content: 'vethlab: 1\nname: My Lab\n', code: 'illegal-name', line: 2 },
  { name: 'number as lab name', content: 'vethlab: 1\nname: 7\n', code: 'wrong-type', line: 2 },
  after('unknown key', 'unknown-key', 3, 'namespace: {}\n'),
  after(
    'unknown key of an interface',
    'unknown-key',
    5,
    'namespaces:\n  a:\n    interfaces: { v: { adresses: [10.0.0.1/24] } }\n',
  ),
  after(
    'program in a service',
    'unknown-key',
    4,
    'namespaces:\n  a: { services: [{ listen: tcp, port: 80, command: nginx }] }\n',
  ),
  after('namespaces as list', 'wrong-type', 3, 'namespaces: [a, b]\n'),
  after('links as nothing', 'wrong-type', 3, 'links:\n'),
  after('address as text', 'wrong-type', 4, 'namespaces:\n  a: { interfaces: { v: { addresses: 10.0.0.1/24 } } }\n'),
  after('yes for true', 'wrong-type', 4, 'namespaces:\n  a: { forwarding: yes }\n'),
  after('uplink true', 'bad-value', 3, 'uplink: true\n'),
  after('number as namespace', 'wrong-type', 3, 'checks: [{ from: 1, ping: 10.0.0.1 }]\n'),
  after('space in a namespace name', 'illegal-name', 4, 'namespaces:\n  my router: {}\n'),
  after('33 letters', 'illegal-name', 4, `namespaces:\n  ${'n'.repeat(33)}: {}\n`),
  after('path as namespace', 'illegal-name', 4, 'namespaces:\n  ../../etc: {}\n'),
  after('slash in an interface name', 'illegal-name', 4, 'namespaces:\n  a: { interfaces: { eth/0: {} } }\n'),
  after('dots as interface name', 'illegal-name', 4, 'namespaces:\n  a: { interfaces: { "..": {} } }\n'),
  after('mtu too small', 'out-of-range', 4, 'namespaces:\n  a: { interfaces: { v: { mtu: 60 } } }\n'),
  after('mtu with a fraction', 'wrong-type', 4, 'namespaces:\n  a: { interfaces: { v: { mtu: 1500.5 } } }\n'),
  after('port 65536', 'out-of-range', 4, 'namespaces:\n  a: { services: [{ listen: tcp, port: 65536 }] }\n'),
  after('short MAC', 'bad-mac', 4, 'namespaces:\n  a: { interfaces: { v: { mac: 02:00:00:00:01 } } }\n'),
  after('kernel sysctl', 'illegal-sysctl', 4, 'namespaces:\n  a: { sysctls: { kernel.core_pattern: x } }\n'),
  after(
    'sysctl that climbs',
    'illegal-sysctl',
    4,
    'namespaces:\n  a: { sysctls: { net/../kernel/core_pattern: x } }\n',
  ),
  after('link with one end', 'too-few', 3, 'links: [[host:a]]\n'),
  after('link as text', 'wrong-type', 3, 'links: [host:a - host:b]\n'),
  after('link end without interface', 'bad-endpoint', 3, 'links: [[host, host:b]]\n'),
  after('mistyped kind of check', 'unknown-key', 3, 'checks: [{ from: host, pnig: 10.0.0.1 }]\n'),
  after('check of nothing', 'missing-key', 3, 'checks: [{ from: host }]\n'),
  after('check of two kinds', 'conflicting-keys', 3, 'checks: [{ from: host, ping: 10.0.0.1, tcp: 10.0.0.1:80 }]\n'),
  after('unknown outcome', 'bad-value', 3, 'checks: [{ from: host, ping: 10.0.0.1, expect: replies }]\n'),
  after(
    'NAT of two kinds',
    'conflicting-keys',
    4,
    'namespaces:\n  host: { nat: [{ masquerade: 10.0.0.0/8, snat: 10.0.0.0/8, out: eth0 }] }\n',
  ),
  after('SNAT without target', 'missing-key', 4, 'namespaces:\n  host: { nat: [{ snat: 10.0.0.0/8, out: eth0 }] }\n'),
  after(
    'unknown tunnel',
    'bad-value',
    3,
    'tunnels: [{ type: gre, id: 1, namespace: host, name: g, local: 10.0.0.1, remote: 10.0.0.2 }]\n',
  ),
  after(
    'VXLAN id of 25 bits',
    'out-of-range',
    3,
    'tunnels: [{ type: vxlan, id: 16777216, namespace: host, name: g, local: 10.0.0.1, remote: 10.0.0.2 }]\n',
  ),
  after('layout without y', 'missing-key', 3, 'layout: { host: { x: 1 } }\n'),
  after('layout at infinity', 'wrong-type', 3, 'layout: { host: { x: .inf, y: 0 } }\n'),
  after('step without title', 'missing-key', 4, 'guide:\n  - { text: hello }\n'),
]

const meaning: readonly BadLab[] = [
  inA('16 bytes of interface name', 'name-too-long', 6, '    bridges: { abcdefghijklmnop: {} }'),
  inA('16 bytes in few characters', 'name-too-long', 6, '    bridges: { 网桥网桥网桥: {} }'),
  after(
    'bridge called like an interface',
    'name-twice',
    5,
    'namespaces:\n  a:\n    interfaces: { br0: {} }\n    bridges: { br0: {} }\n',
  ),
  after(
    'link end called like a bridge',
    'name-twice',
    4,
    'namespaces: { host: { bridges: { br0: {} } } }\nlinks: [[host:br0, host:x]]\n',
  ),
  after(
    'tunnel called like a bridge',
    'name-twice',
    4,
    'namespaces: { host: { bridges: { t: {} }, interfaces: { u: { addresses: [10.0.0.1/24] } } } }\ntunnels: [{ type: vxlan, id: 1, namespace: host, name: t, local: 10.0.0.1, remote: 10.0.0.2 }]\n',
  ),
  after('lo as a link end', 'reserved-name', 3, 'links: [[host:lo, host:x]]\n'),
  after('link to itself', 'link-to-itself', 3, 'links: [[host:x, host:x]]\n'),
  after(
    'link to a namespace that is not there',
    'unknown-namespace',
    4,
    'namespaces: { router: {} }\nlinks: [[router:a, ruoter:b]]\n',
  ),
  after('one end in two links', 'end-twice', 5, 'links:\n  - [host:a, host:b]\n  - [host:b, host:c]\n'),
  after('dot as a link end', 'illegal-name', 3, 'links: [["host:.", host:b]]\n'),
  after('delay without a unit', 'bad-impair', 3, 'links: [{ ends: [host:a, host:b], impair: { delay: "20" } }]\n'),
  after('loss above all', 'bad-impair', 3, 'links: [{ ends: [host:a, host:b], impair: { loss: 101% } }]\n'),
  after(
    'tunnel between families',
    'family-mismatch',
    4,
    'namespaces: { host: { interfaces: { u: { addresses: [10.0.0.1/24] } } } }\ntunnels: [{ type: vxlan, id: 1, namespace: host, name: t, local: 10.0.0.1, remote: "fd00::1" }]\n',
  ),
  after(
    'tunnel id twice',
    'tunnel-twice',
    6,
    'namespaces: { host: { interfaces: { u: { addresses: [10.0.0.1/24] } } } }\ntunnels:\n  - { type: vxlan, id: 1, namespace: host, name: t, local: 10.0.0.1, remote: 10.0.0.2 }\n  - { type: vxlan, id: 1, namespace: host, name: s, local: 10.0.0.1, remote: 10.0.0.3 }\n',
  ),
  inA('port that is not there', 'unknown-interface', 6, '    bridges: { br0: { ports: [u] } }'),
  after(
    'port of two bridges',
    'port-twice',
    6,
    'namespaces:\n  a:\n    interfaces: { p: {} }\n    bridges: { br0: { ports: [p] }, br1: { ports: [p] } }\n',
  ),
  after('bridge in a bridge', 'bad-port', 4, 'namespaces:\n  a: { bridges: { br0: { ports: [br1] }, br1: {} } }\n'),
  after(
    '1024 ports',
    'too-many-ports',
    5,
    `namespaces:\n  a:\n    bridges: { br0: { ports: [${Array.from({ length: 1024 }, (_, i) => `p${i}`).join(', ')}] } }\n    interfaces: { ${Array.from({ length: 1024 }, (_, i) => `p${i}: {}`).join(', ')} }\n`,
  ),
  inA('address out of range', 'bad-address', 6, '    bridges: { br0: { addresses: [10.0.0.256/24] } }'),
  inA('octal address', 'bad-address', 6, '    bridges: { br0: { addresses: [10.0.0.010/24] } }'),
  inA('short address', 'bad-address', 6, '    bridges: { br0: { addresses: [10.1/16] } }'),
  inA('prefix of 33 bits', 'bad-address', 6, '    bridges: { br0: { addresses: [10.1.0.1/33] } }'),
  inA('address without prefix', 'missing-prefix-length', 6, '    bridges: { br0: { addresses: [10.1.0.1] } }'),
  inA('address twice', 'address-twice', 6, '    bridges: { br0: { addresses: ["fd00::1/64", "fd00:0::1/64"] } }'),
  inA('gateway outside', 'gateway-outside', 6, '    routes: [{ to: default, via: 10.0.1.1 }]'),
  inA('own address as gateway', 'gateway-self', 6, '    routes: [{ to: default, via: 10.0.0.2 }]'),
  inA(
    'gateway behind the wrong device',
    'gateway-outside',
    7,
    '    bridges: { br0: {} }\n    routes: [{ to: default, via: 10.0.0.1, dev: br0 }]',
  ),
  inA('gateway with a prefix', 'bad-address', 6, '    routes: [{ to: default, via: 10.0.0.1/24 }]'),
  inA('gateway of the other family', 'family-mismatch', 6, '    routes: [{ to: "::/0", via: 10.0.0.1 }]'),
  inA('link-local gateway without device', 'gateway-without-dev', 6, '    routes: [{ to: default, via: "fe80::1" }]'),
  inA('route to a host in a network', 'host-bits', 6, '    routes: [{ to: 10.5.0.1/24, via: 10.0.0.1 }]'),
  inA('mistyped default', 'bad-address', 6, '    routes: [{ to: defualt, via: 10.0.0.1 }]'),
  inA('route to nowhere', 'route-without-target', 6, '    routes: [{ to: 10.5.0.0/24 }]'),
  inA(
    'blackhole with gateway',
    'route-conflict',
    6,
    '    routes: [{ to: 10.5.0.0/24, type: blackhole, via: 10.0.0.1 }]',
  ),
  inA(
    'route twice',
    'route-twice',
    8,
    '    routes:\n      - { to: default, via: 10.0.0.1 }\n      - { to: 0.0.0.0/0, via: 10.0.0.3 }',
  ),
  inA('device that is not there', 'unknown-interface', 6, '    routes: [{ to: 10.5.0.0/24, dev: eth0 }]'),
  inA(
    'route through an interface that is down',
    'interface-down',
    7,
    '    bridges: { br0: { up: false } }\n    routes: [{ to: 10.5.0.0/24, dev: br0 }]',
  ),
  inA('NAT out of nothing', 'unknown-interface', 6, '    nat: [{ masquerade: 10.0.0.0/24, out: w }]'),
  inA('DNAT to a port only', 'bad-target', 6, '    nat: [{ dnat: { protocol: tcp, port: 80 }, to: ":80" }]'),
  inA('SNAT to a port', 'bad-target', 6, '    nat: [{ snat: 10.0.0.0/24, out: v, to: 10.0.0.2:80 }]'),
  inA('SNAT between families', 'family-mismatch', 6, '    nat: [{ snat: 10.0.0.0/24, out: v, to: "fd00::1" }]'),
  inA(
    'firewall port without protocol',
    'port-needs-protocol',
    6,
    '    firewall: [{ chain: input, port: 80, action: drop }]',
  ),
  inA(
    'firewall between families',
    'family-mismatch',
    6,
    '    firewall: [{ chain: forward, source: 10.0.0.1, destination: "fd00::1", action: drop }]',
  ),
  inA('outgoing interface of input', 'wrong-chain', 6, '    firewall: [{ chain: input, out: v, action: drop }]'),
  inA(
    'two responders on one port',
    'service-twice',
    6,
    '    services: [{ listen: tcp, port: 80 }, { listen: tcp, port: 80 }]',
  ),
  inA(
    'one sysctl in two spellings',
    'sysctl-twice',
    6,
    '    sysctls: { net.ipv4.ip_forward: 1, net/ipv4/ip_forward: 0 }',
  ),
  after('check from nowhere', 'unknown-namespace', 3, 'checks: [{ from: hots, ping: 10.0.0.1 }]\n'),
  after('check of a name that is not there', 'unknown-namespace', 3, 'checks: [{ from: host, ping: example.com }]\n'),
  after(
    'check of a namespace without address',
    'no-address',
    4,
    'namespaces: { a: {} }\nchecks: [{ from: host, ping: a }]\n',
  ),
  after('TCP check without port', 'bad-target', 3, 'checks: [{ from: host, tcp: 10.0.0.1 }]\n'),
  after('ping with port', 'bad-target', 3, 'checks: [{ from: host, ping: "10.0.0.1:80" }]\n'),
  after('ping that connects', 'wrong-outcome', 3, 'checks: [{ from: host, ping: 10.0.0.1, expect: connected }]\n'),
  after(
    'path from elsewhere',
    'wrong-path',
    4,
    'namespaces: { a: {} }\nchecks: [{ from: host, ping: 10.0.0.1, path: [a, host] }]\n',
  ),
  after(
    'answer outside the options',
    'answer-outside',
    3,
    'guide: [{ title: t, ask: { question: q, options: [a, b], answer: 2 } }]\n',
  ),
]

export const badLabs: readonly BadLab[] = [...fileFormat, ...schema, ...meaning]
