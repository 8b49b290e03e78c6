import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportClab } from '../../../electron/core/exchange/clab/to-clab.js'
import { exportScript } from '../../../electron/core/exchange/to-script.js'
import { importClab } from '../../../electron/core/exchange/clab/from-clab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { nodewiseLab } from './expressible.js'
import { differences } from './same-network.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { starterLabs } from './starters.js'

/** Milliseconds; a hundred random labs take some seconds, ten times that on a busy machine. */
const patience = { timeout: 120_000 }

/** All that an export says which no lab has words for. */
const imageIsLeftOut = ['"image" is left out: a namespace runs no image.']

/** Names of a node are containerlab's to write, and what answers or asks for an address is a program of its image. */
const withoutFiles = (lab: Lab): Lab => ({
  ...lab,
  namespaces: new Map(
    [...lab.namespaces].map(([name, { dnsmasq: _dnsmasq, dhcp4: _dhcp4, ...each }]) => [name, { ...each, files: {} }]),
  ),
})

describe('a lab exported to containerlab and imported again', patience, () => {
  test('is the same network, for any lab', () => {
    fc.assert(
      fc.property(nodewiseLab.map(withoutFiles), (lab) => {
        const { labFile: back, notices } = importClab(exportClab(lab).text, 'back.clab.yml')
        expect(notices.map(({ message }) => message)).toEqual(imageIsLeftOut)
        if (back === null) expect(lab.namespaces.size).toBe(1)
        else expect(differences(lab, normalise(back))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test.each(starterLabs().map(([name, lab]) => [name, withoutFiles(lab)] as const))(
    'is the same network: %s',
    (_, lab) => {
      const { labFile: back, notices, problems } = importClab(exportClab(lab).text, 'back.clab.yml')
      expect(notices.map(({ message }) => message)).toEqual(imageIsLeftOut)
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(back?.name).toBe(lab.name)
      expect(differences(lab, normalise(back ?? { vethlab: 1, name: 'none' }))).toEqual([])
    },
  )
})

test('what asks for an address is told, and nothing is set on what no node can have', () => {
  const text = `vethlab: 1
name: x
namespaces:
  a:
    macvlans: { mv0: { link: eth0, in: b } }
  b:
    interfaces: { eth0: { dhcp4: true } }
    sysctls: { net.ipv4.conf.mv0.rp_filter: 2, net.ipv4.conf.eth0.rp_filter: 2 }
links: [[a:eth0, b:eth0]]
`
  const { lab, problems } = parseLabText(text, 'x.vethlab.yaml')
  if (!lab) throw new Error(JSON.stringify(problems))
  const { text: topology, leftBehind } = exportClab(lab)
  expect(leftBehind).toEqual([
    'macvlan mv0 of b: it is on an interface of another node, a',
    'dhcp4 on eth0 of b: start a client of DHCP in the image to ask for addresses',
  ])
  expect(topology).toContain('net.ipv4.conf.eth0.rp_filter=2')
  expect(topology).not.toContain('mv0')
})

test('what is said to people and of a lab to repair is named, for either form', () => {
  const text = `vethlab: 1
name: x
title: A cable
description: It has two ends.
namespaces: { a: {}, b: {} }
notes: [{ text: here, x: 0, y: 0 }]
checks: [{ from: a, ping: 10.0.0.2, expect: unreachable }]
goal: [{ from: a, ping: 10.0.0.2 }]
explanation: It was not plugged in.
`
  const { lab, problems } = parseLabText(text, 'x.vethlab.yaml')
  if (!lab) throw new Error(JSON.stringify(problems))
  for (const [form, { leftBehind }] of [
    ['containerlab', exportClab(lab)],
    ['a script', exportScript(lab)],
  ] as const)
    expect(leftBehind).toEqual([
      `1 check: ${form} has none`,
      `goal (1 check): ${form} has none`,
      `1 note: ${form} has no drawing`,
      `explanation: ${form} has none`,
      `description: ${form} has none`,
    ])
})

/** What people keep: network systems, a bridge of the machine, one in a node, settings on several levels. */
const kept = `name: My Lab
prefix: ""
mgmt: { network: custom }
topology:
  defaults: { kind: linux }
  kinds:
    nokia_srlinux: { image: srlinux, type: ixrd2l }
    linux:
      image: alpine
      sysctls: { net.ipv4.ip_forward: 1 }
      exec: [ip link set lo up]
  groups:
    clients: { exec: [ip addr add 203.0.113.1/32 dev lo] }
  nodes:
    srl: { kind: nokia_srlinux, startup-config: srl.cfg }
    c1:
      group: clients
      binds: [a:/b]
      sysctls: { net.ipv4.ip_forward: 0 }
      exec:
        - ip addr add 10.0.0.2/24 dev eth1
        - sh -c 'ip route add default via 10.0.0.1; echo done'
        - ip addr add $$X dev eth1
        - ip addr add $ADDRESS dev eth1
        - apk add curl
    c2: { network-mode: "container:c1", exec: [ip link set eth1 mtu 1400] }
    br-clab: { kind: bridge }
    "inner|c1": { kind: bridge, network-mode: "container:c1" }
    h: { kind: host, exec: [ip addr add 10.0.0.1/24 dev br-clab] }
  links:
    - endpoints: ["srl:ethernet-1/1", "br-clab:p1"]
    - endpoints: ["c1:eth1", "br-clab:p2"]
      mtu: 9000
    - { type: veth, endpoints: [{ node: srl, interface: e2, mac: "02:00:00:00:00:0A" }, { node: "inner|c1", interface: p3 }] }
    - { type: host, endpoint: { node: srl, interface: e3 }, host-interface: srl-e3 }
    - { type: dummy, endpoint: { node: c1, interface: dummy0 } }
    - endpoints: ["srl:e4", "mgmt-net:e4"]
    - endpoints: ["srl:e5", "nobody:e5"]
    - { type: vxlan, endpoint: { node: srl, interface: e6 }, remote: 10.0.0.9, vni: 5 }
`

test('a topology that people keep', () => {
  const { labFile, notices, problems } = importClab(kept, 'x.clab.yml')
  expect(problems).toEqual([])
  expect(labFile).toEqual({
    vethlab: 1,
    name: 'my-lab',
    namespaces: {
      host: {
        bridges: { 'br-clab': { addresses: ['10.0.0.1/24'], ports: ['p1', 'p2'] } },
        interfaces: { p2: { mtu: 9000 } },
      },
      srl: { interfaces: { e2: { mac: '02:00:00:00:00:0a' } } },
      c1: {
        bridges: { inner: { ports: ['p3'] } },
        interfaces: {
          lo: { addresses: ['203.0.113.1/32'] },
          eth1: { addresses: ['10.0.0.2/24'], mtu: 1400 },
          dummy0: {},
        },
        routes: [{ to: 'default', via: '10.0.0.1' }],
      },
    },
    links: [
      ['srl:ethernet-1-1', 'host:p1'],
      ['c1:eth1', 'host:p2'],
      ['srl:e2', 'c1:p3'],
      ['srl:e3', 'host:srl-e3'],
    ],
  })
  expect(notices.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    '2:1 "prefix" is left out: a lab file has no words for it.',
    '3:1 "mgmt" is left out: a lab has no management network.',
    '7:22 "image" is left out: a namespace runs no image.',
    '7:38 "type" is left out: a lab file has no words for it.',
    '9:7 "image" is left out: a namespace runs no image.',
    '15:5 "srl" is of kind "nokia_srlinux"; only its interfaces and cables are imported.',
    '15:33 "startup-config" is left out: a namespace has no operating system to configure.',
    '18:7 "binds" is left out: a namespace shares the files of your machine.',
    '23:11 "$X" in `ip addr` is nothing a lab file can say.',
    '24:11 This command depends on the environment of containerlab.',
    '25:11 "apk" is not a command that a lab is made from.',
    '31:19 The interface name "ethernet-1/1" does not fit Linux; it becomes "ethernet-1-1".',
    '37:29 A lab has no "mgmt-net"; the link is left out.',
    '38:29 There is no node "nobody"; its link is left out.',
    '39:7 A lab has no links of type "vxlan"; this one is left out.',
  ])
})

test('macvlans on interfaces of the machine, of which a lab knows nothing', () => {
  const { labFile, notices, problems } = importClab(
    `name: m
topology:
  nodes: { a: { kind: linux, exec: [ip addr add 10.0.0.1/24 dev eth1] }, b: { kind: linux } }
  links:
    - endpoints: ["a:eth1", "macvlan:enp0s3"]
    - { type: macvlan, endpoint: { node: b, interface: eth2, mac: "02:00:00:00:00:07" }, host-interface: enp0s3, mode: private }
    - endpoints: ["macvlan:enp0s3", "b:eth1"]
    - { type: macvlan, endpoint: { node: b, interface: eth3 }, host-interface: enp0s3, mode: source }
`,
    'm.clab.yml',
  )
  expect(problems).toEqual([])
  expect(labFile?.namespaces).toEqual({
    host: {
      macvlans: {
        eth1: { link: 'enp0s3', mode: 'bridge', in: 'a', addresses: ['10.0.0.1/24'] },
        eth2: { link: 'enp0s3', mode: 'private', in: 'b', mac: '02:00:00:00:00:07' },
      },
      interfaces: { enp0s3: {} },
    },
    a: {},
    b: {},
  })
  expect(notices.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    '5:29 "enp0s3" of the machine becomes an interface of host with nothing behind it: a lab does not know your machine.',
    '7:7 A lab file names each macvlan of "host" once, and has one called "eth1".',
    '8:88 "source" is no mode of a macvlan.',
  ])
})

describe('what is no topology', () => {
  test.each([
    ['nothing', '', 'no content'],
    ['another YAML file', 'a: 1\n', 'This is no containerlab topology'],
    ['a lab file', 'vethlab: 1\nname: x\n', 'This is no containerlab topology'],
    ['no YAML', 'a: b: c', 'YAML'],
    ['aliases that multiply', bomb(), 'alias'],
    ['brackets without end', `name: ${'['.repeat(50_000)}`, 'levels deep'],
    ['a tag', 'name: !!js/function x\n', 'tag'],
  ])('%s', (_, text, words) => {
    const { labFile, notices } = importClab(text, 'x.yml')
    expect(labFile).toBe(null)
    expect(notices.map(({ severity }) => severity)).toContain('error')
    expect(notices[0]?.message).toContain(words)
    expect(JSON.stringify(notices)).not.toMatch(/\blab file\b(?! already)/)
  })

  test('any values in any place', patience, () => {
    const key = fc.constantFrom(
      ...[
        'kind',
        'exec',
        'sysctls',
        'group',
        'labels',
        'network-mode',
        'image',
        'endpoints',
        'endpoint',
        'type',
        'mtu',
      ],
      ...['node', 'interface', 'mac', 'host-interface', 'a', 'b|a', '__x'],
    )
    const text = fc.constantFrom(
      'linux',
      'bridge',
      'host',
      'container:a',
      'a:e1',
      'b|a:e1',
      'veth',
      'dummy',
      '',
      '$X',
      'ip link add',
    )
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    const part = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true })
    const topology = fc.record(
      { nodes: part, links: fc.array(value, { maxLength: 4 }), kinds: part, groups: part, defaults: value },
      { requiredKeys: ['nodes'] },
    )
    fc.assert(
      fc.property(topology, (tree) => {
        importClab(JSON.stringify({ name: 'x', topology: tree }), 'x.yml')
      }),
      { numRuns: 300 },
    )
  })
})

function bomb(): string {
  const rows = Array.from({ length: 9 }, (_, i) => `k${i + 1}: &k${i + 1} [${`*k${i}, `.repeat(9)}]`)
  return `k0: &k0 [x]\n${rows.join('\n')}\n`
}
