/**
 * A lab means the same on every machine: what the machine's first namespace would hand on to new ones reaches neither the
 * checks of the starter labs nor the settings of their namespaces. Proven under Debian's stock kernel.
 */
import { beforeAll, expect, test } from 'vitest'
import type { Inherited } from './inherited.js'
import { boot } from './boot.js'
import { unsayable } from './devices.js'
import { unsayable as unsayableTunnels } from './tunnels.js'

/** One machine for all: what runs in it is five times slower, and it takes its time to start. */
let booted: Awaited<ReturnType<typeof boot<Inherited>>>
beforeAll(async () => {
  booted = await boot<Inherited>('stock-inherited')
}, 900_000)

const trunkGap = [
  'vlan-mismatch sw:t1',
  't1 of sw, a port of br0, drops frames of VLAN 20: it does not have that VLAN.',
  'tried',
  'bridge -n sw vlan add dev t1 vid 20',
]
const otherVlan = [
  'vlan-mismatch sw:p2',
  'It is in VLAN 20, which p2 of sw (bridge br0) does not have.',
  'tried',
  'bridge -n sw vlan del dev p2 vid 30',
  'bridge -n sw vlan add dev p2 vid 20 pvid untagged',
]
const tagged = [
  'vlan-mismatch b:eth0',
  'Frames come to eth0 of b with the tag of VLAN 20, and it takes those without one.',
  'tried',
  'bridge -n sw vlan del dev p2 vid 20',
  'bridge -n sw vlan add dev p2 vid 20 pvid untagged',
]
const untagged = [
  'vlan-mismatch r:eth0.20',
  'Frames come to r without a VLAN tag, and eth0.20 takes those of VLAN 20 alone.',
  'tried',
  'bridge -n sw vlan del dev t1 vid 20',
  'bridge -n sw vlan add dev t1 vid 20',
]
const isolated = [
  'port-isolated sw:p3',
  'The ports p1 and p3 of br0 in sw are both isolated, so nothing gets from one to the other.',
  'tried',
  'ip netns exec sw bridge link set dev p3 isolated off',
]
const impaired = (cause: string): string =>
  ['impaired sw:p2', cause, 'tried', 'tc -n sw qdisc del dev p2 root'].join('\n')
const lossy = impaired('The cable loses 100% of what p2 of sw sends (netem); frames it lost during the probe: N.')
const slow = impaired(
  'The cable holds everything that p2 of sw sends back for 5000ms (netem), longer than the probe waits.',
)
const expectedDiagnoses = {
  'cable that loses everything, cold': lossy,
  'cable that loses everything, warm': lossy,
  'cable that holds everything back, cold': slow,
  'cable that holds everything back, warm': slow,
  'trunk without the VLAN, cold': trunkGap.join('\n'),
  'trunk without the VLAN, warm': trunkGap.join('\n'),
  'access port in another VLAN, cold': otherVlan.join('\n'),
  'access port in another VLAN, warm': otherVlan.join('\n'),
  'access port that leaves the tag on, cold': tagged.join('\n'),
  'access port that leaves the tag on, warm': tagged.join('\n'),
  'trunk that takes the tag off, cold': untagged.join('\n'),
  // An answer without a tag comes to the parent, which has the same hardware address; an address is the whole station's.
  'trunk that takes the tag off, warm': 'none',
  'two isolated ports, cold': isolated.join('\n'),
  'two isolated ports, warm': isolated.join('\n'),
}

test('what a machine hands on to new namespaces is not seen in a lab', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { kernel, own, fresh, handedOn, plain, changed } = booted.seen
  expect(kernel).toMatch(/-amd64$/)
  expect(handedOn).toBe('1\n2\n')
  expect(fresh).toBe(own)
  expect(Object.keys(plain).length).toBeGreaterThan(7)
  for (const [name, study] of Object.entries(plain)) expect(changed[name], name).toEqual(study)
  const whole = Object.entries(plain).filter(([name]) => !name.includes('.broken'))
  expect(
    whole.flatMap(([name, { checks }]) =>
      checks.filter((each) => !/: true /.test(each)).map((each) => `${name} ${each}`),
    ),
  ).toEqual([])
})

