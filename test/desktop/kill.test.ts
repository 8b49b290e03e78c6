import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dumpDefaultNamespace } from '../kernel/support/world.js'
import { newLife, shell, slow, under, untilNothingRuns, untilTitle, type Life } from './life.js'

describe.skipIf(shell === null)(`the end of the app (${under})`, () => {
  let life: Life
  beforeEach(async () => {
    life = await newLife()
  })
  afterEach(() => life.finish())

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('%s of main leaves nothing of a running lab', async (signal) => {
    const before = dumpDefaultNamespace()
    const desktop = await life.launch(life.lab('running', 'Running'))
    await untilTitle(desktop, 'Running - Vethlab')
    await desktop.page.getByRole('button', { name: 'Deploy' }).click(slow)
    await expect.poll(() => desktop.page.locator('.pill').innerText(), slow).toContain('Running')
    expect(life.world.networks()).not.toEqual([])
    process.kill(desktop.pid, signal)
    await desktop.ended
    await untilNothingRuns(life.world)
    expect(life.world.networks()).toEqual([])
    expect(dumpDefaultNamespace()).toBe(before)
  })

  test('after a kill the next start is not in the way of itself', async () => {
    const desktop = await life.launch(life.lab('first', 'First'))
    await untilTitle(desktop, 'First - Vethlab')
    process.kill(desktop.pid, 'SIGKILL')
    await desktop.ended
    const next = await life.launch(life.lab('second', 'Second'))
    await untilTitle(next, 'Second - Vethlab')
  })
})
