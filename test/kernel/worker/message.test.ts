import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { formatAddress, formatMac, parseAddress, parsePrefix } from '../../../electron/helper/kernel/inet.js'
import {
  eachAttribute,
  eachMessage,
  headerBytes,
  MessageWriter,
  readError,
  readString,
} from '../../../electron/helper/kernel/netlink/message.js'
import { decodeAddress } from '../../../electron/helper/kernel/rtnetlink/address.js'
import { decodeFdbEntry } from '../../../electron/helper/kernel/rtnetlink/fdb.js'
import { decodeLink } from '../../../electron/helper/kernel/rtnetlink/link-dump.js'
import { decodeNeighbour } from '../../../electron/helper/kernel/rtnetlink/neighbour.js'
import { decodeNetconf } from '../../../electron/helper/kernel/rtnetlink/netconf.js'
import { decodeQdisc } from '../../../electron/helper/kernel/rtnetlink/qdisc.js'
import { decodeRoute } from '../../../electron/helper/kernel/rtnetlink/route.js'
import { decodeRule } from '../../../electron/helper/kernel/rtnetlink/rule.js'
import { checksum } from '../../../electron/helper/kernel/probe/icmp.js'
import { sysctlPath } from '../../../electron/helper/kernel/sysctl.js'
import * as captured from './captured.js'

const decodeAll = <T>(messages: readonly Buffer[], decode: (bytes: Buffer, at: number, end: number) => T | null): T[] =>
  messages.map((bytes) => decode(bytes, headerBytes, bytes.length)).filter((value) => value !== null)

