/**
 * A lab means the same on every machine: what the machine's first namespace would hand on to new ones reaches neither the
 * checks of the starter labs nor the settings of their namespaces. Proven under Debian's stock kernel.
 */
import { beforeAll, expect, test } from 'vitest'
import type { Inherited } from './inherited.js'
import { boot } from './boot.js'

/** One machine for all: what runs in it is five times slower, and it takes its time to start. */
let booted: Awaited<ReturnType<typeof boot<Inherited>>>
beforeAll(async () => {
  booted = await boot<Inherited>('stock-inherited')
}, 900_000)

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

test('VRFs and bonds: built, read back, filmed, explained, edited, gone', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { devices } = booted.seen
  expect(devices.missing).toEqual([])
  expect(devices.checks.filter((each) => !/: true /.test(each))).toEqual([])
  expect(devices.checks).toHaveLength(6)
  expect([...devices.left, ...devices.unexpressed, ...devices.edited, ...devices.remains]).toEqual([])
  expect(devices.films).toEqual({
    'a 10.9.0.1': ['a:eth0 out', 'r:r-a in', 'r:r-b out', 'b:eth0 in'],
    'e 10.5.0.254': ['e:bond0 out', 'e:m1 out', 'r:m1 in', 'r:bond0 in'],
  })
  expect(devices.failedOver).toEqual(['m1 m1 reply', 'm2 m2 reply', 'm1 m1 reply'])
  expect(devices.diagnoses).toEqual({
    'no route into the VRF': 'vrf-leak-missing r:r-a ip -n r route add 10.4.0.0/24 dev r-d table 10',
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
  expect(links.diagnoses).toEqual({ 'trunk without the VLAN': 'vlan-mismatch sw:t1' })
  expect(links.edited).toEqual([])
  expect(links.remains).toEqual([])
})
