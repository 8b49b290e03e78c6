import { test } from 'vitest'
import { readFileSync } from 'node:fs'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { excerpt } from '../../../electron/core/lab/excerpt.js'
const show = (t: string | Uint8Array) => { const a = performance.now(); const r = parseLabText(t, 'x.yaml'); const ms = performance.now() - a; const s = typeof t === 'string' ? t : ''
 return `--- ${ms.toFixed(0)}ms lab=${r.lab !== null}\n` + r.problems.slice(0, 6).map((p) => `[${p.code}] ` + excerpt(p, s.length > 1e6 ? '' : s)).join('\n') }
test('x', () => {
  const ex = readFileSync('/tmp/example.yaml', 'utf8')
  console.log(show(ex), JSON.stringify(parseLabText(ex, 'x').labFile?.guide))
  const h = 'vethlab: 1\nname: x\n'
  const cases: (string | Uint8Array)[] = ['', '# only', 'vethlab: 2\nname: x', 'name: x', '- a', h + 'namespaces:\n\tns0: {}', h + 'namespaces:\n  ns0:\n    interfaces: { veth0: { adresses: [1.2.3.4/24] } }\n    route: []\n',
   h + 'checks:\n  - { from: host, pnig: 1.2.3.4 }\n  - { from: host }\n  - { from: host, ping: 1.2.3.4, tcp: "1.2.3.4:80" }\n  - { from: host, ping: 1.2.3.4, ttl: high }\n', h + 'namespaces: { host: { nat: [ { masquerade: 10.0.0.0/8 }, { snat: 10.0.0.0/8, out: eth0 }, { dnat: tcp, to: 1.2.3.4 }, 5 ] } }',
   h + 'links: [ns0:a - ns1:b, [a, b], [ns0:x], { end: [host:a, host:b] }]', h + 'namespaces:\n  a b: {}\n  __proto__: {}\n  constructor: {}\n', h + 'namespaces:\n  a b: {}\n  constructor: {}\n  -x: 5\n',
   h + 'title: 5\nuplink: true\nbroken: yes\nlinks:\nnamespaces: [a]\n', h + 'a: &a [1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]', h+'x: &x [*x]', h + 'x: !!binary aaa', h + 'x: !foo aaa', h+'name: y', h + 'namespaces:\n  ns0: &x {}\n  ns1: { <<: *x }', '['.repeat(100000), '- '.repeat(100000), '? '.repeat(100000), 'a: '.repeat(100000), '{a: '.repeat(100000), 'a:\n' + Array.from({length: 3000}, (_, i) => ' '.repeat(i) + 'a:').join('\n'),
   h + 'namespaces:\n' + Array.from({length: 250000}, (_, i) => `  ns${i}:`).join('\n'), h + 'namespaces:\n' + Array.from({length: 90000}, (_, i) => `  ns${i}:`).join('\n'), h + 'x: [' + '1,'.repeat(2000000) + ']', h + 'x: ' + 'a '.repeat(2000000), h + '"'.repeat(4000000), h + 'x: "' + 'a\n'.repeat(1000000), h + '\n'.repeat(4000000), h + '#\n'.repeat(2000000), h + 'x: |\n' + ' a\n'.repeat(1300000), h + '\t'.repeat(4000000), h + '}'.repeat(1000000), h + '- - - \n'.repeat(100000), h+'&a '.repeat(300000), h+'x: [' + '\n'.repeat(3000000), h + 'x: {' + 'a,'.repeat(60000) + '}', h + 'x\n'.repeat(100000), h + '? x\n'.repeat(100000), h + ': x\n'.repeat(100000),  h + 'x: >\n' + 'word word\n\n'.repeat(100000), '\ufeff' + h, h + 'checks:\n' + '- {}\n'.repeat(50000), h + "x: '" + "''".repeat(1000000), '%'.repeat(1000000), h + '--- \n'.repeat(100000), h + '...\n'.repeat(100000),h+ "'a' ".repeat(500000), h + '[]: '.repeat(50000), h + '{}\n'.repeat(50000), h + 'x: ' + '[],'.repeat(100000), h + 'x: "' + '\\x41'.repeat(900000) + '"',
  ]
  for (const c of cases) console.log(JSON.stringify(String(c).slice(0, 60)), show(c))
}, 600000)