describe('captured answers of the kernel are read as `ip` prints them', () => {
  test('links', () => {
    const common = { up: true, vxlan: null, bridge: null, port: null, masterIndex: null, other: null }
    expect(decodeAll(captured.links, decodeLink)).toEqual([
      {
        ...{ ...common, index: 2, name: 'br0', kind: 'bridge', masterKind: '', mac: '02:00:00:00:00:10', mtu: 1500 },
        ...{ carrier: false, operstate: 'down', bridge: { stp: true, vlanFiltering: false } },
      },
      {
        ...{
          ...common,
          index: 3,
          name: 'veth0',
          kind: 'veth',
          masterKind: 'bridge',
          mac: '02:00:00:00:00:01',
          mtu: 1500,
        },
        ...{ carrier: true, operstate: 'up', masterIndex: 2, other: { index: 2, namespaceId: 0 } },
        port: { number: 1, state: 'listening' },
      },
      {
        ...{ ...common, index: 4, name: 'vx0', kind: 'vxlan', masterKind: '', mac: '02:00:00:00:00:02', mtu: 1500 },
        ...{ up: false, carrier: false, operstate: 'down' },
        vxlan: { id: 42, local: '10.0.0.1', remote: '10.0.0.2', port: 4789 },
      },
    ])
  })

  test('addresses', () => {
    expect(decodeAll(captured.addresses, decodeAddress)).toEqual([
      { index: 1, family: 'ipv4', address: '127.0.0.1/8', scope: 'host', flags: ['permanent'], label: 'lo' },
      { index: 2, family: 'ipv4', address: '10.0.0.1/24', scope: 'global', flags: ['permanent'], label: 'br0' },
      { index: 1, family: 'ipv6', address: '::1/128', scope: 'host', flags: ['permanent'] },
      { index: 2, family: 'ipv6', address: 'fd00::1/64', scope: 'global', flags: ['nodad', 'permanent'] },
      { index: 3, family: 'ipv6', address: 'fe80::ff:fe00:1/64', scope: 'link', flags: ['tentative', 'permanent'] },
    ])
  })

  test('routes, a multipath route as one entry per next hop', () => {
    const main = { table: 254, mtu: null, weight: null, type: 'unicast', src: null, flags: [], metric: 0 }
    const boot = { ...main, protocol: 'boot', scope: 'global' }
    const down = { ...boot, flags: ['linkdown'] }
    expect(decodeAll(captured.routes, decodeRoute).flat()).toEqual([
      {
        ...{ ...down, family: 'ipv4', to: '10.0.0.0/24', via: null, index: 2 },
        ...{ src: '10.0.0.1', protocol: 'kernel', scope: 'link' },
      },
      { ...boot, family: 'ipv4', to: '10.7.0.0/16', via: null, index: null, type: 'blackhole' },
      { ...down, family: 'ipv4', to: '10.8.0.0/16', via: '10.0.0.8', index: 2, weight: 1 },
      { ...down, family: 'ipv4', to: '10.8.0.0/16', via: '10.0.0.9', index: 2, weight: 2 },
      { ...down, family: 'ipv4', to: '10.9.0.0/16', via: '10.0.0.7', index: 2, metric: 5 },
      { ...down, family: 'ipv6', to: 'fd00::/64', via: null, index: 2, protocol: 'kernel', metric: 256 },
      { ...boot, family: 'ipv6', to: 'fe80::/64', via: null, index: 3, protocol: 'kernel', metric: 256 },
      { ...down, family: 'ipv6', to: '::/0', via: 'fd00::2', index: 2, metric: 1024 },
    ])
  })

  test('rules, without those of multicast routing', () => {
    const plain = {
      ...{ from: null, to: null, iif: null, oif: null, fwmark: null, not: false },
      ...{ action: 'to-table', protocol: 'kernel', others: [] },
    }
    expect(decodeAll(captured.rules, decodeRule)).toEqual([
      { ...plain, family: 'ipv4', priority: 0, table: 255 },
      {
        ...plain,
        family: 'ipv4',
        priority: 77,
        table: 100,
        from: '10.1.0.0/16',
        iif: 'br0',
        fwmark: 5,
        protocol: 'unspec',
      },
      { ...plain, family: 'ipv6', priority: 32766, table: 254 },
    ])
  })

  test('neighbours, without those the kernel makes for multicast', () => {
    expect(decodeAll(captured.neighbours, decodeNeighbour)).toEqual([
      {
        ...{ index: 2, family: 'ipv4', address: '10.0.0.5', mac: '02:00:00:00:00:55' },
        ...{ state: 'PERMANENT', router: false },
      },
    ])
  })

  test('forwarding databases, without the multicast filters of interfaces', () => {
    const entry = { vlan: null, dst: null, permanent: true }
    expect(decodeAll(captured.fdb, decodeFdbEntry)).toEqual([
      { ...entry, index: 2, masterIndex: 2, mac: '02:00:00:00:00:10' },
      { ...entry, index: 3, masterIndex: 2, mac: '02:00:00:00:00:01' },
      { ...entry, index: 4, masterIndex: null, mac: '00:00:00:00:00:00', dst: '10.0.0.2' },
    ])
  })

  test('queueing disciplines that impair, and only those', () => {
    const impair = { delayUs: null, lossPercent: null, rateBit: 10_000_000 }
    const others = ['root tbf rate 10mbit burst 4096 latency 400ms']
    expect(decodeAll(captured.qdiscs, decodeQdisc)).toEqual([[3, { impair, others }]])
  })

  test('settings of interfaces', () => {
    expect(decodeAll(captured.netconf, decodeNetconf)).toEqual([
      { index: 4, rpFilter: 0 },
      { index: -1, rpFilter: 0 },
      { index: -2, rpFilter: 0 },
    ])
  })

  test("a refusal comes with the kernel's own words", () => {
    const [bytes = Buffer.alloc(0)] = captured.refusal
    const said: unknown[] = []
    eachMessage(bytes, bytes.length, (type, flags, sequence, at, end) => {
      said.push(sequence, readError(bytes, type, flags, at, end))
    })
    expect(said).toEqual([7, { errno: 101, words: 'Nexthop has invalid gateway' }])
  })

  test('cut off at any byte, messages are left out and never read beyond their end', () => {
    for (const [index, whole] of captured.links.entries())
      for (let length = 0; length < whole.length; length += 1) {
        let seen = 0
        eachMessage(whole.subarray(0, length), length, () => {
          seen += 1
        })
        expect(seen, `link ${index} cut at ${length}`).toBe(0)
      }
  })
})

