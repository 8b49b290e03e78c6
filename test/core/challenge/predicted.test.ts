import { expect, test } from 'vitest'
import { withPredicted } from '../../../electron/core/challenge/predicted.js'
import type { ExpectedHop, Marked } from '../../../electron/core/predict/mark.js'

const probe = { from: 'ns0', to: '10.0.1.2' }
const marked = (right: number, nextHop: ExpectedHop = null, isRight = true): Marked => ({
  expected: {
    places: [
      { namespace: 'r', interface: 'eth0' },
      { namespace: 'ns1', interface: null },
    ],
    nextHop,
  },
  ...{ right, turn: null, came: null },
  nextHop: nextHop === null ? null : { isRight, was: { via: '10.0.0.1' } },
  prediction: { sure: false, reason: { key: '', params: {} } } as unknown as Marked['prediction'],
})

test('what was drawn and named is an answer each, with what came of it', () => {
  expect(withPredicted({}, probe, marked(1, { via: '10.0.0.1' }))).toEqual({
    'way from ns0 to 10.0.1.2': 'r:eth0 ns1 (1 of 2 right)',
    'next hop from ns0 to 10.0.1.2': '10.0.0.1 (right)',
  })
  expect(withPredicted({}, probe, marked(2, 'direct', false))).toMatchObject({
    'next hop from ns0 to 10.0.1.2': 'direct (wrong)',
  })
})

test('the first answer counts, and a file stays small', () => {
  const first = withPredicted({}, probe, marked(0))
  expect(withPredicted(first, probe, marked(2))).toEqual(first)
  let many = first
  for (let n = 0; n < 200; n++) many = withPredicted(many, { ...probe, to: `10.0.2.${n}` }, marked(2))
  expect(Object.keys(many)).toHaveLength(100)
  expect(withPredicted({}, { ...probe, to: 'x'.repeat(200) }, marked(2))).toEqual({})
})
