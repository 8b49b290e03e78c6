/** Labs of Kathara and topologies of MiniEdit: what they make, and what is named as left out. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Folder } from '../../../electron/core/exchange/folder.js'
import { foreignKind } from '../../../electron/core/exchange/foreign.js'
import type { Imported } from '../../../electron/core/exchange/imported.js'
import { importKathara } from '../../../electron/core/exchange/kathara/from-kathara.js'
import { importMiniEdit } from '../../../electron/core/exchange/miniedit/from-miniedit.js'
import { readNetnsFile } from '../../../electron/core/lab/netns-files.js'
import { createLabText } from '../../../electron/core/lab/print.js'

const fixtures = new URL('../../fixtures/exchange/', import.meta.url).pathname

const kathara = (files: Readonly<Record<string, string>>, rest: Partial<Folder> = {}): Imported =>
  importKathara({ prefix: 'x/', files: new Map(Object.entries(files)), others: [], ...rest }, 'x')

const said = ({ notices }: Imported): string[] => notices.map(({ file, line, message }) => `${file}:${line} ${message}`)
const textOf = ({ labFile }: Imported): string => (labFile ? createLabText(labFile) : '')

describe('Kathara', () => {
  test('a lab of every kind of line: what is in it, and every line that is not', () => {
    const names = ['pc1', 'pc2', 'r1', 'r2', 'shared', 'gone'].map((name) => `${name}.startup`)
    const read = (path: string): string => readFileSync(join(fixtures, 'kathara', path), 'utf8')
    const files = ['lab.conf', 'pc2/etc/hosts', ...names].map((path) => [path, read(path)] as const)
    const imported = kathara(Object.fromEntries(files), { others: ['r1/etc/frr/frr.conf', 'lab.dep', 'lab.ext'] })
    expect(textOf(imported)).toBe(`vethlab: 1
name: two-offices
description: Static routes over a backbone

namespaces:
  host:
    bridges:
      left: { ports: [pc1-eth0, r1-eth0] }
      backbone_of_the: { ports: [r1-eth1, r2-eth0] }
      right: { ports: [pc2-eth0, r2-eth1] }
  pc1:
    forwarding: true
    interfaces:
      eth0: { addresses: [10.1.0.10/24] }
    routes:
      - { to: default, via: 10.1.0.1 }
    sysctls: { net.ipv4.icmp_ratelimit: "0" }
  r1:
    forwarding: true
    interfaces:
      eth0: { addresses: [10.1.0.1/24] }
      eth1: { addresses: [10.9.0.1/30] }
    routes:
      - { to: 10.2.0.0/24, via: 10.9.0.2 }
    sysctls: { net.ipv4.icmp_ratelimit: "0" }
  pc2:
    forwarding: true
    interfaces:
      eth0: { addresses: [10.2.0.10/24], mac: 02:00:00:00:00:22 }
    routes:
      - { to: default, via: 10.2.0.1 }
    resolver: { nameservers: [10.1.0.10] }
    hosts: { 10.1.0.10: [pc1, pc1.lab] }
    sysctls: { net.ipv4.icmp_ratelimit: "0" }
  r2:
    forwarding: true
    interfaces:
      eth0: { addresses: [10.9.0.2/30] }
      eth1: { addresses: [10.2.0.1/24] }
    routes:
      - { to: 10.1.0.0/24, via: 10.9.0.1 }
    sysctls: { net.ipv4.icmp_ratelimit: "0", net.ipv4.conf.all.log_martians: "1" }

links:
  - [pc1:eth0, host:pc1-eth0]
  - [r1:eth0, host:r1-eth0]
  - [r1:eth1, host:r1-eth1]
  - [pc2:eth0, host:pc2-eth0]
  - [r2:eth0, host:r2-eth0]
  - [r2:eth1, host:r2-eth1]
`)
    expect(said(imported)).toEqual([
      'x/lab.conf:1 "gone.startup" is left out: "lab.conf" has no device of that name.',
      'x/lab.conf:1 "lab.ext" is left out: a lab is connected to no interface of your machine.',
      'x/lab.conf:3 "LAB_AUTHOR" is left out: a lab file has no words for it.',
      'x/lab.conf:7 "image" is left out: a namespace runs no image.',
      'x/lab.conf:8 "r1/etc/frr/frr.conf" is left out: a namespace shares the files of your machine.',
      'x/lab.conf:9 The collision domain "backbone_of_the_lab" becomes the bridge "backbone_of_the".',
      'x/lab.conf:18 "bridged" is left out: write `uplink: on` into the lab file for a way to your own network.',
      'x/lab.conf:19 "right" is left out: it is not of the form DEVICE[KEY]="VALUE".',
      'x/pc1.startup:3 "/etc/init.d/ssh" is not a command that a lab is made from.',
      'x/r1.startup:4 "systemctl" is not a command that a lab is made from.',
    ])
  })

  test('what Kathara itself refuses, names that do not fit, and IPv6 that is forwarded where it is spoken', () => {
    const imported = kathara({
      'lab.conf': [
        'a_device_with_a_long_name[0]="A"\r',
        'a_device_with_a_long_name[0]="B"',
        'a_device_with_a_long_name[1]="A"',
        'host[0]="A"',
        'c[0]="not-a-domain"',
        'c[0]="A/nothing"',
        'c[sysctl]="kernel.panic=1"',
      ].join('\n'),
      'c.startup': 'ip addr add fd00::1/64 dev eth0\nexit 0\nip addr add fd00::2/64 dev eth0\n',
      'host.startup': 'f() { ip addr add 10.0.0.1/8 dev eth0; }\nf\n',
      'a_device_with_a_long_name.startup': 'f\nsysctl -w net.ipv6.conf.all.forwarding=0\n',
    })
    expect(said(imported)).toEqual([
      'x/lab.conf:2 There is an interface "eth0" in "a_device_with_a_long_name" already.',
      'x/lab.conf:3 "a_device_with_a_long_name" is in the collision domain "A" already; this line is left out.',
      'x/lab.conf:4 The namespace name "host" is the default namespace of every lab; it becomes "host-1".',
      'x/lab.conf:5 "not-a-domain" is no collision domain; it is left out.',
      'x/lab.conf:6 "nothing" is no hardware address; it is left out.',
      'x/lab.conf:7 "kernel.panic" is not a sysctl that a lab may set.',
      'x/a_device_with_a_long_name.startup:1 "f" is not a command that a lab is made from.',
    ])
    const { a_device_with_a_long_name: long, c, 'host-1': host } = imported.labFile?.namespaces ?? {}
    expect([host?.forwarding, host?.sysctls]).toEqual([true, { 'net.ipv4.icmp_ratelimit': '0' }])
    expect(long?.sysctls).toEqual({ 'net.ipv4.icmp_ratelimit': '0', 'net.ipv6.conf.all.forwarding': '0' })
    expect([c?.interfaces?.['eth0']?.addresses, host?.interfaces?.['eth0']?.addresses]).toEqual([
      ['fd00::1/64'],
      ['10.0.0.1/8'],
    ])
    expect(imported.labFile?.links?.[0]).toEqual(['a_device_with_a_long_name:eth0', 'host:a_device_w-eth0'])
  })

  test('a title may have a comment behind it, and an apostrophe or a number sign in it', () => {
    const titles = (name: string, description: string): unknown => {
      const conf = `LAB_NAME=${name}\nLAB_DESCRIPTION=${description}\na[0]="A" # first\na[1]=B#second\na[2]=C"D\n`
      const imported = kathara({ 'lab.conf': conf })
      expect(said(imported)).toEqual([
        'x/lab.conf:5 "a[2]=C\\"D" is left out: it is not of the form DEVICE[KEY]="VALUE".',
      ])
      return [imported.labFile?.name, imported.labFile?.description]
    }
    expect(titles('"two offices" # of ours', `It's lab #7, C#1 # draft`)).toEqual(['two-offices', `It's lab`])
    expect(titles('offices  # of ours', `'with # within'`)).toEqual(['offices', 'with # within'])
    expect(titles('offices#7', `"a" and "b"`)).toEqual(['offices-7', '"a" and "b"'])
  })

  test('lab.conf alone says that the rest is missing; what is no lab of Kathara is refused', () => {
    expect(said(kathara({ 'lab.conf': 'a[0]="A"\n' }, { alone: true }))).toEqual([
      'x/lab.conf:1 Only "lab.conf" was read; the start-up files that lie beside it are left out.',
    ])
    const none = kathara({ 'lab.conf': 'a=b\n' })
    expect([none.labFile, said(none)]).toEqual([
      null,
      ['x/lab.conf:1 This is no lab of Kathara: no line says DEVICE[0]="DOMAIN".'],
    ])
  })
})

describe('MiniEdit', () => {
  test('hosts, switches, a router and links: what is in it, and every line that is not', () => {
    const imported = importMiniEdit(readFileSync(join(fixtures, 'campus.mn'), 'utf8'), 'campus.mn')
    expect(textOf(imported)).toBe(`vethlab: 1
name: campus

namespaces:
  host:
    bridges:
      s1: { addresses: [10.0.0.100/8], ports: [s1-eth1, s1-eth2, s1-eth3] }
      s2: { ports: [s2-eth1] }
  h1:
    interfaces:
      h1-eth0: { addresses: [10.0.0.1/8] }
  h2:
    interfaces:
      h2-eth0: { addresses: [10.0.0.7/8] }
    sysctls: { net.ipv4.conf.all.arp_ignore: "1" }
  h3:
    interfaces:
      h3-eth0: { addresses: [192.168.5.2/24] }
    routes:
      - { to: default, via: 192.168.5.1 }
  r1:
    forwarding: true

links:
  - { ends: [h1:h1-eth0, host:s1-eth1], impair: { rate: 10mbit } }
  - [h2:h2-eth0, host:s1-eth2]
  - [host:s1-eth3, host:s2-eth1]
  - [h3:h3-eth0, r1:r1-eth0]
`)
    expect(said(imported)).toEqual([
      'campus.mn:6 "sflowTarget" is left out: a lab file has no words for it.',
      'campus.mn:11 The controller "c0" is left out: bridges of a lab learn by themselves, as the usual controller has it.',
      'campus.mn:18 The places of the drawing are left out: switches are no boxes of a lab.',
      'campus.mn:22 "cpu" is left out: a lab gives its namespaces no share of the processor.',
      'campus.mn:27 "nothing" is not a command that a lab is made from.',
      'campus.mn:28 "stopCommand" is left out: a lab takes itself down.',
      'campus.mn:48 "bw 5000" of the link is left out; a lab file cannot say it.',
      'campus.mn:48 "max_queue_size 10" of the link is left out; a lab file cannot say it.',
      'campus.mn:51 There is no node "nobody"; its link is left out.',
      'campus.mn:54 The Open vSwitch "s1" becomes a Linux bridge.',
      'campus.mn:66 The Open vSwitch "s2" becomes a Linux bridge.',
      'campus.mn:72 Mininet numbers the first interface of the legacy router "r1" by itself; here it has no address.',
    ])
  })

  test('delays, losses and VLANs; entries of version 1 have numbers for names', () => {
    const topology = {
      hosts: [{ number: '4', opts: { vlanInterfaces: [['10.5.0.1/24', '5']], externalInterfaces: ['eth7'] } }, {}],
      switches: [{ number: '1', opts: {} }],
      links: [{ src: 'h4', dest: 's1', opts: { delay: '5ms', loss: 2, jitter: '1ms', bw: '0', speedup: 1 } }],
      application: { ipBase: '10.1.0.0/16' },
    }
    const imported = importMiniEdit(JSON.stringify(topology), 't.mn')
    expect(said(imported).map((each) => each.replace('t.mn:1 ', ''))).toEqual([
      '"externalInterfaces" is left out: a lab is connected to no interface of your machine.',
      'This entry has no name; it is left out.',
      'The Open vSwitch "s1" becomes a Linux bridge.',
      '"speedup 1" of the link is left out; a lab file cannot say it.',
    ])
    expect(imported.labFile?.links).toEqual([
      { ends: ['h4:h4-eth0', 'host:s1-eth1'], impair: { delay: '5ms', jitter: '1ms', loss: '2%' } },
    ])
    expect(imported.labFile?.namespaces?.['h4']).toMatchObject({
      vlans: { 'h4-eth0.5': { link: 'h4-eth0', id: 5, addresses: ['10.5.0.1/24'] } },
      interfaces: { 'h4-eth0': { addresses: ['10.1.0.4/8'] } },
    })
  })
})

test.each([
  ['lab.conf', '', 'kathara'],
  ['some/where/lab.conf', '', 'kathara'],
  ['x.mn', '', 'miniedit'],
  ['', '{ "hosts": [], "switches": [] }\n', 'miniedit'],
  ['x.sh', 'topology:\n', 'script'],
  ['x.yml', 'name: x\ntopology: {}\n', 'clab'],
  ['install', '#!/usr/bin/env bash\n', 'script'],
  ['x.yaml', 'vethlab: 1\n', null],
  ['nginx.conf', 'server {}\n', null],
])('%s %j is known as %s', (name, text, kind) => {
  expect(foreignKind(name, text)).toBe(kind)
})

test('none of them throws, whatever it is given', () => {
  const campus = readFileSync(join(fixtures, 'campus.mn'), 'utf8')
  const conf = readFileSync(join(fixtures, 'kathara/lab.conf'), 'utf8')
  const cut = fc.tuple(fc.nat(campus.length), fc.nat(60), fc.string({ maxLength: 8 }))
  fc.assert(
    fc.property(cut, ([at, length, put]) => {
      importMiniEdit(campus.slice(0, at) + put + campus.slice(at + length), 'x.mn')
      kathara({ 'lab.conf': conf.slice(0, at) + put + conf.slice(at + length), 'pc1.startup': put })
    }),
    { numRuns: 60 },
  )
  const json = fc.json({ maxDepth: 4 })
  fc.assert(
    fc.property(json, json, json, (hosts, switches, links) => {
      importMiniEdit(`{"hosts":[${hosts}],"switches":[${switches}],"links":[${links}]}`, 'x.mn')
    }),
    { numRuns: 60 },
  )
})

/** Milliseconds that a file may take. Of the clock or of the processor: others may be busy on this machine. */
const limitMs = 3000
const most = 4 * 1024 * 1024

test.each<[string, () => unknown]>([
  ['a value before a stray quote', () => kathara({ 'lab.conf': `a[0]=b${' '.repeat(most - 10)}"` })],
  ['a title with a gap', () => kathara({ 'lab.conf': `LAB_NAME=a${' '.repeat(most - 20)}b\na[0]=A` })],
  ['switches without end', () => foreignKind('', `{${'"switches":'.repeat(most / 11)}`)],
  ['blanks in front of nothing', () => foreignKind('', `${' '.repeat(most)}x`)],
  ['an address of many names', () => readNetnsFile('hosts', '10.0.0.1 a\n'.repeat(100_000))],
])('%s, in megabytes, takes no time', (_, read) => {
  const [started, used] = [performance.now(), process.cpuUsage()]
  read()
  const { user, system } = process.cpuUsage(used)
  expect(Math.min(performance.now() - started, (user + system) / 1000)).toBeLessThan(limitMs)
})
