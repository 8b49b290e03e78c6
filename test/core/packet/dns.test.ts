import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeDns, dnsQuery } from '../../../electron/core/packet/dns.js'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))

test('a question is one that servers read, with its mark behind it', () => {
  expect(decodeDns(dnsQuery(7, 'web.lab', 'AAAA'))).toEqual({
    ...{ id: 7, response: false, code: 'NOERROR', question: { name: 'web.lab', type: 'AAAA' }, answers: [] },
  })
  const mark = Uint8Array.from([1, 2, 3, 4])
  const marked = dnsQuery(7, 'web.lab', 'A', mark)
  // OPT: root, type 41, 1232 bytes, no flags; one option of 4 bytes (RFC 6891, 6.1).
  expect(Buffer.from(marked).toString('hex')).toMatch(/00002904d0000000000008fde9000401020304$/)
  expect(marked[11]).toBe(1)
})

test('an answer of dnsmasq, with names that point back at the question', () => {
  const answer = bytes(
    '1234 8580 0001 0002 0000 0000 03776562 036c6162 00 0001 0001' +
      'c00c 0001 0001 00000000 0004 0a000050 c00c 0005 0001 00000000 0002 c00c',
  )
  expect(decodeDns(answer)).toEqual({
    ...{ id: 0x1234, response: true, code: 'NOERROR', question: { name: 'web.lab', type: 'A' } },
    answers: [
      { name: 'web.lab', type: 'A', address: bytes('0a000050') },
      { name: 'web.lab', type: 'CNAME', address: null },
    ],
  })
  expect(decodeDns(bytes('1234 8583 0000 0000 0000 0000'))?.code).toBe('NXDOMAIN')
})

test('names that point at themselves, and whatever else comes by that port, end', () => {
  expect(decodeDns(bytes('1234 8180 0001 0000 0000 0000 c00c 0001 0001'))).toBeNull()
  expect(decodeDns(bytes('1234'))).toBeNull()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const read = decodeDns(noise)
      expect(read?.question?.name ?? '').toMatch(/^[A-Za-z0-9_?.-]*$/)
    }),
    { numRuns: 500 },
  )
})
