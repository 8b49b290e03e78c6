import { describe, expect, test } from 'vitest'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import type { Layer, Packet } from '../../../electron/core/packet/packet.js'
import { bytesOf, load } from './fixtures.js'

/** The nth frame of a scenario that fits. */
function frame(scenario: string, fits: (packet: Packet) => boolean): { bytes: Uint8Array; packet: Packet } {
  for (const { bytes, originalLength } of load(scenario).frames) {
    const packet = decodeFrame(bytes, { originalLength })
    if (fits(packet)) return { bytes, packet }
  }
  throw new Error(`no such frame in ${scenario}`)
}
const layer = (packet: Packet, name: Layer['layer'], within: Layer['within'] = 'frame'): Layer => {
  const found = packet.layers.find((candidate) => candidate.layer === name && candidate.within === within)
  if (!found) throw new Error(`no ${within} ${name}`)
  return found
}
const value = (of: Layer, path: string): string | undefined => of.fields.find((field) => field.path === path)?.value

describe('the JSON of a packet', () => {
  test('an echo request is eth, ip and icmp with exactly the fields of the contract', () => {
    const { bytes, packet } = frame('nat', ({ headers }) => headers.icmp?.type === 8)
    const word = (at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
    expect(packet.headers).toEqual({
      eth: { src: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/), dst: expect.any(String), type: '0x0800' },
      ip: {
        version: 4,
        src: '192.168.1.2',
        dst: '203.0.113.10',
        ttl: 64,
        id: word(18),
        protocol: 'icmp',
        df: true,
        length: 84,
      },
      icmp: { type: 8, code: 0, id: word(38), seq: 1 },
    })
    expect(packet.truncated).toBe(false)
  })

  test('ARP names operation, sender and target', () => {
    const { packet } = frame('router', ({ headers }) => headers.arp?.op === 'reply')
    const { eth, arp } = packet.headers
    expect(eth?.type).toBe('0x0806')
    expect(arp).toEqual({ op: 'reply', senderMac: eth?.src, senderIp: '192.168.0.1', targetIp: '192.168.0.2' })
  })

  test('TCP flags are listed by name', () => {
    const { packet } = frame('nat-tcp', ({ headers }) => headers.tcp?.flags.length === 2)
    expect(packet.headers.tcp).toMatchObject({ srcPort: 80, flags: ['SYN', 'ACK'] })
    const options = layer(packet, 'tcp').fields.filter(({ name }) => name === 'option')
    expect(options.map(({ value }) => value.replace(/ \d+/g, ' N'))).toEqual([
      'maximum segment size N',
      'SACK permitted',
      'timestamps N N',
      'no operation',
      'window scale N',
    ])
  })

  test('a VXLAN packet carries the inner frame, with paths of its own', () => {
    const { packet } = frame('vxlan', ({ inner }) => inner?.headers.icmp?.type === 8)
    expect(packet.headers.udp?.dstPort).toBe(4789)
    expect(packet.headers.vxlan).toEqual({ vni: 42 })
    expect(packet.headers.inner?.ip).toMatchObject({ src: '192.168.9.1', dst: '192.168.9.2' })
    expect(packet.headers.icmp).toBeUndefined()
    expect(value(layer(packet, 'ipv4', 'inner'), 'inner.ip.src')).toBe('192.168.9.1')
  })

  test('IPv6 gives its hop limit as ttl and has no id', () => {
    const { packet } = frame('router-ipv6', ({ headers }) => headers.icmp?.type === 128)
    expect(packet.headers.ip).toEqual({
      version: 6,
      src: 'fd00::2',
      dst: 'fd00:1::2',
      ttl: 64,
      id: null,
      protocol: 'icmpv6',
      df: true,
      length: 104,
    })
    expect(packet.headers.icmp).toMatchObject({ type: 128, code: 0, seq: 1 })
  })

  test('later fragments have no upper layer, and the first one has', () => {
    const first = frame('nat-fragments', ({ fragment }) => fragment?.offset === 0).packet
    const later = frame('nat-fragments', ({ fragment }) => (fragment?.offset ?? 0) > 0).packet
    expect(first.headers.icmp?.type).toBe(8)
    expect(later.headers.icmp).toBeUndefined()
    expect(later.fragment).toEqual({ id: first.fragment?.id, offset: 1480, more: true })
    const six = frame('router-ipv6', ({ fragment }) => (fragment?.offset ?? 0) > 0).packet
    expect(six.headers.ip?.protocol).toBe('icmpv6')
    expect(layer(six, 'ipv6-extension').summary).toBe('fragment header')
  })
})

