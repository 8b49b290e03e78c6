/** A closed terminal leaves nothing behind, whatever ran in it. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { maxTerminals } from '../../../electron/core/rpc.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { Session } from '../../../electron/session/session.js'
import { pair } from '../cli/labs.js'
import { until } from '../support/until.js'
import { processesIn, terminalSandbox, type TerminalSandbox } from './sandbox.js'
import { Screen } from './screen.js'

let sandbox: TerminalSandbox
let session: Session

beforeEach(async () => {
  sandbox = await terminalSandbox()
  session = sandbox.session
})

afterEach(() => sandbox.close())

const processes = (): readonly string[] => processesIn(session)

test('closing ends every job: foreground, background, stopped, and deaf to signals', async () => {
  const before = processes().length
  const screen = await Screen.open(session)
  await screen.run('sleep 1001 &')
  await screen.run('(trap "" HUP INT TERM; while :; do sleep 1002; done) &')
  await screen.run('nohup sleep 1003 >/dev/null 2>&1 &')
  await screen.type('sleep 1004\r')
  await until('it runs', () => processes().some((line) => line === 'sleep 1004'))
  await screen.type('\x1a')
  await screen.shows('Stopped')
  await screen.type('sleep 1005\r')
  await until('all run', () => [1001, 1002, 1003, 1004, 1005].every((n) => processes().includes(`sleep ${n}`)))
  expect(await screen.close()).toEqual({ ok: true })
  expect(processes().filter((line) => /sleep|bash/.test(line))).toEqual([])
  expect(processes().length).toBe(before)
})

/** How long it takes to close a shell that is deaf to signals and one that only waits, both at once (milliseconds). */
async function closing(): Promise<{ readonly deaf: number; readonly waiting: number }> {
  const [deaf, waiting] = [await Screen.open(session), await Screen.open(session)]
  await deaf.run('(trap "" HUP INT TERM; while :; do sleep 1007; done) &')
  await waiting.shows(/[#$] $/)
  const began = performance.now()
  const took = async (screen: Screen): Promise<number> => {
    await screen.close()
    return performance.now() - began
  }
  const [one, other] = await Promise.all([took(deaf), took(waiting)])
  return { deaf: one, waiting: other }
}

test('a shell that only waits is not waited for as a deaf one is', () =>
  // A busy machine may not let it end in the time that a deaf one has; were it waited for, it would never be this far ahead.
  until('one that only waits is closed in half the time of a deaf one', async () => {
    const { deaf, waiting } = await closing()
    return waiting < deaf / 2
  }))

test('closing a flood ends it', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  screen.draws = false
  await screen.type('yes\r')
  await until('it flows', () => screen.characters > 90_000)
  await screen.close()
  expect(processes().filter((line) => /^yes|bash/.test(line))).toEqual([])
})

test('clearing the lab closes the terminals of its namespaces, and no other', async () => {
  const { labFile } = parseLabText(pair(), 'pair')
  if (labFile === null) throw new Error('no lab')
  expect(await session.request('lab/apply', { lab: labFile, former: 'everything' })).toMatchObject({ ok: true })
  const [host, inside] = [await Screen.open(session), await Screen.open(session, 'ns0')]
  await inside.run('sleep 1006 &')
  expect(await session.request('lab/clear', {})).toMatchObject({ ok: true })
  await until('its window is told', () => inside.ended)
  expect(processes().includes('sleep 1006')).toBe(false)
  expect(await inside.type('x')).toMatchObject({ ok: false, failure: { code: 'no-such-terminal' } })
  expect(await host.run('echo still here')).toBe('still here')
  // Nothing holds the namespace any more: its cable is gone with it.
  expect(await host.run('ip netns list | wc -l')).toBe('0')
  const { terminals } = await session.request('session/open', { protocol: 1 })
  expect(terminals.map(({ id }) => id)).toEqual([host.id])
})

test('there is an end to the number of terminals, and shells that ended make room', async () => {
  const screens: string[] = []
  for (let count = 0; count < maxTerminals; count++) {
    const opened = await session.request('terminal/open', { namespace: 'host', columns: 80, rows: 24 })
    if (!opened.ok) throw new Error(opened.failure.message)
    screens.push(opened.terminal.id)
  }
  const refused = await session.request('terminal/open', { namespace: 'host', columns: 80, rows: 24 })
  expect(refused).toMatchObject({ ok: false, failure: { code: 'too-many-terminals' } })
  const ended = new Promise<void>((resolve) => void session.on('terminal/ended', () => resolve()))
  await session.request('terminal/input', { terminal: screens[5] as string, data: 'exit\r' })
  await ended
  expect(await session.request('terminal/open', { namespace: 'host', columns: 80, rows: 24 })).toMatchObject({
    ok: true,
  })
  const { terminals } = await session.request('session/open', { protocol: 1 })
  expect(terminals.length).toBe(maxTerminals)
})

test('the end of the sandbox is the end of every shell', async () => {
  const screen = await Screen.open(session)
  await screen.run('setsid sleep 1007 &')
  const { anchorPid } = session
  await session.close()
  expect(() => readFileSync(`/proc/${anchorPid}/stat`)).toThrow()
  const left = readdirSync('/proc').filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').startsWith('sleep\0' + '1007')
    } catch {
      return false
    }
  })
  expect(left).toEqual([])
})
