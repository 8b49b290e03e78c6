/** VLANs, filtering bridges and dummies in a lab file: what is wrong, and what a machine lacks. */
import { expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { lackingFailure, lackingProblems } from '../../../electron/core/needs/lacking.js'

const lab = (namespace: string, links = ''): string =>
  `vethlab: 1\nname: x\nnamespaces:\n  a: ${namespace}\n  b: {}\n${links}`
const cable = 'links: [[a:e0, b:e0]]\n'

const found = (text: string): string[] =>
  parseLabText(text, 'x').problems.map(({ severity, code, line }) => `${severity} ${code} ${line}`)

test.each([
  ['{ vlans: { v: { link: e9, id: 10 } } }', '', ['error unknown-interface 4']],
  ['{ vlans: { v: { link: lo, id: 10 } } }', '', ['error bad-parent 4']],
  ['{ vlans: { v: { link: w, id: 1 }, w: { link: v, id: 2 } } }', '', ['error vlan-circle 4', 'error vlan-circle 4']],
  ['{ vlans: { v: { link: e0, id: 10 }, w: { link: e0, id: 10 } } }', cable, ['error vlan-twice 4']],
  ['{ vlans: { v: { link: e0, id: 10, protocol: 802.1ad }, w: { link: e0, id: 10 } } }', cable, []],
  ['{ macvlans: { v: { link: e0, in: b }, e0: { link: e0, in: b } } }', cable, ['error name-twice 6']],
  ['{ macvlans: { v: { link: e9, in: c } } }', '', ['error unknown-interface 4', 'error unknown-namespace 4']],
  ['{ macvlans: { v: { link: lo } }, ipvlans: { w: { link: v } } }', '', ['error bad-parent 4', 'error bad-parent 4']],
  ['{ bridges: { br: { ports: [e0] } }, macvlans: { v: { link: e0 } } }', cable, ['error bad-parent 4']],
  ['{ macvlans: { v: { link: e0 } }, ipvlans: { w: { link: e0 } } }', cable, ['error parent-taken 4']],
  ['{ ipvlans: { v: { link: e0, mode: l3 }, w: { link: e0 } } }', cable, ['error mode-differs 4']],
  ['{ macvlans: { v: { link: e0, mode: passthru }, w: { link: e0 } } }', cable, ['error passthru-shared 4']],
  [
    '{ ipvlans: { v: { link: e0, mtu: 1400, mac: "02:00:00:00:00:01" } } }',
    cable,
    ['error mtu-of-parent 4', 'error mac-of-parent 4'],
  ],
  ['{ macvlans: { v: { link: e0, mtu: 9000 } } }', cable, ['error mtu-above-parent 4']],
  ['{ bridges: { br: { ports: [v] } }, macvlans: { v: { link: e0 } } }', cable, ['error bad-port 4']],
  ['{ macvlans: { v: { link: e0 } }, vlans: { w: { link: v, id: 7 } } }', cable, ['error bad-parent 4']],
  ['{ macvlans: { v: { link: e0, mode: bridge, in: a, addresses: [10.0.0.1/24] } } }', cable, []],
  [
    '{ bonds: { b: { miimon: 100, members: [e0, e9, lo] } } }',
    cable,
    ['error unknown-interface 4', 'error bad-member 4'],
  ],
  ['{ bonds: { b: { miimon: 100, members: [v] } }, vlans: { v: { link: b, id: 1 } } }', '', ['error bad-member 4']],
  ['{ bonds: { b: { members: [e0] } } }', cable, ['warning bond-blind 4']],
  ['{ bonds: { b: { mode: 802.3ad, members: [e0] } } }', cable, []],
  ['{ bonds: { b: { miimon: 100, members: [e0], primary: e0 } } }', cable, ['error primary-unused 4']],
  [
    '{ bonds: { b: { mode: active-backup, miimon: 100, members: [e0], primary: e1 } } }',
    cable,
    ['error not-a-member 4'],
  ],
  [
    '{ bonds: { b: { miimon: 100, members: [e0] } }, interfaces: { e0: { mac: 02:00:00:00:00:01 } } }',
    cable,
    ['error mac-of-member 4'],
  ],
  [
    '{ bonds: { b: { miimon: 100, members: [e0] } } }',
    'links: [{ ends: [a:e0, b:e0], mtu: 1400 }]\n',
    ['error mtu-of-member 6'],
  ],
  [
    '{ bonds: { b: { miimon: 100, members: [e0] } }, interfaces: { e0: { addresses: [10.0.0.1/24] } } }',
    cable,
    ['warning address-on-member 4'],
  ],
  [
    '{ bonds: { b: { miimon: 100, members: [e0] }, c: { miimon: 100, members: [e0] } } }',
    cable,
    ['error master-twice 4'],
  ],
  ['{ vrfs: { v: { table: 254 } } }', '', ['error table-reserved 4']],
  ['{ vrfs: { v: { table: 10 }, w: { table: 10 } } }', '', ['warning table-shared 4']],
  ['{ vrfs: { v: { table: 10, members: [e9] } } }', '', ['error unknown-interface 4']],
  [
    '{ vrfs: { v: { table: 10, members: [lo] }, w: { table: 11, members: [v] } } }',
    '',
    ['error bad-member 4', 'error bad-member 4'],
  ],
  [
    '{ bridges: { b: { ports: [e0] } }, vrfs: { v: { table: 10, members: [e0, b] } } }',
    cable,
    ['error master-twice 4'],
  ],
  ['{ vrfs: { v: { table: 10 } }, interfaces: { v: {} } }', '', ['error name-twice 4']],
  [
    '{ vrfs: { v: { table: 10, members: [e0] } }, interfaces: { e0: { addresses: [10.0.0.1/24] } }, routes: [{ to: default, via: 10.0.0.2 }, { to: default, via: 10.0.0.2, table: 10 }] }',
    cable,
    ['error gateway-in-vrf 4'],
  ],
  ['{ vlans: { v: { link: e0, id: 10, mtu: 9000 } } }', cable, ['error mtu-above-parent 4']],
  ['{ dummies: { d: {} }, interfaces: { d: {} } }', '', ['error name-twice 4']],
  ['{ bridges: { br: { ports: [e0], isolated: [e1] } } }', cable, ['error not-a-port 4']],
  ['{ bridges: { br: { port-vlans: { br: { pvid: 1 } } } } }', '', ['warning filtering-off 4']],
  ['{ bridges: { br: { vlan-filtering: true, port-vlans: { e9: { pvid: 1 } } } } }', '', ['error not-a-port 4']],
  [
    '{ bridges: { br: { vlan-filtering: true, port-vlans: { br: { pvid: 1, tagged: [1] } } } } }',
    '',
    ['warning tagged-pvid 4'],
  ],
])('%s', (namespace, links, problems) => {
  expect(found(lab(namespace, links))).toEqual(problems)
})

test('both ends of a bond share a segment', () => {
  const bond = '{ bonds: { b0: { mode: active-backup, miimon: 100, members: [e0, e1], addresses: [10.0.0.1/24] } } }'
  const other = bond.replace('10.0.0.1', '10.0.0.2')
  const file = (far: string): string =>
    `vethlab: 1\nname: x\nnamespaces:\n  a: ${bond}\n  b: ${far}\nlinks: [[a:e0, b:e0], [a:e1, b:e1]]\n`
  expect(found(file(other))).toEqual([])
  expect(found(file(bond))).toEqual(['warning duplicate-address 5'])
})

test('stations of one VLAN share a segment, those of another may have the same subnet', () => {
  const trunk = `vethlab: 1
name: x
namespaces:
  sw:
    bridges: { br: { ports: [p1, p2, t], vlan-filtering: true, port-vlans: { p1: { pvid: 10 }, p2: { pvid: 20 }, t: { tagged: [10, 20] } } } }
  a: { interfaces: { e0: { addresses: [10.0.0.1/24] } } }
  b: { interfaces: { e0: { addresses: [10.0.1.1/24] } } }
  r: { vlans: { v10: { link: e0, id: 10, addresses: [10.0.0.9/24] }, v20: { link: e0, id: 20, addresses: [10.0.1.9/24] } } }
links: [[a:e0, sw:p1], [b:e0, sw:p2], [r:e0, sw:t]]
`
  expect(found(trunk)).toEqual([])
  expect(found(trunk.replace('10.0.1.9', '10.0.0.8'))).toContain('warning duplicate-subnet 8')
})

test('a kernel that lacks something is told at each object, and refused in one sentence a feature', () => {
  const { labFile } = parseLabText(
    lab('{ dummies: { d: {} }, vlans: { v: { link: d, id: 1 }, w: { link: d, id: 2 } }, ipvlans: { i: { link: d } } }'),
    'x',
  )
  if (!labFile) throw new Error('no lab')
  const missing = new Set(['vlan', 'ipvlan', 'dummy', 'netem'])
  expect(lackingProblems(labFile, missing).map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
    'kernel-lacks namespaces.a.dummies.d',
    'kernel-lacks namespaces.a.vlans.v',
    'kernel-lacks namespaces.a.vlans.w',
    'kernel-lacks namespaces.a.ipvlans.i',
  ])
  const refused = lackingFailure(labFile, missing)
  expect(refused?.message).toContain(
    'no VLAN sub-interfaces (module 8021q), needed for "a:v" and 1 more: `sudo modprobe 8021q` loads it',
  )
  expect(refused?.message.match(/This kernel has no/g)).toHaveLength(3)
  expect(lackingFailure(labFile, new Set(['netem']))).toBeNull()
})

