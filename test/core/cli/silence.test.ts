/** What a command says while the helper does not answer, and when it does again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { noteSilence } from '../../../electron/cli/silence.js'
import type { Session } from '../../../electron/session/session.js'

let tell: (since: number | null) => void
let written: string[]

const session = (mode: 'sandbox' | 'elevated'): Session =>
  ({
    capabilities: { mode },
    onSilence(told: (since: number | null) => void) {
      tell = told
      return () => (tell = () => {})
    },
  }) as unknown as Session

beforeEach(() => {
  vi.useFakeTimers()
  written = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
const onTerminal = (is: boolean): void => void vi.spyOn(process.stderr, 'isTTY', 'get').mockReturnValue(is)
const since = new Date(2026, 0, 2, 3, 4, 5).getTime()

if (!Object.getOwnPropertyDescriptor(process.stderr, 'isTTY')?.get)
  Object.defineProperty(process.stderr, 'isTTY', { get: () => false, configurable: true })

test('on a terminal it is said at once, since when and what one can do; and that it answers again', () => {
  onTerminal(true)
  const stop = noteSilence(session('sandbox'))
  tell(since)
  expect(written.join('')).toContain(
    'The sandbox is not answering since 03:04:05. Wait, or press Ctrl-C; the sandbox ends, and its lab with it.\n',
  )
  tell(null)
  expect(written.at(-1)).toContain('The sandbox answers again.\n')
  stop()
})

test('as root it says what stays, and what undoes it', () => {
  onTerminal(true)
  noteSilence(session('elevated'))
  tell(since)
  expect(written.join('')).toContain(
    'The part of Vethlab that runs as root is not answering since 03:04:05. Wait, or press Ctrl-C; what the lab made on this machine then stays until: npm run -s cli -- recover\n',
  )
})

test('a log is told of what lasts, and of nothing that was over by then', () => {
  onTerminal(false)
  const stop = noteSilence(session('sandbox'))
  tell(since)
  vi.advanceTimersByTime(5000)
  tell(null)
  vi.runAllTimers()
  expect(written).toEqual([])
  tell(since)
  vi.advanceTimersByTime(10_000)
  expect(written).toEqual([expect.stringContaining('is not answering since 03:04:05')])
  stop()
  tell(null)
  expect(written).toHaveLength(1)
})
