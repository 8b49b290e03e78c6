/** Output of any size and speed: bounded memory, nothing lost, nobody else waits. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { terminalFlow } from '../../../electron/core/rpc.js'
import { scrollbackCharacters } from '../../../electron/helper/terminal-scrollback.js'
import type { Session } from '../../../electron/session/session.js'
import { until } from '../support/until.js'
import { terminalSandbox, type TerminalSandbox } from './sandbox.js'
import { Screen } from './screen.js'

let sandbox: TerminalSandbox
let session: Session

beforeAll(async () => {
  sandbox = await terminalSandbox()
  session = sandbox.session
})

afterAll(() => sandbox?.close())

/** The helper is the child of process 1. */
function helperPid(): number {
  const children = readFileSync(`/proc/${session.anchorPid}/task/${session.anchorPid}/children`, 'utf8')
  return Number(children.trim().split(' ')[0])
}

/** Resident memory, MiB. */
function helperMemory(): number {
  const status = readFileSync(`/proc/${helperPid()}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

/** Time the helper has computed, in ticks of 10 ms. */
function helperTicks(): number {
  const stat = readFileSync(`/proc/${helperPid()}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** How many messages of a flood go by while a request waits for its answer: median of some requests. */
async function messagesPerAnswer(screen: Screen): Promise<number> {
  const passed: number[] = []
  for (let turn = 0; turn < 25; turn++) {
    const before = screen.messages
    await session.request('live/refresh', {})
    passed.push(screen.messages - before)
  }
  return passed.sort((a, b) => a - b)[12] ?? Infinity
}

/** Asks one request after the other for a while. */
async function askFor(ms: number): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) await session.request('live/refresh', {})
}

