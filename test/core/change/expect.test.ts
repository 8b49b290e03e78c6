import { expect, test } from 'vitest'
import { expectedFrom } from '../../../electron/core/change/expect.js'

const ping = { from: 'ns0', to: '10.0.0.2', protocol: 'icmp' } as const

test('what a probe has shown is what its check asks for', () => {
  expect(expectedFrom({ probe: ping, outcome: 'reply' })).toEqual({ from: 'ns0', ping: '10.0.0.2', expect: 'reply' })
  expect(expectedFrom({ probe: { ...ping, size: 1472, df: true, count: 3 }, outcome: 'lost' })).toEqual({
    ...{ from: 'ns0', ping: '10.0.0.2', expect: 'lost' },
    ...{ size: 1472, df: true, count: 3 },
  })
  const tcp = { from: 'ns0', to: 'fd00::1', protocol: 'tcp', port: 80 } as const
  expect(expectedFrom({ probe: tcp, outcome: 'refused' })).toEqual({
    from: 'ns0',
    tcp: '[fd00::1]:80',
    expect: 'refused',
  })
})

test('nothing is asked for that no check can ask', () => {
  expect(expectedFrom({ probe: { ...ping, ttl: 1 }, outcome: 'unreachable' })).toBeNull()
  expect(expectedFrom({ probe: ping, outcome: 'delivered' })).toBeNull()
  expect(expectedFrom({ probe: ping, outcome: 'reply', overheard: true })).toBeNull()
})
