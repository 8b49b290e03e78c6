import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { World } from '../support/world.js'
import { FoundMachine, routed } from './found-machine.js'

let world: World
beforeAll(async () => {
  world = await World.ofSelf()
})
afterEach(() => world.killAll())
afterAll(() => world.dispose())

test('a twin is built from standard input, and behaves like what it is of', async () => {
  const machine = await FoundMachine.start(world, routed)
  await machine.serve('db', 80)
  const made = await machine.cli('twin')
  expect([made.status, made.stderr]).toEqual([0, ''])
  const checks = `checks:
  - { name: pings, from: web, ping: 10.2.0.2, ttl: 63 }
  - { name: connects, from: web, tcp: 10.2.0.2:80, expect: connected }
  - { name: nothing there, from: db, tcp: 10.1.0.2:80, expect: refused }
`
  const checked = await world.runCli(['check', '-', '--json'], { input: made.stdout + checks })
  expect([checked.status, checked.stderr]).toEqual([0, ''])
  expect(JSON.parse(checked.stdout)).toMatchObject({ lab: 'twin', ok: true })
})

test('of some namespaces only, what leads to the others is said', async () => {
  const machine = await FoundMachine.start(world, routed)
  const { status, stdout } = await machine.cli('twin', '--json', '--only', 'web', '--only', 'r')
  expect(status).toBe(0)
  const { text, unexpressed } = JSON.parse(stdout)
  expect(text).toMatch(/- \[web:eth0, r:p0\]/)
  expect(text).not.toContain('db:')
  expect(unexpressed).toEqual(['r: p1 leads to a namespace that is not in the twin; in the twin it leads to outside.'])
  expect((await world.runCli(['check', '-'], { input: text })).status).toBe(0)
})

test('a name that nothing has makes no twin', async () => {
  const machine = await FoundMachine.start(world, routed)
  const { status, stdout, stderr } = await machine.cli('twin', '--only', 'wep')
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe('vethlab: No network namespace that could be read is called "wep". Did you mean "web"?\n')
})
