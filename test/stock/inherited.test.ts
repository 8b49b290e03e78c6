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
  expect(tunnels.keptKey).toBe(true)
  expect(tunnels.remains).toEqual([])
})
