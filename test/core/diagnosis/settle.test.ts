/** Which of several causes is said, and how far a probe got. */
import { describe, expect, test } from 'vitest'
import { settle, type Candidate } from '../../../electron/core/diagnosis/diagnose.js'
import { Network } from '../../../electron/core/diagnosis/network.js'
import { isFurther, progressOf } from '../../../electron/core/diagnosis/progress.js'
import { say } from '../../../electron/core/diagnosis/words.js'
import { hop, routed } from './scene-of.js'

const candidate = (name: string, fixes: boolean, onlyIfTried = false): Candidate => ({
  onlyIfTried,
  repair: fixes ? { namespace: name, steps: [{ op: 'link-up', namespace: name, name: 'e0' }] } : null,
  diagnosis: {
    code: 'unknown',
    namespace: name,
    interface: null,
    cause: name,
    message: say('unknown-nowhere'),
    evidence: [],
    fix: fixes ? { namespace: name, commands: [name], tried: false } : null,
    ruledOut: [],
    ruledOutMessages: [],
  },
})
const said = (candidates: readonly Candidate[], helped: Readonly<Record<string, boolean>> | null) => {
  const { diagnosis } = settle(candidates, helped && (({ diagnosis: { cause } }) => helped[cause]))
  return [diagnosis.cause, diagnosis.fix?.tried ?? null]
}

describe('of several causes', () => {
  const [first, second, last] = [candidate('first', true), candidate('second', true), candidate('none', false)]

  test('the one whose fix has helped comes before a more specific one whose fix has not', () => {
    expect(said([first, second, last], { first: false, second: true })).toEqual(['second', true])
    expect(said([first, second, last], { first: true })).toEqual(['first', true])
  })

  test('where no fix has helped, the most specific one stands, without a fix', () => {
    expect(said([first, second, last], { first: false, second: false })).toEqual(['first', null])
  })

  test('where nothing can be tried, its fix is offered and says so', () => {
    expect(said([first, second, last], null)).toEqual(['first', false])
  })

  test('a guess counts only if its fix has helped', () => {
    const guess = candidate('guess', true, true)
    expect(said([guess, last], null)).toEqual(['none', null])
    expect(said([guess, last], { guess: false })).toEqual(['none', null])
    expect(said([guess, last], { guess: true })).toEqual(['guess', true])
  })
})

describe('a probe is further', () => {
  const network = new Network(routed())
  const sent = hop(1, { interface: 'a0', direction: 'out', event: 'sent', observed: true })
  const eth = { src: '02:00:00:00:00:09', dst: '02:00:00:00:00:02', type: '0x0800' }
  const arrived = { namespace: 'r', interface: 'r0', direction: 'in', event: 'received', observed: true } as const
  const of = (hops: Parameters<typeof progressOf>[1], outcome: 'lost' | 'reply' = 'lost') =>
    progressOf(outcome, hops, network)

  test('where it came to one who was meant, and not where a flood came to everybody', () => {
    expect(isFurther(of([sent, hop(2, { ...arrived, packet: { eth } })]), of([sent]))).toBe(true)
    const flood = hop(2, { ...arrived, packet: { eth: { ...eth, dst: '02:00:00:00:00:07' } } })
    expect(isFurther(of([sent, flood]), of([sent]))).toBe(false)
  })

  test('with an answer, whatever way it went; and never by a longer way that leads nowhere', () => {
    const reply = hop(3, { namespace: 'b', leg: 'reply', interface: 'b0', event: 'sent', observed: true })
    expect(isFurther(of([sent], 'reply'), of([sent, reply]))).toBe(true)
    expect(isFurther(of([sent, hop(2, { namespace: 'r', event: 'routed' })]), of([sent, reply]))).toBe(false)
    expect(isFurther(of([sent]), of([sent]))).toBe(false)
  })

  test('a question for a neighbour is as far as what is sent to a known one', () => {
    const asked = hop(1, {
      leg: 'arp',
      interface: 'a0',
      event: 'sent',
      observed: true,
      packet: { arp: { op: 'request', senderMac: '', senderIp: '10.1.0.2', targetIp: '10.1.0.1' } },
    })
    expect(isFurther(of([sent]), of([asked]))).toBe(false)
    expect(isFurther(of([asked]), of([]))).toBe(true)
  })
})
