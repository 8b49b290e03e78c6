/** What a learner expects, held against a film: up to where it is right, and what sent the packet elsewhere. */
import { expect, test } from 'vitest'
import { isAllRight, mark, type Expected, type Filmed, type Place } from '../../../electron/core/predict/mark.js'
import type { Prediction, Step, SurePrediction } from '../../../electron/core/predict/prediction.js'

const steps = (text: string): Step[] =>
  text.split(', ').map((each) => {
    const [, namespace = '', name = '', direction] = /^(\w+):(\w+) (in|out)$/.exec(each) ?? []
    return { namespace, interface: name, direction: direction as Step['direction'] }
  })
const places = (text: string): Place[] =>
  text.split(' ').map((each) => ({ namespace: each.split(':')[0] ?? '', interface: each.split(':')[1] ?? null }))

const request = steps('a:a0 out, r:r0 in, r:r1 out, b:b0 in')
const filmed: Filmed = { from: 'a', request, reply: steps('b:b0 out, r:r1 in, r:r0 out, a:a0 in'), outcome: 'reply' }
const prediction: SurePrediction = {
  ...{ sure: true, outcome: 'reply', request, reply: filmed.reply, end: null },
  decisions: [
    { leg: 'request', namespace: 'a', command: 'ip route', line: 'default via 10.1.0.1 dev a0' },
    { leg: 'request', namespace: 'r', command: 'ip route', line: '10.2.0.0/24 dev r1' },
    { leg: 'reply', namespace: 'r', command: 'ip route', line: '10.1.0.0/24 dev r0' },
  ],
  nextHop: { via: '10.1.0.1', dev: 'a0' },
}
const expected = (way: string, nextHop: Expected['nextHop'] = null): Expected => ({
  places: way === '' ? [] : places(way),
  nextHop,
})
const marked = (way: string, nextHop?: Expected['nextHop'], by: Prediction = prediction, film = filmed) =>
  mark(expected(way, nextHop), by, film)

test.each(['r b', 'a r b', 'a:a0 r:r0 r:r1 b:b0', 'r:r1 b', 'r r:r1 b'])('%s is right all the way', (way) => {
  const found = marked(way)
  expect([found.turn, found.right]).toEqual([null, places(way).length])
  expect(isAllRight(found)).toBe(true)
})

test.each([
  ['x b', 0, 'a', 'r:r0', 'default via 10.1.0.1 dev a0'],
  ['b', 0, 'a', 'r:r0', 'default via 10.1.0.1 dev a0'],
  ['r x', 1, 'r', 'b:b0', '10.2.0.0/24 dev r1'],
  ['r', 1, 'r', 'b:b0', '10.2.0.0/24 dev r1'],
  ['r:r0 r:r2 b', 1, 'r', 'r:r1', '10.2.0.0/24 dev r1'],
  ['r:r1 r:r0', 1, 'r', 'b:b0', '10.2.0.0/24 dev r1'],
])('%s is right at %s places, then %s sends it to %s', (way, right, at, went, line) => {
  const found = marked(way)
  expect(found.right).toBe(right)
  expect(found.turn).toEqual({
    at,
    went: places(went)[0],
    because: [{ leg: 'request', namespace: at, command: 'ip route', line }],
  })
  expect(isAllRight(found)).toBe(false)
})

test('beyond where the packet ended, it went no further', () => {
  expect(marked('r b x').turn).toMatchObject({ at: 'b', went: null })
  const unsent = marked('r', null, prediction, { ...filmed, request: [], outcome: 'unreachable' })
  expect(unsent).toMatchObject({ right: 0, turn: { at: 'a', went: null, because: [] } })
  expect(marked('a', null, prediction, { ...filmed, request: [] }).turn).toBeNull()
})

test('the next hop', () => {
  expect(marked('', { via: '10.1.0.1' })).toMatchObject({ turn: null, nextHop: { isRight: true } })
  const wrong = marked('', 'direct')
  expect(wrong.nextHop).toEqual({ isRight: false, was: { via: '10.1.0.1' } })
  expect(isAllRight(wrong)).toBe(false)
  expect(marked('', 'direct', { ...prediction, nextHop: { via: null, dev: 'a0' } }).nextHop?.isRight).toBe(true)
  const none = { ...prediction, request: [], nextHop: null }
  expect(marked('', 'not-sent', none, { ...filmed, request: [] }).nextHop).toEqual({ isRight: true, was: 'not-sent' })
})

test('the program is marked the same way, and gives no reason that did not come true', () => {
  expect(marked('r b').came).toEqual({ request: true, reply: true, outcome: true })
  const astray: Prediction = { ...prediction, request: request.slice(0, 2), reply: [], outcome: 'lost' }
  const found = marked('r x', { via: '10.1.0.1' }, astray)
  expect(found.came).toEqual({ request: false, reply: false, outcome: false })
  expect([found.turn?.because, found.nextHop]).toEqual([[], null])
  const unsure = marked('r x', { via: '10.1.0.1' }, { sure: false, because: ['-'] as never })
  expect([unsure.came, unsure.turn?.because, unsure.nextHop]).toEqual([null, [], null])
})