describe('the layers of a packet', () => {
  test('every field points at its own bytes', () => {
    const { bytes, packet } = frame('router', ({ headers }) => headers.icmp?.type === 8)
    const ttl = layer(packet, 'ipv4').fields.find(({ path }) => path === 'ip.ttl')
    expect(ttl).toMatchObject({ name: 'ttl', value: '64', raw: 64, offset: 22, length: 1 })
    expect(bytes[22]).toBe(64)
    const source = layer(packet, 'ipv4').fields.find(({ path }) => path === 'ip.src')
    expect([...bytes.subarray(source?.offset, (source?.offset ?? 0) + 4)].join('.')).toBe(source?.value)
    expect(packet.layers.map(({ layer, offset, length }) => [layer, offset, length])).toEqual([
      ['ethernet', 0, 14],
      ['ipv4', 14, 20],
      ['icmp', 34, 8],
      ['payload', 42, 56],
    ])
  })

  test('an ICMP error shows the packet that it quotes', () => {
    const { packet } = frame('ttl-exceeded', ({ headers }) => headers.icmp?.type === 11)
    expect(layer(packet, 'icmp').summary).toBe('TTL exceeded in transit')
    expect(value(layer(packet, 'ipv4', 'quoted'), 'quoted.ip.dst')).toBe('10.0.3.2')
    expect(packet.quoted?.headers.icmp?.type).toBe(8)
    expect(packet.headers.icmp).toEqual({ type: 11, code: 0, id: null, seq: null })
  })

  test('an error about size says the MTU', () => {
    const { packet } = frame('mtu', ({ headers }) => headers.icmp?.type === 3)
    expect(layer(packet, 'icmp').summary).toBe('fragmentation needed, MTU 1000')
  })

  test('neighbour discovery shows target and link-layer address', () => {
    const { packet } = frame('router-ipv6', ({ headers }) => headers.icmp?.type === 136)
    const mac = layer(packet, 'icmpv6').fields.find(({ name }) => name === 'link-layer-address')
    expect(mac?.raw).toBe(packet.headers.eth?.src)
    expect(packet.neighbour).toMatchObject({ protocol: 'ndp', op: 'reply' })
  })

  test('options of a router advertisement are read', () => {
    // Built by hand: this kernel sends none by itself. fe80::1 -> ff02::1, prefix fd00:5::/64, MTU 1400.
    const options = '0101020000000001' + '05010000' + '00000578' + '0304' + '40c0' + '0001518000003840' + '00000000'
    const prefix = 'fd000005000000000000000000000000'
    const body = `86000000400007080000000000000000${options}${prefix}`
    const header = `60000000${(body.length / 2).toString(16).padStart(4, '0')}3aff`
    const addresses = 'fe800000000000000000000000000001' + 'ff020000000000000000000000000001'
    const packet = decodeFrame(bytesOf(`333300000001020000000001${'86dd'}${header}${addresses}${body}`))
    const fields = layer(packet, 'icmpv6').fields
    expect(fields.find(({ name }) => name === 'prefix')?.value).toBe('fd00:5::/64')
    expect(fields.find(({ name }) => name === 'mtu')?.value).toBe('1400')
    expect(fields.find(({ name }) => name === 'lifetime')?.value).toBe('1800 s')
  })

  test('a VLAN tag is shown and looked through', () => {
    const { bytes } = frame('router', ({ headers }) => headers.icmp?.type === 8)
    const tagged = Uint8Array.from([...bytes.subarray(0, 12), 0x81, 0x00, 0x60, 0x2a, ...bytes.subarray(12)])
    const packet = decodeFrame(tagged)
    expect(value(layer(packet, 'ethernet'), 'vlan.id')).toBe('42, priority 3')
    expect(packet.headers.vlan).toEqual({ id: 42, priority: 3 })
    expect(packet.headers.eth?.type).toBe('0x0800')
    expect(packet.headers.icmp?.type).toBe(8)
  })
})