test('VRFs, bonds and ipvlans: built, read back, filmed, explained, edited, gone', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { devices } = booted.seen
  expect(devices.missing).toEqual([])
  expect(devices.checks.filter((each) => !/: true /.test(each))).toEqual([])
  expect(devices.checks).toHaveLength(10)
  expect([...devices.left, ...devices.unexpressed, ...devices.edited, ...devices.remains]).toEqual([])
  expect(devices.films).toEqual({
    'a 10.9.0.1': ['a:eth0 out', 'r:r-a in', 'r:r-b out', 'b:eth0 in', 'b:eth0 delivered'],
    'e 10.5.0.254': ['e:bond0 out', 'e:m1 out', 'r:m1 in', 'r:bond0 in', 'r:bond0 delivered'],
    'q0 10.6.0.11': ['q0:iv0 out', 'q1:iv1 in', 'q1:iv1 delivered'],
    'q0 10.6.0.2': ['q0:iv0 out', 'p:l2 out', 's:l2 in', 's:l2 delivered'],
    'q2 10.7.0.2': ['q2:iv2 out', 'p:l3 out', 's:l3 in', 's:l3 delivered'],
    'q3 10.8.0.2': ['q3:iv3 out', 'p:l3s out', 's:l3s in', 's:l3s delivered'],
    // Its packets come up through the parent's own layer 3, and nobody sees them at the ipvlan itself.
    's 10.18.0.13': ['s:l3s out', 'p:l3s in', 'q3:iv3 delivered'],
  })
  // What is typed beside a lab is named word for word as it was typed.
  expect(devices.unsaid.map((each) => each.replace(' (with what it holds)', '')).toSorted()).toEqual(
    unsayable.map((each) => `r: ${each}`).toSorted(),
  )
  expect(devices.failedOver).toEqual(['m1 m1 reply', 'm2 m2 reply', 'm1 m1 reply'])
  expect(devices.diagnoses).toEqual({
    'no route into the VRF': 'vrf-leak-missing r:r-a ip -n r route add 10.4.0.0/24 dev r-d table 10',
    'an ipvlan and its parent': 'same-subnet-apart q0:iv0 untried',
    'a bond without a carrier': 'bond-no-member r:bond0 ip -n r link set m1 up; ip -n r link set m2 up',
    'no route back into the VRF': 'vrf-leak-missing r:r-d ip -n r route add 10.1.0.0/24 dev r-a',
  })
})

test('VLANs, a filtering bridge and dummies: built, read back, filmed, explained, edited, gone', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { links } = booted.seen
  expect(links.missing).toEqual([])
  expect(links.checks.filter((each) => !/: true /.test(each))).toEqual([])
  expect(links.checks).toHaveLength(5)
  expect(links.left).toEqual([])
  expect(links.unexpressed).toEqual([])
  expect(links.film).toEqual([
    'a:eth0 out -',
    'sw:p1 in -',
    'sw:t1 out 10',
    'r:eth0 in 10',
    'r:eth0.10 in -',
    'r:eth0.20 out -',
    'r:eth0 out 20',
    'sw:t1 in 20',
    'sw:p2 out -',
    'b:eth0 in -',
  ])
  expect(links.changed).toEqual(['vlan.id', 'vlan.id', 'vlan.id', 'vlan.id'])
  expect(links.diagnoses).toEqual(expectedDiagnoses)
  expect(links.edited).toEqual([])
  expect(links.remains).toEqual([])
})

test('tunnels of every kind: built, read back, filmed, explained, edited, gone', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { tunnels } = booted.seen
  expect(tunnels.missing).toEqual([])
  expect(tunnels.checks.filter((each) => !/: true /.test(each))).toEqual([])
  expect(tunnels.checks).toHaveLength(10)
  expect(tunnels.left).toEqual([])
  expect(tunnels.unexpressed).toEqual([])
  expect(tunnels.films).toEqual({
    gre: 'a:gre1, a:eth0 7, b:eth0 7, b:gre1',
    geneve: 'a:gnv, a:eth0 77, b:eth0 77, b:gnv',
    wireguard: 'a:wg0, a:eth0 data, b:eth0 data, b:wg0',
  })
  expect(tunnels.diagnoses).toEqual({
    'a firewall that drops GRE': 'tunnel-unreachable (firewall-drop) b:eth0 tried',
    'too big for the tunnel': 'tunnel-mtu a:gre1 tried',
    'another key': 'tunnel-mismatch b:gre1 tried',
    'a peer that may not send this': 'wireguard-not-allowed b:wg0 tried',
    'a peer that never was there': 'wireguard-no-handshake a:wg0 tried',
  })
  expect(tunnels.edited).toEqual([])
  expect(tunnels.unsaid.toSorted()).toEqual(unsayableTunnels.map((each) => `a: ${each}`).toSorted())
  expect(tunnels.keptKey).toBe(true)
  expect(tunnels.remains).toEqual([])
})

test('what takes settings or modules of the machine itself is explained', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { diagnoses, remains } = booted.seen.machineWide
  expect(Object.keys(diagnoses)).toHaveLength(7)
  expect(diagnoses).toMatchObject({
    'a filter that drops what comes in': expect.stringMatching(/^program-on-path b:eth0\n[\s\S]*gact action drop/),
    'a filter that drops what goes out': expect.stringMatching(/^program-on-path r:e1\n[\s\S]*gact action drop/),
    'a filter that drops the answer at home': expect.stringMatching(/^program-on-path a:eth0\n[\s\S]*ip_proto icmp/),
    'a filter that sends it elsewhere': expect.stringMatching(/^program-on-path r:e0\n[\s\S]*Redirect to device lo/),
    'no room for a connection': expect.stringMatching(
      /^conntrack-full r:e0\n.*\(\d+ connections of 2\).*\nno fix\n[\s\S]*nf_conntrack_max = 2[\s\S]*drop \+[1-9]/,
    ),
    ...{ 'all is well': 'none', 'room again': 'none' },
  })
  expect(remains).toEqual([])
})
