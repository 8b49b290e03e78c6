/** A helper or a server that hangs is said with the time and what one can do, and unsaid when it answers again. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { violations } from './axe.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
})
afterAll(() => window.close())

const helper = (): Promise<number> =>
  until(
    'a helper',
    () => window.world.processes().find(({ command }) => /^\S*node (?:-\S+ )*\S*helper\.js/.test(command))?.pid,
  )

test('the sandbox does not answer: said in a banner, which goes when it answers', async () => {
  const banner = window.page.getByRole('alert').filter({ hasText: /The sandbox is not answering since \d/ })
  const pid = await helper()
  process.kill(pid, 'SIGSTOP')
  try {
    await banner.waitFor()
    expect(await banner.innerText()).toContain('Wait, or end it: its lab goes with it')
    expect(await violations(window)).toEqual([])
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await banner.waitFor({ state: 'detached' })
  expect(await helper()).toBe(pid)
})

test('the server does not answer: said in a banner, which goes when it answers', async () => {
  const banner = window.page.getByRole('alert').filter({ hasText: /Vethlab is not answering since \d/ })
  window.server.child.kill('SIGSTOP')
  try {
    await banner.waitFor()
    expect(await banner.innerText()).toContain('end it in the terminal it runs in')
  } finally {
    window.server.child.kill('SIGCONT')
  }
  await banner.waitFor({ state: 'detached' })
})

test('a sandbox that hangs for good is ended by its button, and another one is there', async () => {
  const pid = await helper()
  process.kill(pid, 'SIGSTOP')
  await window.button('End the sandbox').click()
  await window.page.getByRole('alert').waitFor({ state: 'detached' })
  await until('another helper', async () => (await helper()) !== pid)
  await window.ready()
})
