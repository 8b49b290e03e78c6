import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  broadcastOf,
  canonicalAddress,
  canonicalPrefix,
  containsAddress,
  familyOf,
  formatAddress,
  networkOf,
  parseAddress,
  parseAddressPort,
  parsePrefix,
} from '../../../electron/core/lab/address.js'

test.each([
  ['192.168.1.1', '192.168.1.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['FD00:0:0:0::1', 'fd00::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
  ['::ffff:a00:1', '::ffff:10.0.0.1'],
])('%s is spelled %s', (text, canonical) => expect(canonicalAddress(text)).toBe(canonical))

test.each([
  '',
  '10.1',
  '10.0.0.256',
  '010.0.0.1',
  '0x7f.0.0.1',
  '1.2.3.4.5',
  '1.2.3.',
  ' 1.2.3.4',
  '1.2.3.4/24',
  'fe80::1%eth0',
  ':::',
  '1::2::3',
  '12345::',
  '::ffff:010.0.0.1',
  '::ffff:1.2.3',
  'g::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:1.2.3.4',
])('%j is no address', (text) => expect(parseAddress(text)).toBeNull())

test.each([
  '10.0.0.1',
  '10.0.0.1/33',
  '10.0.0.1/024',
  '10.0.0.1/',
  '10.0.0.1/-1',
  '10.0.0.1/8/8',
  'fd00::/129',
  '10.0.0.1/1e1',
])('%j is no prefix', (text) => expect(parsePrefix(text)).toBeNull())

test('prefixes keep their host bits, networks lose them', () => {
  expect(canonicalPrefix('192.168.1.7/24')).toBe('192.168.1.7/24')
  expect(networkOf('192.168.1.7/20')).toBe('192.168.0.0/20')
  expect(networkOf('fd00:1:2:3:4::5/50')).toBe('fd00:1:2::/50')
  expect(networkOf('10.0.0.1')).toBe('10.0.0.1/32')
  expect(networkOf('nonsense')).toBeNull()
  expect([familyOf('10.0.0.0/8'), familyOf('::1'), familyOf('x')]).toEqual(['ipv4', 'ipv6', null])
})

test('containment looks at the prefix bits and the family', () => {
  expect(containsAddress('10.0.0.0/25', '10.0.0.127')).toBe(true)
  expect(containsAddress('10.0.0.0/25', '10.0.0.128')).toBe(false)
  expect(containsAddress('0.0.0.0/0', '::1')).toBe(false)
  expect(containsAddress('::/0', '::1')).toBe(true)
})

test('a target has a port only in its own spelling', () => {
  expect(parseAddressPort('10.0.0.1:80')).toMatchObject({ address: { text: '10.0.0.1' }, port: 80 })
  expect(parseAddressPort('[fd00::1]:80')).toMatchObject({ address: { text: 'fd00::1' }, port: 80 })
  expect(parseAddressPort('fd00::1:80')).toMatchObject({ address: { text: 'fd00::1:80' }, port: null })
  for (const bad of ['10.0.0.1:0', '10.0.0.1:65536', '10.0.0.1:', '[10.0.0.1]:80', '[fd00::1]', 'fd00::1]:80'])
    expect(parseAddressPort(bad)).toBeNull()
})

const bytes = fc.oneof(
  fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
  // Runs of zeros are what the spelling of IPv6 is about.
  fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 }),
)

test('an address read back is the same, and its spelling stays', () => {
  fc.assert(
    fc.property(bytes, (address) => {
      const text = formatAddress(address)
      expect(parseAddress(text)?.bytes).toEqual(address)
      expect(canonicalAddress(text)).toBe(text)
    }),
  )
})

test('a network holds an address exactly if no bit of its prefix differs', () => {
  const number = (address: readonly number[]): bigint => address.reduce((n, byte) => n * 256n + BigInt(byte), 0n)
  fc.assert(
    fc.property(bytes, fc.nat(128), fc.nat(127), (address, wanted, flip) => {
      const bits = address.length * 8
      const length = wanted % (bits + 1)
      const bit = flip % bits
      const other = address.map((byte, i) => (i === bit >> 3 ? byte ^ (128 >> (bit & 7)) : byte))
      const prefix = `${formatAddress(address)}/${length}`
      expect(containsAddress(prefix, formatAddress(other))).toBe(bit >= length)
      const network = parsePrefix(networkOf(prefix) ?? '')
      const shift = BigInt(bits - length)
      expect(number(network?.bytes ?? [])).toBe((number(address) >> shift) << shift)
    }),
  )
})

test('the broadcast address is the last of its subnet, where there is one', () => {
  const of = (text: string): string | null => broadcastOf(parsePrefix(text) ?? expect.fail(text))
  expect([of('10.1.2.3/22'), of('10.0.0.0/30'), of('10.0.0.0/31'), of('fd00::/64')]).toEqual([
    '10.1.3.255',
    '10.0.0.3',
    null,
    null,
  ])
})