test('a flood that nobody draws stops at the limit, and other requests are answered', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  screen.draws = false
  screen.characters = 0
  await screen.type('yes 0123456789\r')
  await until('the limit is reached', () => screen.characters >= terminalFlow.pauseAbove)
  const before = helperMemory()
  await askFor(2000)
  // One piece more than the limit may be under way when it is noticed.
  expect(screen.characters).toBeLessThan(terminalFlow.pauseAbove + 64 * 1024)
  expect(helperMemory() - before).toBeLessThan(30)
  // Acknowledging lets it go on; the window is not left waiting.
  const stopped = screen.characters
  await screen.acknowledge(screen.characters)
  await until('it goes on', () => screen.characters > stopped + 50_000)
  screen.draws = true
  await screen.acknowledge(terminalFlow.pauseAbove * 2)
  await screen.type('\x03')
  await screen.shows(/\^C[\s\S]*[#$] $/)
  await screen.close()
})

test('a flood that is drawn leaves others their turn, in few messages', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  await screen.type('yes 0123456789\r')
  await until('it flows', () => screen.characters > 1_000_000)
  const [characters, messages, before] = [screen.characters, screen.messages, helperMemory()]
  // A request does not wait for the end of the flood, whatever the machine has to do besides.
  expect(await messagesPerAnswer(screen)).toBeLessThan(50)
  // The answer may have come before the next message of the flood.
  await until('it flows on', () => screen.messages >= messages + 10)
  // More than one read of a pty, which is 4095 bytes at most (n_tty_read, drivers/tty/n_tty.c), goes into a message.
  expect((screen.characters - characters) / (screen.messages - messages)).toBeGreaterThan(4095)
  expect(screen.largest).toBeLessThan(256 * 1024)
  expect(helperMemory() - before).toBeLessThan(60)
  await screen.type('\x03')
  await screen.shows(/\^C[\s\S]*[#$] $/)
  await screen.close()
})

test('what a program prints comes through whole, in bounded memory', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  await screen.run('stty -echo')
  const [before, started] = [helperMemory(), screen.characters]
  const line = 'x'.repeat(98)
  await screen.type(`yes ${line} | head -n 200000; echo all''through\r`)
  await screen.shows('allthrough', 60_000)
  // 98 characters, and a line feed that the terminal makes two.
  expect(screen.characters - started).toBeGreaterThanOrEqual(200_000 * 100)
  expect(screen.characters - started).toBeLessThan(200_000 * 100 + 200)
  expect(helperMemory() - before).toBeLessThan(80)
  const attached = await screen.attach()
  if (!attached.ok) throw new Error(attached.failure.message)
  expect(attached.scrollback.length).toBeLessThanOrEqual(scrollbackCharacters)
  expect(attached.scrollback.length).toBeGreaterThan(scrollbackCharacters - 200)
  // Cut at the start of a line.
  expect(attached.scrollback.slice(0, 100)).toBe(`${line}\r\n`)
  await screen.close()
})

test('a file of 200 MB neither grows the helper nor outlives Ctrl-C', async () => {
  const file = join(sandbox.home, 'big')
  writeFileSync(file, Buffer.alloc(200_000_000, `${'y'.repeat(99)}\n`))
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  const [before, started] = [helperMemory(), screen.characters]
  await screen.type(`cat ${file}\r`)
  let highest = 0
  await until(
    'a good part has passed',
    () => {
      highest = Math.max(highest, helperMemory())
      return screen.characters - started > 15_000_000
    },
    60_000,
  )
  expect(highest - before).toBeLessThan(80)
  screen.text = ''
  await screen.type('\x03')
  await screen.shows(/[#$] $/)
  // Of what was under way when the key was pressed, no more than the pty and the flow control hold.
  expect(screen.text.length).toBeLessThan(1_000_000)
  await screen.close()
})

test('characters of several bytes arrive whole, however they are cut', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  // One byte at a time: every character is cut at every place.
  const bytes = [...Buffer.from('网络é🦀終')].map((byte) => `\\x${byte.toString(16)}`)
  const script = bytes.map((byte) => `printf '${byte}'; sleep 0.02`).join('; ')
  expect(await screen.run(script)).toBe('网络é🦀終')
  // And so many that reads end inside of them: the kernel hands out 4095 bytes, which three do not divide evenly.
  screen.text = ''
  await screen.type(`stty -echo; for i in $(seq 20000); do printf '%s' a网络; done; echo; echo whole''now\r`)
  const text = await screen.shows('wholenow')
  expect(text).not.toContain('\ufffd')
  expect(
    text
      .replaceAll(/[^a网络]/g, '')
      .slice(-60_000)
      .match(/a网络/g)?.length,
  ).toBeGreaterThanOrEqual(19_990)
  await screen.close()
})

test('what is typed may be any text, and all of it arrives', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  const lines = Array.from({ length: 3000 }, (_, index) => `line ${index} 网络 ${'y'.repeat(60)}`)
  screen.text = ''
  // Raw: the line discipline of a terminal in cooked mode takes 4095 bytes a line.
  await screen.type('stty raw -echo; echo ready; head -c 250000 | sha256sum; stty sane\r')
  await screen.shows('ready')
  const paste = Buffer.from(lines.join('\r')).subarray(0, 249_000).toString('utf8').replaceAll('\ufffd', '')
  const padded = paste + 'z'.repeat(250_000 - Buffer.byteLength(paste))
  expect(await screen.type(padded)).toEqual({ ok: true })
  const { createHash } = await import('node:crypto')
  await screen.shows(createHash('sha256').update(padded).digest('hex'))
  await screen.close()
})

test('a program that does not read makes only its own window wait', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  await screen.type('stty raw -echo; echo ready; exec sleep 60\r')
  await screen.shows('ready')
  const big = 'x'.repeat(1024 * 1024)
  const answers = []
  for (let turn = 0; turn < 6; turn++) answers.push(await screen.type(big))
  expect(answers[0]).toEqual({ ok: true })
  expect(answers.at(-1)).toMatchObject({ ok: false, failure: { code: 'terminal-busy' } })
  const ticks = helperTicks()
  await askFor(1000)
  await screen.close()
  expect(helperTicks() - ticks).toBeLessThan(130)
})

test.each([
  // Of what is over the limit one read's worth waits on this side of the pty, the rest in the kernel.
  ['exits', 16_000, 'exit 3'],
  ['lets go of its terminal first', 16_000, "exec sh -c 'exec 0<&- 1>&- 2>&-; exit 3'"],
])('the last words of a shell that %s are not lost where the window is slow', async (_, over, end) => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  screen.draws = false
  const last = 100_000 + Math.ceil((terminalFlow.pauseAbove + over) / '100000\r\n'.length)
  await screen.type(`stty -echo; seq 100000 ${last}; echo last words; read; ${end}\r`)
  await until('the limit is reached', () => screen.characters >= terminalFlow.pauseAbove)
  expect(screen.text).not.toMatch(/^last words/m)
  await screen.type('\r')
  await until('the shell has ended', () => screen.ended)
  expect(screen.text.slice(-200)).toContain(`${last - 1}\r\n${last}\r\nlast words\r\n`)
  expect(screen.ended?.exitCode).toBe(3)
  await screen.close()
})
