/** What an import leaves out is said in the window's language: the sentences and every part of them that is ours. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { importClab } from '../../../electron/core/exchange/clab/from-clab.js'
import { whyUnread, type WhyUnread } from '../../../electron/core/exchange/folder.js'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { importKathara } from '../../../electron/core/exchange/kathara/from-kathara.js'
import { importMiniEdit } from '../../../electron/core/exchange/miniedit/from-miniedit.js'
import type { Imported } from '../../../electron/core/exchange/imported.js'
import { inEnglish, type Said } from '../../../electron/core/words/said.js'
import { chinese } from '../../../renderer/i18n/said.js'

const han = /\p{Script=Han}/u
const importers = new URL('../../../electron/core/exchange/', import.meta.url).pathname

/** Files whose words are for the command line alone: exports, and what a script that was run has left in the kernel. */
const forTerminals = new Set(['beyond.ts', 'exported.ts', 'to-script.ts', 'clab/to-clab.ts'])

/** A template or text that reads as a sentence and is not marked as one. */
function plainSentences(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(join(importers, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isThrowStatement(node)) return
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
    const marked = ts.isTaggedTemplateExpression(node.parent) && node.parent.tag.getText() === 'said'
    if (isText && !marked && /^["'`]\S*[A-Za-z]\S* .* .*[.:]["'`]$/.test(node.getText())) found.push(node.getText())
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(source, visit)
  return found
}

test('no sentence of an importer is written without its mark', () => {
  const files = readdirSync(importers, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(50)
  expect(files.filter((file) => !forTerminals.has(file)).flatMap(plainSentences)).toEqual([])
})

/** What the sentences are filled with must be words of the text, which no language changes; these are quoted or are one word. */
function strange({ key, params }: Said): readonly string[] {
  return Object.entries(params).flatMap(([name, value]) => {
    if (typeof value !== 'string') return strange(value)
    const quoted = /^".*"$/s.test(value) || key.includes(`\`{${name}}\``) || key === '{0}'
    return quoted || !/\s/.test(value) ? [] : [`${key} <- ${value}`]
  })
}

function expectChinese({ notices, problems }: Imported, atLeast: number): void {
  expect(notices.length + problems.length).toBeGreaterThanOrEqual(atLeast)
  for (const { message, hint, said } of [...notices, ...problems]) {
    expect(inEnglish(said.message)).toBe(message)
    expect(said.hint && inEnglish(said.hint)).toBe(hint)
    for (const each of [said.message, ...(said.hint ? [said.hint] : [])]) {
      expect(chinese(each)).toMatch(han)
      expect(strange(each)).toEqual([])
    }
  }
}

test('a script that a lab can say little of', () => {
  const script = [
    'ip netns add a',
    'ip netns add host',
    'ip netns add "b c"',
    'ip link add v0 netns a type veth peer name v1 netns nowhere',
    'ip link add m0 type macvlan',
    'ip addr add 10.0.0.1/24',
    'ip -n a addr add 10.0.0.1/24 dev nothing',
    'ip -n a route add 10.0.0.0/8 via 10.9.9.9',
    'ip rule add from 10.0.0.1',
    'iptables -P FORWARD QUEUE',
    'iptables -t nat -A POSTROUTING -p icmp -j MASQUERADE',
    'iptables -t mangle -A FORWARD -j DROP',
    'iptables -A FORWARD -i gone0 -j DROP',
    'tc qdisc add dev v0 root htb',
    'sysctl -w kernel.panic=1',
    'brctl setfd br0 0',
    'ifconfig eth0 10.0.0.1',
    'ip link add n0 type veth peer name n1',
    'ifconfig n0 10.0.0.1/24 netmask 1.0.1.0 add 10.0.0.2 fd00::1 tunnel ::1',
    'ifconfig n0:7 netmask 255.0.0.0',
    'route flush; route add 10.1.0.0/16 gw 10.0.0.2; route add -net 10.1.0.0 gw 10.0.0.2',
    'route add default gw 10.0.0.2; route add default gw 10.0.0.3; route add -net 10.3.0.0/16 gw 10.0.0.3 mss 1400',
    'arp -f; arp -s 10.9.9.9 02:00:00:00:00:09; arp -s 10.0.0.9 02:00:00:00:00:09 temp',
    'vconfig set_name_type VLAN_PLUS_VID; vconfig add n0 5000; vconfig set_flag n0.5 1 1',
    'ip link add lost type vxlan id 5 remote 192.0.2.9',
    'dnsmasq -F 10.0.0.100,10.0.0.150,12h',
    'modprobe dummy',
    'python3 -m http.server',
    'frobnicate',
    'xargs ip link add',
    'source ./elsewhere.sh',
    'for i in $(hostname); do ip netns add "ns$i"; done',
    'if curl example.org; then ip netns add late; fi',
    'ip link set "$NIC" up',
    'echo {{ router }}',
    'trap "ip netns del a" EXIT',
    'ip netns exec a ip addr add "(',
  ].join('\n')
  expectChinese(importScript(script, 'little.sh'), 20)
})

test('a topology that a lab can say little of', () => {
  const topology = `name: t
mgmt: { network: x }
topology:
  nodes:
    a: { kind: srl, image: x, ports: ["80:80"], labels: { x: y }, exec: ["ip route add 10.0.0.0/8", "ip link add $X"] }
    b: { network-mode: host }
    c: { kind: linux, network-mode: "container:none" }
    d: { kind: ext-container, sysctls: { kernel.panic: 1 } }
    br: { kind: ovs-bridge, network-mode: "container:none" }
  links:
    - 5
    - { type: macvlan, endpoints: ["a:e1"] }
    - endpoints: ["a:e1"]
    - endpoints: ["a:ethernet-1/1", "nobody:e1"]
    - endpoints: ["a:ethernet-1/1", "mgmt-net:e1"]
    - { endpoints: [{ node: a, interface: e2, mac: x, ipv4: 1.2.3.4 }, { node: d, interface: e3 }], vars: {} }
`
  expectChinese(importClab(topology, 't.clab.yml'), 14)
})

test('labs of other tools that a lab can say little of', () => {
  const conf =
    'LAB_WEB=x\na[0]="some_domain_of_ours"\na[1]="some_domain_of_ours"\na[2]=x-y\na[3]="B/z"\na[image]=x\na[bridged]=true\nx\n'
  const files = new Map([
    ['lab.conf', conf],
    ['b.startup', ''],
  ])
  expectChinese(importKathara({ prefix: '', files, others: ['lab.ext', 'a/x'], alone: true }, 'x'), 10)
  const unread = (Object.keys(whyUnread) as WhyUnread[]).map((why) => ({ path: `${why}.startup`, why }))
  const bounded = { prefix: '', files: new Map([['lab.conf', 'a[0]="A"\n']]), others: [], unread, lookedAt: 7 }
  expectChinese(importKathara(bounded, 'x'), unread.length + 1)
  expectChinese(importKathara({ prefix: '', files: new Map([['lab.conf', 'x']]), others: [] }, 'x'), 1)
  const topology = {
    application: { dpctl: '1' },
    controllers: [{}],
    hosts: [{ x: '1', opts: { hostname: 'a', stopCommand: 'x', cpu: 1, privateDirectory: ['x'], y: 1 } }, {}],
    switches: [{ opts: { hostname: 'a' } }, { opts: { hostname: 'r', switchType: 'legacyRouter' } }, { number: 1 }],
    links: [{ src: 'a', dest: 'r', opts: { bw: 5000 } }, { src: 'a' }],
  }
  expectChinese(importMiniEdit(JSON.stringify(topology), 'x.mn'), 12)
  expectChinese(importMiniEdit('{}', 'x.mn'), 1)
})

test.each([
  ['a lab file', 'vethlab: 1\nname: x\n'],
  ['YAML that does not read', 'topology: [\n'],
  ['a second document', 'a: 1\n---\nb: 2\n'],
  ['a tag', 'a: !!js/function x\n'],
  ['a name that no object may have', '__proto__: 1\n'],
  ['a template', 'topology:\n  nodes: {{ nodes }}\n'],
  ['nothing', ''],
])('%s instead of a topology', (_, text) => {
  expectChinese(importClab(text, 'x.yml'), 1)
})

test.each([
  ['a binary file', new Uint8Array([0x7f, 0x45, 0])],
  ['another encoding', new Uint8Array([0xff, 0xfe, 0x41])],
  ['a control character', 'ip netns add \u0007'],
])('%s instead of a script', (_, input) => {
  expectChinese(importScript(input, 'x.sh'), 1)
})