describe('written messages', () => {
  test('have the layout of `ip link add vx0 address .. mtu 1400 type vxlan`', () => {
    // Bytes from an strace of iproute2 6.1: IFLA_ADDRESS, IFLA_MTU, IFLA_IFNAME, IFLA_LINKINFO.
    const writer = new MessageWriter().begin(16, 0x600).flag(0x4).u32(0).u32(0).u32(0).u32(0)
    writer.attributeBytes(1, Buffer.from('020000000009', 'hex')).attributeU32(4, 1400).attributeString(3, 'vx0')
    const info = writer.nest(18)
    writer.attributeString(1, 'vxlan').end(info)
    const length = writer.finish(0x01020304)
    expect(writer.bytes.subarray(0, length).toString('hex')).toBe(
      [
        '4c00000010000506' + '0403020100000000',
        '00000000000000000000000000000000',
        '0a000100020000000009' + '0000',
        '0800040078050000',
        '0800030076783000',
        // The kind's own zero is not counted by `ip`, but is by every other writer; the kernel takes both.
        '10001200' + '0a00010076786c616e00' + '0000',
      ].join(''),
    )
  })

  test('come back attribute by attribute, whatever they hold', () => {
    const attribute = fc.record({ type: fc.integer({ min: 1, max: 0x3fff }), value: fc.uint8Array({ maxLength: 300 }) })
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 40 }), (attributes) => {
        const writer = new MessageWriter().begin(1, 0)
        for (const { type, value } of attributes) writer.attributeBytes(type, value)
        const length = writer.finish(1)
        const found: { type: number; value: Uint8Array }[] = []
        eachAttribute(writer.bytes, headerBytes, length, (type, at, size) => {
          found.push({ type, value: Uint8Array.from(writer.bytes.subarray(at, at + size)) })
        })
        expect(found).toEqual(attributes)
      }),
      { numRuns: 100 },
    )
  })

  test('hold names in UTF-8', () => {
    const writer = new MessageWriter().begin(1, 0).attributeString(3, 'väth0')
    writer.finish(1)
    eachAttribute(writer.bytes, headerBytes, writer.finish(1), (_type, at, length) => {
      expect(readString(writer.bytes, at, length)).toBe('väth0')
    })
  })
})

describe('addresses', () => {
  test('print then parse gives the same bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 0xab), { minLength: 16, maxLength: 16 })
        .map((list) => Uint8Array.from(list)),
    )
    fc.assert(
      fc.property(bytes, (given) => {
        const text = formatAddress(Buffer.from(given), 0, given.length)
        expect(parseAddress(text)?.bytes).toEqual(Buffer.from(given))
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::', '::'],
    ['fe80::', 'fe80::'],
  ])('%s is written %s (RFC 5952)', (given, canonical) => {
    const bytes = parseAddress(given)?.bytes ?? Buffer.alloc(16, 0xff)
    expect(formatAddress(bytes, 0, 16)).toBe(canonical)
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
  ])('"%s" is none', (text) => expect(parseAddress(text)).toBeNull())

  test('a prefix length has bounds, and is full where none is given', () => {
    expect(parsePrefix('10.0.0.1')?.length).toBe(32)
    expect(parsePrefix('fd00::1')?.length).toBe(128)
    expect(parsePrefix('10.0.0.0/33')).toBeNull()
    expect(parsePrefix('10.0.0.0/x')).toBeNull()
  })

  test('hardware addresses of no length are none', () => {
    expect(formatMac(Buffer.from('02ab', 'hex'), 0, 2)).toBe('02:ab')
    expect(formatMac(Buffer.alloc(0), 0, 0)).toBeNull()
  })
})

test('the checksum is that of RFC 1071', () => {
  expect(checksum(Buffer.from('0001f203f4f5f6f7', 'hex'), 8)).toBe(0x220d)
  expect(checksum(Buffer.from('0001f2', 'hex'), 3)).toBe(0xffff - 0xf201)
})

test.each([
  ['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward'],
  ['net.ipv4.conf.eth0/1.rp_filter', '/proc/sys/net/ipv4/conf/eth0.1/rp_filter'],
  ['net/ipv4/conf/eth0.1/rp_filter', '/proc/sys/net/ipv4/conf/eth0.1/rp_filter'],
  ['kernel.hostname', null],
  ['net/../kernel/hostname', null],
  ['net.//.//.kernel.hostname', null],
  ['net', null],
])('the sysctl %s is the file %s', (key, path) => expect(sysctlPath(key)).toBe(path))
