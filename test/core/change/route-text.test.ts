import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRouteText, routeText } from '../../../electron/core/change/route-text.js'

const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined })
const entry = fc
  .record({
    to: fc.constantFrom('default', '10.0.2.0/24', '203.0.113.10', 'fd00:1::/64', 'nonsense'),
    type: optional(fc.constantFrom('blackhole' as const, 'unreachable' as const, 'prohibit' as const)),
    via: optional(fc.constantFrom('10.0.1.1', 'fd00::1')),
    dev: optional(fc.constantFrom('eth0', 'via', 'dev', 'onlink')),
    metric: optional(fc.nat(4294967295)),
    onlink: optional(fc.constant(true)),
    table: optional(fc.constantFrom(7, 4294967295, 'local' as const, 'main' as const)),
    source: optional(fc.constantFrom('10.0.1.9', 'fd00::9')),
    mtu: optional(fc.constantFrom(68, 1400)),
    nexthops: optional(
      fc.array(
        fc.record({
          via: optional(fc.constantFrom('10.0.1.1', 'fd00::1')),
          dev: optional(fc.constantFrom('eth0', 'nexthop', 'weight')),
          weight: optional(fc.integer({ min: 1, max: 256 })),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    ),
  })
  .map((each) => JSON.parse(JSON.stringify(each)) as typeof each)

test('what is written of a route is read as that route, whatever its names are', () => {
  fc.assert(
    fc.property(entry, (each) => {
      expect(parseRouteText(routeText(each))).toEqual(each)
    }),
  )
})

test.each([
  '',
  '   ',
  'blackhole',
  'default via',
  '10.0.0.0/8 nexthop 10.0.0.1',
  'default table isp',
  'default metric many',
  'default dev',
])('no route is read from "%s"', (text) => expect(parseRouteText(text)).toBeNull())

test('blanks between the words do not count, and unicast is what a route is anyhow', () => {
  expect(parseRouteText('  unicast   default  via 10.0.1.1 ')).toEqual({
    to: 'default',
    type: 'unicast',
    via: '10.0.1.1',
  })
  expect(routeText({ to: 'default', type: 'unicast', via: '10.0.1.1' })).toBe('default via 10.0.1.1')
})
