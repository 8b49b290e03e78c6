/** The terminal is closed while a command runs: it takes down what it made and ends with the signal's code, never by a crash. */
import { spawn } from 'node-pty'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { until } from '../support/until.js'
import { signalNumber, World } from '../support/world.js'
import { pair } from './labs.js'

let world: World
beforeAll(async () => {
  world = await World.ofSelf()
})
afterEach(() => world.untilNothingIsLeft())
afterAll(() => world.dispose())

interface End {
  readonly exitCode: number
  /** 0: none ended it. */
  readonly signal: number
}

/** Runs a command on a terminal that is closed when its output matches. */
async function closedAt(moment: RegExp, words: readonly string[]): Promise<End> {
  const env = world.environment() as Record<string, string>
  const terminal = spawn(process.execPath, [cliFile, ...words], { env, cwd: world.directory })
  let output = ''
  let end: End | null = null
  terminal.onData((data) => (output += data))
  terminal.onExit(({ exitCode, signal = 0 }) => (end = { exitCode, signal }))
  await until(`the output of ${words.join(' ')}`, () => moment.test(output))
  // Closes our end, and sends no signal: that is the kernel's business.
  ;(terminal as unknown as { _socket: { destroy(): void } })._socket.destroy()
  await until(`${words.join(' ')} has ended`, () => end !== null)
  return end as unknown as End
}

const hungUp: End = { exitCode: 128 + signalNumber('SIGHUP'), signal: 0 }
const done: End = { exitCode: 0, signal: 0 }

test.each([
  ['serve', /http:/, ['serve']],
  ['up, at its shell', /is up/, ['up', 'LAB']],
])('%s', async (_, moment, words) => {
  const lab = world.file('lab.yaml', pair())
  expect(
    await closedAt(
      moment,
      words.map((word) => word.replace('LAB', lab)),
    ),
  ).toEqual(hungUp)
})

test.each([
  ['plan', ['plan', 'LAB']],
  ['check', ['check', 'LAB']],
  ['trace', ['trace', 'LAB', '--from', 'ns0', '--to', 'ns1']],
  ['trace, while it waits', ['trace', 'LAB', '--from', 'ns0', '--to', '10.0.0.77']],
  ['state', ['state', 'LAB']],
  ['ps', ['ps']],
  ['doctor', ['doctor']],
])('%s, with its first words: hung up or done, never crashed', async (_, words) => {
  const lab = world.file('lab.yaml', pair())
  const whole = words.map((word) => word.replace('LAB', lab))
  for (let time = 0; time < 3; time += 1) expect([done, hungUp]).toContainEqual(await closedAt(/\S/, whole))
})
