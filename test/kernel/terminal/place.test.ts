/** A command that is put on a shell's line stands there alone, is text and nothing more, and runs only with Enter. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Session } from '../../../electron/session/session.js'
import { until } from '../support/until.js'
import { processesIn, terminalSandbox, type TerminalSandbox } from './sandbox.js'
import { Screen } from './screen.js'

let sandbox: TerminalSandbox
let session: Session
beforeAll(async () => {
  sandbox = await terminalSandbox()
  session = sandbox.session
})
afterAll(() => sandbox?.close())

const place = (screen: Screen, command: string) => session.request('terminal/place', { terminal: screen.id, command })

/** What stands on the line, by what the shell makes of it. */
/** @param word what the command on the line prints in brackets; what came before it may still be on its way */
async function enter(screen: Screen, word = '.*'): Promise<string> {
  screen.text = ''
  await screen.type('\r')
  return screen.shows(new RegExp(`(?:\\n|2004l\\r?)\\[${word}\\][\\s\\S]*[#$] $`))
}

test('it replaces what was typed or placed before; the same once more changes nothing', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  await screen.type('half a command')
  await screen.shows('half a command')
  expect(await place(screen, 'echo "[one]"')).toEqual({ ok: true, line: 'placed' })
  expect(await place(screen, 'echo "[two]"')).toEqual({ ok: true, line: 'placed' })
  expect(await Promise.all([place(screen, 'echo "[two]"'), place(screen, 'echo "[two]"')])).toEqual([
    { ok: true, line: 'already' },
    { ok: true, line: 'already' },
  ])
  expect(await enter(screen)).toMatch(/(?:\n|2004l\r?)\[two\]/)
  // It was run: the same text is a new line now.
  expect(await place(screen, 'echo "[two]"')).toEqual({ ok: true, line: 'placed' })
  expect(await enter(screen)).toMatch(/(?:\n|2004l\r?)\[two\]/)
  await screen.close()
})

test('control characters in it reach no shell', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  const made = `${sandbox.home}/made`
  // ^O runs the line, a line feed too; the end of a bracketed paste would let what follows be keys.
  const hostile = `touch ${made}\u000f\n\r\u001b[201~touch ${made}\r\u009b201~\u2028\u0003\u0004\u007f\t`
  expect(await place(screen, hostile)).toEqual({ ok: true, line: 'placed' })
  await screen.shows('touch')
  await screen.type('\u0005\u0015')
  expect(await screen.run(`ls ${made} 2>&1 | grep -c "No such file"`)).toBe('1')
  await screen.close()
})

test('a shell whose terminal another program has is not typed into', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  await screen.type('cat\r')
  await until('cat runs', () => processesIn(session).includes('cat'))
  screen.text = ''
  expect(await place(screen, 'echo never')).toEqual({ ok: true, line: 'busy', program: 'cat' })
  await screen.type('typed\r')
  await screen.shows(/typed\s+typed/)
  expect(screen.text).not.toContain('never')
  await screen.type('\u0004')
  await screen.shows(/[#$] $/)
  expect(await place(screen, 'echo "[free]"')).toEqual({ ok: true, line: 'placed' })
  expect(await enter(screen)).toMatch(/(?:\n|2004l\r?)\[free\]/)
  await screen.close()
})

test('a program calls itself anything; in the answer its name is text', async () => {
  const screen = await Screen.open(session)
  await screen.run(`printf '\\033[2Jx\\n' > name; cp "$(command -v sleep)" "$(cat name)"`)
  screen.text = ''
  await screen.type('"./$(cat name)" 300\r')
  await until('it runs', () => processesIn(session).some((each) => each.endsWith(' 300')))
  expect(await place(screen, 'id')).toEqual({ ok: true, line: 'busy', program: '[2Jx' })
  await screen.close()
})

test('what is typed behind it runs it, however soon; where it was not put there, it reaches nobody', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  // Waited for, because it is about to end.
  await screen.type('sleep 0.2\r')
  const [placed] = await Promise.all([place(screen, 'echo "[soon]"'), screen.type('\r')])
  expect(placed).toEqual({ ok: true, line: 'placed' })
  await screen.shows(/(?:\n|2004l\r?)\[soon\]/)
  await screen.type('cat\r')
  await until('cat runs', () => processesIn(session).includes('cat'))
  screen.text = ''
  const [refused] = await Promise.all([place(screen, 'echo never'), screen.type('stray\r')])
  expect(refused).toEqual({ ok: true, line: 'busy', program: 'cat' })
  await screen.type('meant\r')
  await screen.shows(/meant\s+meant/)
  expect(screen.text).not.toContain('stray')
  await screen.type('\u0004')
  await screen.close()
})

test('nor is one that is busy by itself', async () => {
  const screen = await Screen.open(session)
  await screen.shows(/[#$] $/)
  await screen.type('read answer\r')
  expect(await place(screen, 'echo never')).toEqual({ ok: true, line: 'busy', program: 'bash' })
  await screen.type('yes\r')
  expect(await screen.run('echo "$answer"')).toBe('yes')
  await screen.close()
})

test('right after a command that ends at once, and in a shell that is still starting, it waits for the prompt', async () => {
  const screen = await Screen.open(session)
  expect(await place(screen, 'echo "[first]"')).toEqual({ ok: true, line: 'placed' })
  for (const word of ['second', 'third']) {
    await screen.type('\r')
    expect(await place(screen, `echo "[${word}]"`)).toEqual({ ok: true, line: 'placed' })
  }
  await enter(screen, 'third')
  await screen.close()
})

test('a shell without bracketed paste gets the bare text', async () => {
  const plain = await terminalSandbox('bind "set enable-bracketed-paste off"\n')
  const screen = await Screen.open(plain.session)
  await screen.shows(/[#$] $/)
  await screen.type('rest')
  await screen.shows('rest')
  const placed = plain.session.request('terminal/place', { terminal: screen.id, command: 'echo "[bare]"' })
  expect(await placed).toEqual({ ok: true, line: 'placed' })
  expect(await enter(screen)).toMatch(/\n\[bare\]/)
  await plain.close()
})

test('a shell that has ended says so', async () => {
  const screen = await Screen.open(session)
  await screen.type('exit\r')
  await expect.poll(() => screen.ended).not.toBeNull()
  expect(await place(screen, 'id')).toMatchObject({ ok: false, failure: { code: 'no-such-terminal' } })
  await screen.close()
})
