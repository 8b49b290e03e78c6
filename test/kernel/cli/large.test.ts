/** A thousand namespaces on one bridge: what every command does with them, and how many programs it starts for it. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { listRunning } from '../../../electron/session/running/entry.js'
import { topology } from '../../bench/topology.js'
import { World } from '../support/world.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterEach(() => world.untilNothingIsLeft(60_000))
afterAll(() => world.dispose())

const count = 1000
const patience = { limitMs: 240_000 }

/** The number that the sandbox's PID namespace gave last: it grows with every process that the lab's helper starts. */
async function lastPid(): Promise<number> {
  const entry = listRunning(join(world.runtime, 'vethlab')).find(({ name }) => name === `star-${count}`)
  const ran = await world.run([
    'nsenter',
    `--target=${String(entry?.anchor?.pid)}`,
    ...['--user', '--preserve-credentials', '--mount', '--pid', 'cat', '/proc/sys/kernel/ns_last_pid'],
  ])
  expect(ran).toMatchObject({ status: 0 })
  return Number(ran.stdout)
}

test('up, state, trace, no differences, down', { timeout: 600_000 }, async () => {
  const file = topology('star', count)
  const up = await world.runCli(['up', '-d', world.file('star.json.yaml', JSON.stringify(file))], patience)
  expect(up).toMatchObject({ status: 0 })

  const before = await lastPid()
  const state = await world.runCli(['state', `star-${count}`, '--json'], patience)
  // One for each namespace would be a thousand and more.
  expect((await lastPid()) - before).toBeLessThan(count / 2)
  const live = JSON.parse(state.stdout) as LiveState
  expect(live.namespaces).toHaveLength(count + 1)
  expect(diff(normalise(file), live, { former: 'everything' }).map(({ text }) => text)).toEqual([])

  const asLab = await world.runCli(['state', `star-${count}`, '--as', 'lab'], patience)
  expect(asLab).toMatchObject({ status: 0, stderr: '' })
  const { lab } = parseLabText(asLab.stdout, 'star.yaml')
  expect(lab?.links).toHaveLength(count)
  expect(lab && diff(lab, live, { former: 'everything' }).map(({ text }) => text)).toEqual([])

  const words = ['trace', `star-${count}`, '--from', 'n5', '--to', 'n700']
  const traced = await world.runCli(words, patience)
  expect(traced.status).toBe(0)
  expect(traced.stdout).toContain('icmp n5 -> 10.0.2.190 (n700): reply')
  expect((await world.runCli(['down', `star-${count}`], patience)).status).toBe(0)
})
