import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import { decodeDns, dnsQuery } from '../../../electron/core/packet/dns.js'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))

test('a question is one that servers read, with its mark behind it', () => {
  expect(decodeDns(dnsQuery(7, 'web.lab', 'AAAA'))).toMatchObject({
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
  expect(decodeDns(answer)).toMatchObject({
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

const frame = (source: number, destination: number, payload: Uint8Array): Uint8Array => {
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(source, 0)
  udp.writeUInt16BE(destination, 2)
  udp.writeUInt16BE(8 + payload.length, 4)
  const ip = Buffer.from('4500000000000000401100000a0000020a000001', 'hex')
  ip.writeUInt16BE(28 + payload.length, 2)
  return Uint8Array.from(Buffer.concat([Buffer.from('0200000000010200000000020800', 'hex'), ip, udp, payload]))
}

test('a frame with a question says whom it asks for, and carries its mark for whoever follows it', () => {
  const packet = decodeFrame(frame(4000, 53, dnsQuery(7, 'web.lab', 'A', Uint8Array.from([9, 9, 9, 9]))))
  const layer = packet.layers.at(-1)
  expect(layer).toMatchObject({ layer: 'dns', summary: 'query A web.lab' })
  expect(layer?.fields.map(({ path, value }) => `${path} ${value}`)).toEqual([
    ...['dns.id 0x0007', 'dns.flags query', 'dns.question A web.lab'],
  ])
  expect(packet.headers.dns).toEqual({
    ...{ id: 7, response: false, code: null, question: { name: 'web.lab', type: 'A' }, answers: [] },
  })
  expect(packet.payload).toMatchObject({ length: layer?.length })
  // What is no message of DNS stays bytes, and so does one that a router has quoted.
  expect(decodeFrame(frame(4000, 53, bytes('76657468'))).layers.at(-1)?.layer).toBe('payload')
})

test('an offer of DHCP says which address, by whom and for how long', () => {
  const offer = Buffer.alloc(240)
  Buffer.from('0201060012345678', 'hex').copy(offer)
  Buffer.from('0a000064', 'hex').copy(offer, 16)
  Buffer.from('020000000009', 'hex').copy(offer, 28)
  Buffer.from('63825363', 'hex').copy(offer, 236)
  const options = Buffer.from(
    '350102' + '36040a000001' + '330400000e10' + '0104ffffff00' + '03040a000001' + '0c0161' + '340103' + 'ff',
    'hex',
  )
  const packet = decodeFrame(frame(67, 68, Buffer.concat([offer, options])))
  expect(packet.layers.at(-1)).toMatchObject({ layer: 'dhcp', summary: 'offer 10.0.0.100 for 02:00:00:00:00:09' })
  expect(packet.headers.dhcp).toEqual({
    ...{ message: 'offer', id: 0x12345678, address: '10.0.0.100', server: '10.0.0.1', lease: 3600 },
  })
  expect(packet.layers.at(-1)?.fields.map(({ path, value }) => `${path} ${value}`)).toEqual([
    ...['dhcp.op 2 reply', 'dhcp.xid 0x12345678', 'dhcp.flags 0', 'dhcp.ciaddr 0.0.0.0', 'dhcp.yiaddr 10.0.0.100'],
    ...['dhcp.giaddr 0.0.0.0', 'dhcp.chaddr 02:00:00:00:00:09', 'dhcp.option.53 2 offer', 'dhcp.option.54 10.0.0.1'],
    ...['dhcp.option.51 3600 s', 'dhcp.option.1 255.255.255.0', 'dhcp.option.3 10.0.0.1', 'dhcp.option.12 12 61'],
    'dhcp.option.52 52 03',
  ])
  expect(decodeFrame(frame(67, 68, Buffer.alloc(300))).layers.at(-1)?.layer).toBe('payload')
})
