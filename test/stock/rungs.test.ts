/** The rungs that few kernels can stand on: walked, broken, explained and repaired under Debian's stock kernel. */
import { beforeAll, expect, test } from 'vitest'
import { boot } from './boot.js'
import type { Rungs } from './rungs.js'

let booted: Awaited<ReturnType<typeof boot<Rungs>>>
/** A lab takes it a minute or two. */
const limitSeconds = 1800
beforeAll(async () => {
  process.env['VETHLAB_STOCK_SECONDS'] ??= String(limitSeconds)
  booted = await boot<Rungs>('stock-rungs')
}, limitSeconds * 1000)

/** By lab to repair: the code of what is named for each goal, in their order. */
const causes: Readonly<Record<string, readonly string[]>> = {
  '13-vlans.access': ['vlan-mismatch', 'vlan-mismatch'],
  '13-vlans.broken': ['vlan-mismatch', 'vlan-mismatch'],
  '20-vrf.broken': ['vrf-leak-missing'],
  '20-vrf.other-tenant': ['vrf-leak-missing'],
  '21-wireguard.broken': ['wireguard-not-allowed'],
  '21-wireguard.silent': ['wireguard-no-handshake', 'wireguard-no-handshake'],
  '23-slow-and-lossy.broken': ['impaired'],
  '23-slow-and-lossy.late': ['impaired'],
  '24-bonding.broken': ['bond-no-member'],
  '24-bonding.one-cable': ['bond-no-member'],
}

test('every guide leads to its lab, and every lab to repair is named and repaired', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { kernel, guides, twins } = booted.seen
  expect(kernel).toMatch(/-amd64$/)
  expect(Object.keys(guides).length * 2).toBe(Object.keys(causes).length)
  for (const [name, wrong] of Object.entries(guides)) expect(wrong, name).toEqual([])
  for (const [name, { wrong }] of Object.entries(twins)) expect(wrong, name).toEqual([])
  const named = Object.entries(twins).map(([name, seen]) => [name, seen.causes.map((cause) => cause.split(':')[0])])
  expect(Object.fromEntries(named)).toEqual(causes)
})