test('what a cable does to frames takes netem, a rate alone takes tbf: each direction is told by its end', () => {
  const { labFile } = parseLabText(
    `vethlab: 1
name: x
namespaces: { a: {}, b: {} }
links:
  - { ends: [a:slow, b:slow], impair: { rate: 10mbit } }
  - { ends: [a:far, b:far], impair: { delay: 20ms, rate: 10mbit } }
  - { ends: [a:poor, b:poor], impair: { b:poor: { loss: 1% } } }
  - [a:good, b:good]
`,
    'x',
  )
  if (!labFile) throw new Error('no lab')
  const told = (...missing: readonly string[]): string[] =>
    lackingProblems(labFile, new Set(missing)).map(({ message, path }) => `${path.join('.')} ${message}`)
  expect(told('netem')).toEqual([
    'links.1.impair This kernel has no impairment of cables beyond a rate (module sch_netem), needed for "a:far".',
    'links.1.impair This kernel has no impairment of cables beyond a rate (module sch_netem), needed for "b:far".',
    'links.2.impair This kernel has no impairment of cables beyond a rate (module sch_netem), needed for "b:poor".',
  ])
  expect(told('tbf')).toEqual([
    'links.0.impair This kernel has no rate limit of cables (module sch_tbf), needed for "a:slow".',
    'links.0.impair This kernel has no rate limit of cables (module sch_tbf), needed for "b:slow".',
  ])
})

test('names and leases take a dnsmasq, which a machine may lack: its package is told', () => {
  const { labFile } = parseLabText(lab('{ services: [{ listen: tcp, port: 80 }, { dns: {} }] }'), 'x')
  if (!labFile) throw new Error('no lab')
  expect(lackingFailure(labFile, new Set(['dnsmasq']))).toMatchObject({
    code: 'kernel-lacks',
    message:
      'This machine has no dnsmasq (which serves names and leases), needed for "a": `sudo apt install dnsmasq-base` brings it (Debian, Ubuntu), then start Vethlab again.',
  })
  expect(lackingProblems(labFile, new Set(['dnsmasq'])).map(({ path }) => path.join('.'))).toEqual([
    'namespaces.a.services.1',
  ])
  const { labFile: asking } = parseLabText(lab('{ bridges: { br0: { dhcp4: true } } }'), 'x')
  if (!asking) throw new Error('no lab')
  expect(lackingFailure(asking, new Set(['dhcp']))?.message).toBe(
    'This machine has no udhcpc or dhcpcd (which ask for addresses by DHCP), needed for "a:br0": `sudo apt install udhcpc` brings it (Debian, Ubuntu), then start Vethlab again.',
  )
})
