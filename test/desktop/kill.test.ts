import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dumpDefaultNamespace } from '../kernel/support/world.js'
import {
  askToClose,
  leaveUnsavedWork,
  newLife,
  openUnsavedWork,
  shell,
  slow,
  under,
  untilNothingRuns,
  untilTitle,
  type Life,
} from './life.js'

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

  test('a second interrupt, as of an impatient hand, waits for the end of the first', async () => {
    const desktop = await life.launch(life.lab('twice', 'Twice'))
    await untilTitle(desktop, 'Twice - Vethlab')
    await desktop.page.getByRole('button', { name: 'Deploy' }).click(slow)
    await expect.poll(() => desktop.page.locator('.pill').innerText(), slow).toContain('Running')
    // By the terminal and by npm start, a moment apart, and by hand once more when the window has gone.
    await desktop.evaluate(({ app }) => {
      app.on('will-quit', () => process.kill(process.pid, 'SIGINT'))
    }, null)
    process.kill(desktop.pid, 'SIGINT')
    process.kill(desktop.pid, 'SIGINT')
    expect(await desktop.ended).toMatchObject({ status: 0, signal: null })
    await untilNothingRuns(life.world)
  })

  test('a signal asks nothing, even where a question is open', async () => {
    leaveUnsavedWork(life, 'Work')
    const desktop = await life.launch()
    await openUnsavedWork(desktop, 'Work')
    await askToClose(desktop)
    await desktop.page.getByRole('dialog', { name: /Save the changes/ }).waitFor({ state: 'visible' })
    process.kill(desktop.pid, 'SIGTERM')
    expect(await desktop.ended).toMatchObject({ status: 0, signal: null })
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
