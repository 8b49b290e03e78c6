/** What a trace came to is seen without scrolling, however long its way and its evidence are. */
import { expect, test } from 'vitest'
import { traceText } from '../../../electron/cli/trace-text.js'
import type { Diagnosis } from '../../../electron/core/diagnosis/diagnosis.js'
import { say } from '../../../electron/core/diagnosis/words.js'
import type { Trace, TraceHop } from '../../../electron/core/diagnosis/trace.js'

const hop = (n: number): TraceHop => ({
  ...{ n, timeNs: n * 1000, leg: 'request', namespace: `r${n}`, interface: 'e0', direction: 'in', changed: [] },
  ...{ event: n === 30 ? 'dropped' : 'received', observed: n !== 30, packet: null, frame: null, comparedWith: null },
})

const diagnosis: Diagnosis = {
  ...{ code: 'no-route', namespace: 'r60', interface: null, cause: 'r60 has no route.' },
  evidence: [{ command: 'ip route', output: Array.from({ length: 40 }, (_, n) => `route ${n}`).join('\n') }],
  fix: { namespace: 'r60', commands: ['ip route add default via 10.0.0.1'], tried: true },
  ruledOut: ['Everybody forwards.'],
  message: say('no-route', { namespace: 'r60', target: '10.9.0.9' }),
  ruledOutMessages: [],
}

const trace = (hops: number, found: Diagnosis | null): Trace => ({
  ...{ id: '1', lab: 'long', time: 0, probe: { from: 'r1', to: '10.9.0.9', protocol: 'icmp' } },
  ...{ outcome: found ? 'lost' : 'reply', rttUs: null, ttl: null, message: null, diagnosis: found },
  ...{ answers: [], hops: Array.from({ length: hops }, (_, n) => hop(n + 1)), frames: [], interfaces: [] },
  ...{ dropped: 0, beyond: 0 },
})

const plain = (_: string, text: string): string => text
const lines = (...[made, options]: [Trace, { all: boolean }?]): string[] => traceText(made, plain, options).split('\n')

test('outcome, cause, evidence and fix are the last of it, in that order, and the middle is counted', () => {
  const told = lines(trace(60, diagnosis))
  expect(told.length).toBeLessThan(50)
  expect(told[0]).toBe('icmp r1 -> 10.9.0.9: lost')
  const screen = told.slice(-24)
  const at = (text: string): number => screen.findIndex((line) => line.includes(text))
  const places = [
    '10.9.0.9: lost',
    'no-route: r60',
    '$ ip route',
    '... 28 more lines; --all',
    'route 39',
    'To fix',
  ].map(at)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places).not.toContain(-1)
  expect(told.indexOf('  Everybody forwards.')).toBeLessThan(told.length - screen.length + (places[0] ?? 0))
  // Where it was dropped is told, wherever that is.
  const counted = told.flatMap(
    (line) => /\.\.\. (\d+) more hops; --all shows them|\(dropped\)/.exec(line)?.slice(1) ?? [],
  )
  expect(counted).toEqual(['21', undefined, '18'])
})

test('with --all nothing is left out; an answer has its whole way and ends with it', () => {
  const every = lines(trace(60, diagnosis), { all: true })
  expect(every.filter((line) => / r\d+:e0 /.test(line))).toHaveLength(60)
  expect(every.filter((line) => / route \d+$/.test(line))).toHaveLength(40)
  const answered = lines(trace(60, null))
  expect(answered.filter((line) => / r\d+:e0 /.test(line))).toHaveLength(60)
  expect(answered.at(-1)).toBe('icmp r1 -> 10.9.0.9: reply')
  expect(lines(trace(3, null)).at(-1)).toContain('r3:e0')
})
