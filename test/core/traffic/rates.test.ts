/** What a flow is told by beside its packets: how fast it is, and its sign. */
import { expect, test } from 'vitest'
import type { Flow } from '../../../electron/core/packet/stream/flow.js'
import { markCount, Rates } from '../../../renderer/traffic/rates.js'

const flow = (id: string, packets: number): Flow => ({
  id,
  protocol: 'icmp',
  namespace: 'ns0',
  source: '10.0.0.1',
  destination: '10.0.0.2',
  ports: null,
  identifier: 1,
  packets,
  replies: packets / 2,
  outcome: 'reply',
})

test('a rate is measured over the last two seconds, and not before there are enough of them', () => {
  const rates = new Rates()
  rates.take([flow('f1', 2)], 0)
  expect(rates.of('f1')).toBeNull()
  for (let second = 1; second <= 10; second++) rates.take([flow('f1', 2 + 40 * second)], second * 1000)
  expect(rates.of('f1')).toBeCloseTo(40)
  for (let second = 11; second <= 14; second++) rates.take([flow('f1', 402)], second * 1000)
  expect(rates.of('f1')).toBe(0)
  rates.take([], 20_000)
  expect(rates.of('f1')).toBeNull()
})

test('questions for neighbours have no sign', () => {
  expect(new Rates().markOf({ id: 'f1', protocol: 'arp' })).toBeNull()
})

test('flows have signs of their own as long as there are any, and keep them', () => {
  const rates = new Rates()
  const ids = Array.from({ length: markCount }, (_, n) => `f${n}`)
  expect(new Set(ids.map((id) => rates.markOf(flow(id, 2)))).size).toBe(markCount)
  const kept = rates.markOf(flow('f3', 2))
  rates.take(
    ids.filter((id) => id !== 'f2').map((id) => flow(id, 2)),
    0,
  )
  expect(rates.markOf(flow('new', 2))).toBe(2)
  expect(rates.markOf(flow('f3', 2))).toBe(kept)
})