describe('checksums', () => {
  const status = (packet: Packet, name: Layer['layer']) => layer(packet, name).checksum

  test('of a whole packet are proved right, and wrong after a bit has flipped', () => {
    const { bytes, packet } = frame('router', ({ headers }) => headers.icmp?.type === 8)
    expect(status(packet, 'ipv4')).toEqual({ status: 'valid', reason: null })
    expect(status(packet, 'icmp')).toEqual({ status: 'valid', reason: null })
    const damaged = bytes.slice()
    damaged[22] = 65
    damaged[60] = (damaged[60] ?? 0) ^ 1
    expect(status(decodeFrame(damaged), 'ipv4')).toEqual({ status: 'invalid', reason: null })
    expect(status(decodeFrame(damaged), 'icmp')).toEqual({ status: 'invalid', reason: null })
  })

  test('that the stack left to the device are unverified, not wrong', () => {
    const { bytes, packet } = frame('nat-tcp', ({ headers }) => headers.tcp?.flags[0] === 'SYN')
    expect(status(packet, 'tcp')).toEqual({ status: 'unverified', reason: 'offloaded' })
    const damaged = bytes.slice()
    damaged[50] = (damaged[50] ?? 0) ^ 1
    expect(status(decodeFrame(damaged), 'tcp')).toEqual({ status: 'invalid', reason: null })
  })

  test('of a cut packet and of fragments are unverified', () => {
    const { bytes, packet } = frame('nat-fragments', ({ fragment }) => fragment?.offset === 0)
    expect(status(packet, 'icmp')).toEqual({ status: 'unverified', reason: 'fragment' })
    const whole = frame('router', ({ headers }) => headers.icmp?.type === 8)
    const cut = decodeFrame(whole.bytes.subarray(0, 80), { originalLength: 98 })
    expect(status(cut, 'icmp')).toEqual({ status: 'unverified', reason: 'cut' })
    expect(status(cut, 'ipv4')).toEqual({ status: 'valid', reason: null })
    expect(bytes.length).toBe(1514)
  })
})

describe('cut frames', () => {
  const { bytes } = frame('nat-tcp', ({ headers }) => headers.tcp?.flags[0] === 'SYN')

  test.each([
    [0, { layer: 'ethernet', part: 'header', captured: 0, expected: 14 }],
    [13, { layer: 'ethernet', part: 'header', captured: 13, expected: 14 }],
    [14, { layer: 'ipv4', part: 'header', captured: 0, expected: 20 }],
    [30, { layer: 'ipv4', part: 'header', captured: 16, expected: 20 }],
    [42, { layer: 'tcp', part: 'header', captured: 8, expected: 20 }],
    [60, { layer: 'tcp', part: 'header', captured: 26, expected: 40 }],
  ])('after %i bytes say what is missing', (length, missing) => {
    const packet = decodeFrame(bytes.subarray(0, length), { originalLength: bytes.length })
    expect(packet.truncated).toBe(true)
    expect(packet.missing).toEqual(missing)
  })

  test('within the payload say how much of it is there', () => {
    const { packet } = frame('mtu', ({ headers }) => headers.icmp?.type === 8)
    expect(packet.truncated).toBe(false)
    const whole = frame('mtu', ({ headers }) => headers.icmp?.type === 8).bytes
    const cut = decodeFrame(whole.subarray(0, 256), { originalLength: whole.length })
    expect(cut.missing).toEqual({ layer: 'icmp', part: 'payload', captured: 214, expected: 1200 })
    expect(cut.headers.icmp?.seq).toBe(1)
  })

  test('the ports of a quoted packet are known from its first eight bytes', () => {
    const error = frame('nat-udp-refused', ({ headers }) => headers.icmp?.type === 3).bytes
    const packet = decodeFrame(error.subarray(0, 14 + 20 + 8 + 20 + 8), { originalLength: error.length })
    expect(packet.quoted?.ports?.dst).toBe(53)
  })
})
