import { describe, expect, test } from 'vitest'
import { entryOf, isTranslated, parseConnection } from '../../../electron/core/live/connection.js'
import type { PacketHeaders } from '../../../electron/core/packet/packet.js'

const parsed = (line: string) => {
  const connection = parseConnection(line)
  if (!connection) throw new Error(`not understood: ${line}`)
  return connection
}

test('a ping that is masqueraded', () => {
  const connection = parsed(
    'ipv4     2 icmp     1 29 src=192.168.1.2 dst=203.0.113.10 type=8 code=0 id=5 src=203.0.113.10 dst=172.16.0.157 type=0 code=0 id=5 mark=0 use=1',
  )
  expect(connection).toEqual({
    family: 'ipv4',
    protocol: 'icmp',
    state: null,
    timeout: 29,
    original: { source: '192.168.1.2', destination: '203.0.113.10', sourcePort: null, destinationPort: null },
    reply: { source: '203.0.113.10', destination: '172.16.0.157', sourcePort: null, destinationPort: null },
    flags: [],
  })
  expect(isTranslated(connection)).toBe(true)
})

test('TCP with its state, untranslated', () => {
  const connection = parsed(
    'ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000 [ASSURED] mark=0 use=1',
  )
  expect(connection).toMatchObject({ state: 'ESTABLISHED', timeout: 431_999, flags: ['ASSURED'] })
  expect(connection.original).toMatchObject({ sourcePort: 40_000, destinationPort: 80 })
  expect(isTranslated(connection)).toBe(false)
})

test('a published port: only the port and the destination differ', () => {
  const connection = parsed(
    'ipv4     2 tcp      6 5 SYN_SENT src=10.0.0.9 dst=172.16.0.157 sport=40000 dport=8080 [UNREPLIED] src=192.168.1.2 dst=10.0.0.9 sport=80 dport=40000 mark=0 use=1',
  )
  expect(connection.flags).toEqual(['UNREPLIED'])
  expect(isTranslated(connection)).toBe(true)
})

test('IPv6', () => {
  const connection = parsed(
    'ipv6     10 udp      17 28 src=fd00::1 dst=fd00::2 sport=5353 dport=53 src=fd00::2 dst=fd00::1 sport=53 dport=5353 mark=0 use=1',
  )
  expect(connection).toMatchObject({ family: 'ipv6', protocol: 'udp', state: null })
  expect(isTranslated(connection)).toBe(false)
})

test('a protocol that conntrack does not know has its own name, or its number', () => {
  const rest = '599 src=192.168.1.1 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=192.168.1.1 mark=0 use=1'
  expect(parsed(`ipv4     2 unknown  2 ${rest}`)).toMatchObject({ protocol: 'igmp', timeout: 599 })
  expect(parsed(`ipv4     2 unknown  253 ${rest}`)).toMatchObject({ protocol: '253' })
})

test.each([
  '',
  'conntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.',
  'ipv4 2 tcp 6 10 CLOSE src=1.1.1.1',
])('no entry: %j', (line) => expect(parseConnection(line)).toBeNull())

describe('the entry of a packet', () => {
  const tcp = (sport: number, rest: string): string =>
    `tcp      6 431999 ESTABLISHED src=10.1.0.2 dst=10.1.0.1 sport=${sport} dport=8080 ${rest}`
  const answer = (dport: number): string => `src=10.2.0.2 dst=10.1.0.2 sport=80 dport=${dport} [ASSURED] mark=0 use=1`
  const echo = (id: number): string =>
    `icmp     1 29 src=10.1.0.2 dst=10.2.0.2 type=8 code=0 id=${id} src=10.2.0.2 dst=10.9.0.1 type=0 code=0 id=${id} mark=0`
  const six = `icmpv6   58 29 src=fd00:0::1 dst=fd00::2 type=128 code=0 id=7 src=fd00::2 dst=fd00::9 type=129 code=0 id=7`
  const lines = [tcp(40001, answer(40001)), tcp(40002, answer(40002)), echo(7), echo(8), six]
  const packet = (src: string, dst: string, more: Partial<PacketHeaders>): PacketHeaders => ({
    ip: {
      ...{ version: src.includes(':') ? 6 : 4, src, dst, ttl: 64, id: 1, df: false, length: 84 },
      protocol: more.tcp ? 'tcp' : src.includes(':') ? 'icmpv6' : 'icmp',
    },
    ...more,
  })
  const ports = (srcPort: number, dstPort: number) => ({
    tcp: { srcPort, dstPort, seq: 1, ack: 0, flags: [] },
  })
  const asked = (type: number, id: number) => ({ icmp: { type, code: 0, id, seq: 1 } })

  test.each([
    ['of a connection', packet('10.1.0.2', '10.1.0.1', ports(40002, 8080)), 1],
    ['of its answer', packet('10.2.0.2', '10.1.0.2', ports(80, 40001)), 0],
    ['of an echo beside another', packet('10.1.0.2', '10.2.0.2', asked(8, 8)), 3],
    ['of the answer to it', packet('10.2.0.2', '10.9.0.1', asked(0, 7)), 2],
    ['of IPv6', packet('fd00::1', 'fd00::2', asked(128, 7)), 4],
    ['none of another port', packet('10.1.0.2', '10.1.0.1', ports(40003, 8080)), -1],
    ['none of another echo', packet('10.1.0.2', '10.2.0.2', asked(8, 9)), -1],
  ])('%s', (_, headers, at) => expect(entryOf(lines, headers)).toBe(lines[at]))
})
