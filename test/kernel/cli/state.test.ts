import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { applyChanges } from '../../../electron/core/live/apply.js'
import { World } from '../support/world.js'
import { pair, refused } from './labs.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterEach(() => world.untilNothingIsLeft())
afterAll(() => world.dispose())

test('the document is the live state', async () => {
  const ran = await world.runCli(['state', '-', '--json'], { input: pair() })
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  const live = JSON.parse(ran.stdout)
  expect(live.namespaces.map(({ name }: { name: string }) => name)).toEqual(['host', 'ns0', 'ns1'])
  // A state that a client can go on folding changes into.
  expect(applyChanges(live, live.revision + 1, []).namespaces).toEqual(live.namespaces)
  expect(live.namespaces[1].addresses).toContainEqual(
    expect.objectContaining({ dev: 'veth0', family: 'ipv4', address: '10.0.0.1/24' }),
  )
})

test('the listing shows cables, addresses and routes per namespace', async () => {
  const ran = await world.cli('state', world.file('pair.yaml', pair()))
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  expect(ran.stdout).toMatch(
    /^ns0\n {2}interfaces\n {4}lo .*\n {4}veth0@ns1:veth1 +up +mtu 1500 +([0-9a-f]{2}:){5}[0-9a-f]{2} +veth +10\.0\.0\.1\/24\n {2}routes\n {4}10\.0\.0\.0\/24 dev veth0/m,
  )
})

test('a namespace whose name holds a line feed stays on its line', async () => {
  await world.cli('up', '-d', world.file('pair.yaml', pair()))
  await world.cli('exec', 'pair', 'host', '--', 'ip', 'netns', 'add', 'x\ny')
  const shown = await world.cli('state', 'pair')
  expect(shown.stdout).toMatch(/^x\\u000ay\n {2}interfaces\n/m)
  expect(shown.stdout).not.toMatch(/^y$/m)
  const none = await world.cli('exec', 'pair', 'none', '--', 'true')
  expect(none.stderr).toBe('vethlab: The lab pair has no namespace "none". It has: host, ns0, ns1, x\\u000ay.\n')
  await world.cli('down', 'pair')
})

test('as a lab it is a file that builds the same again', async () => {
  const first = await world.cli('state', world.file('pair.yaml', pair()), '--as', 'lab')
  expect(first.status).toBe(0)
  expect((await world.runCli(['validate', '-'], { input: first.stdout })).status).toBe(0)
  const second = await world.runCli(['state', '-', '--as', 'lab'], { input: first.stdout })
  expect(second.stdout).toBe(first.stdout)
})

test('a path that is no file is not taken for the name of a lab', async () => {
  const ran = await world.cli('state', './pair')
  expect([ran.status, ran.stderr]).toEqual([2, 'vethlab: Cannot read ./pair: there is no such file.\n'])
})

test('a name that is no running lab is an error with the next step', async () => {
  const ran = await world.cli('state', 'nothing')
  expect([ran.status, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toBe(
    'vethlab: No lab named "nothing" is running. None is running; start one with: npm run -s cli -- up FILE -d\n',
  )
})

test('a lab that the kernel refuses: exit code 4', async () => {
  expect((await world.runCli(['state', '-'], { input: refused })).status).toBe(4)
})
