/** A helper that hangs is noticed, said, and can be ended; when it answers again that is said too. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { heartbeat } from '../../../electron/core/rpc.js'
import { until } from '../support/until.js'
import { testBrowser, type TestBrowser } from './browser.js'
import { childrenNamed } from './processes.js'
import { Window } from './window.js'

let server: TestBrowser
let window: Window
let told: (number | null)[]

beforeEach(async () => {
  server = await testBrowser()
  window = await Window.open(server.browser.newAddress())
  told = []
  window.on('helper/silent', ({ since }) => void told.push(since))
  expect(await window.ask('helper/start', {})).toMatchObject({ ok: true })
  await window.request('session/open', { protocol: 1 })
})
afterEach(() => server.close())

const helper = (): number => {
  const [pid] = childrenNamed(process.pid, 'helper.js')
  if (pid === undefined) throw new Error('no helper runs')
  return pid
}

test('within three seconds, by the figures', () => {
  // A question that is asked just before the end of the silence, and looked at once in each interval.
  const { everyMs, silentAfterMs } = heartbeat
  expect(everyMs + Math.ceil(silentAfterMs / everyMs) * everyMs).toBeLessThanOrEqual(3000)
})

test('it is stopped: that is told with the time, and that it goes on', async () => {
  const before = Date.now()
  process.kill(helper(), 'SIGSTOP')
  await until('the silence is told', () => told.length === 1)
  expect(told[0]).toBeGreaterThanOrEqual(before - heartbeat.everyMs)
  expect(told[0]).toBeLessThanOrEqual(Date.now())
  // The shell itself goes on answering.
  expect(await window.ask('file/recent', {})).toEqual({ files: [] })
  process.kill(helper(), 'SIGCONT')
  await until('its end is told', () => told.length === 2)
  expect(told[1]).toBeNull()
})

test('it is stopped for good: its shell ends it, and another one takes its place', async () => {
  const hung = helper()
  process.kill(hung, 'SIGSTOP')
  await until('the silence is told', () => told.length === 1)
  expect(await window.ask('helper/stop', {})).toEqual({ ok: true })
  expect(childrenNamed(process.pid, 'helper.js')).toEqual([])
  expect(await window.ask('helper/start', {})).toMatchObject({ ok: true })
  await window.request('session/open', { protocol: 1 })
  expect(helper()).not.toBe(hung)
})
