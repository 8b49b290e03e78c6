/** What few kernels know stands, answers, is read back and goes under Debian's stock kernel; `npm run test:stock` does more. */
import { beforeAll, expect, test } from 'vitest'
import type { Brief } from './brief.js'
import { boot } from './boot.js'

let booted: Awaited<ReturnType<typeof boot<Brief>>>
beforeAll(async () => {
  booted = await boot<Brief>('stock-brief')
}, 900_000)

test('VLANs, VRFs, bonds, ipvlans and tunnels', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { kernel, labs } = booted.seen
  expect(kernel).toMatch(/-amd64$/)
  const counts = Object.entries(labs).map(([name, { checks }]) => [name, checks.length])
  expect(Object.fromEntries(counts)).toEqual({ trunk: 5, devices: 10, tunnels: 10 })
  for (const [name, { checks, left, unexpressed, remains }] of Object.entries(labs)) {
    expect(
      checks.filter((each) => !/: true /.test(each)),
      name,
    ).toEqual([])
    expect([...left, ...unexpressed, ...remains], name).toEqual([])
  }
})
