/**
 * A machine with the real Docker, as look, explain and twin see it under Debian's stock kernel: what runs there by its names,
 * why it does not talk, a twin that answers as it does, and nothing of it changed.
 */
import { beforeAll, expect, test } from 'vitest'
import { boot } from '../boot.js'
import type { Engines } from './engines.js'
import { engineFaults } from './faults.js'

/** Of the whole machine: where others use its processors, it takes many times as long. */
const seconds = Number(process.env['VETHLAB_STOCK_SECONDS'] ?? 2400)

let booted: Awaited<ReturnType<typeof boot<Engines>>>
beforeAll(
  async () => {
    booted = await boot<Engines>('stock-engines', { packages: ['docker.io'], seconds })
  },
  (seconds + 600) * 1000,
)

test('everything is found by its name, with its network and what it publishes', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { kernel, namespaces } = booted.seen
  expect(kernel).toMatch(/-amd64$/)
  const named = (name: string) => namespaces.find(({ names }) => names.some((each) => each.name === name))
  const engineOf = (name: string) => named(name)?.names.find((each) => each.name === name)?.engine
  for (const name of ['web', 'app', 'db', 'cache', 'one', 'two', 'side', 'onlan'])
    expect(engineOf(name), name).toBe('docker')
  expect(named('client')?.names[0]?.kind).toBe('netns')
  // With `--network container:web` it is web's own, and with `--network host` the machine's.
  expect(named('side')?.id).toBe(named('web')?.id)
  expect(named('hosted')?.default).toBe(true)
  const networkOf = (name: string) => named(name)?.interfaces.find((each) => each.name === 'eth0')?.network
  expect(['web', 'db', 'cache', 'one', 'onlan'].map((name) => networkOf(name)?.name)).toEqual([
    ...['front', 'back', 'hidden', 'strict', 'lan'],
  ])
  expect(named('web')?.listeners).toContainEqual(
    expect.objectContaining({ protocol: 'tcp', port: 80, process: 'httpd' }),
  )
  expect(JSON.stringify(named('web')?.published)).toContain('8080')
})

test.for(engineFaults)('$name: $code', ({ name, code, says, fix }, context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { faults, failed, left } = booted.seen
  if (left.includes(name)) return context.skip('the machine was too slow to come to it')
  expect(failed.filter((each) => each.startsWith(name))).toEqual([])
  const told = faults[name]
  expect(told).toMatchObject({ code, cause: expect.stringMatching(says) })
  if (fix === null) expect(told?.fix).toBeNull()
  else if (fix) expect(told?.fix).toMatch(fix)
})

test('everybody reaches in the twin whom they reach on the machine, and on the machine once all faults are mended', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { ways } = booted.seen
  expect(ways.length).toBeGreaterThan(8)
  expect(ways.filter(({ host, twin }) => host !== twin)).toEqual([])
  expect(ways.filter(({ host, after }) => after !== null && host !== after)).toEqual([])
})

test('nothing was written: the dumps are equal, and no request over netlink would have changed anything', (context) => {
  if ('reason' in booted) return context.skip(booted.reason)
  const { changed, requests, writes } = booted.seen
  expect(requests).toBeGreaterThan(100)
  expect({ changed, writes }).toEqual({ changed: [], writes: [] })
})
