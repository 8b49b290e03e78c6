/** Our decoder against Wireshark's, field by field, on every recorded frame. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import type { LayerName, Packet } from '../../../electron/core/packet/packet.js'
import { writePcapng } from '../../../electron/core/packet/pcapng.js'
import { bytesOf, load, scenarios } from './fixtures.js'

const hasTshark = spawnSync('tshark', ['--version']).status === 0

type Layers = readonly LayerName[]
interface Compared {
  readonly tshark: string
  readonly layers: Layers
  /** Path without `inner.` and `quoted.`. */
  readonly path: string
  readonly show?: (raw: number | string) => string
}
const dec = (raw: number | string): string => String(raw)
const parsed = (text: string): string => (/^0x/.test(text) ? String(Number(text)) : text)
const ip: Layers = ['ipv4']
const compared: readonly Compared[] = [
  { tshark: 'eth.src', layers: ['ethernet'], path: 'eth.src' },
  { tshark: 'eth.dst', layers: ['ethernet'], path: 'eth.dst' },
  { tshark: 'arp.opcode', layers: ['arp'], path: 'arp.op' },
  { tshark: 'arp.src.hw_mac', layers: ['arp'], path: 'arp.senderMac' },
  { tshark: 'arp.src.proto_ipv4', layers: ['arp'], path: 'arp.senderIp' },
  { tshark: 'arp.dst.hw_mac', layers: ['arp'], path: 'arp.targetMac' },
  { tshark: 'arp.dst.proto_ipv4', layers: ['arp'], path: 'arp.targetIp' },
  { tshark: 'ip.src', layers: ip, path: 'ip.src' },
  { tshark: 'ip.dst', layers: ip, path: 'ip.dst' },
  { tshark: 'ip.ttl', layers: ip, path: 'ip.ttl' },
  { tshark: 'ip.id', layers: ip, path: 'ip.id' },
  { tshark: 'ip.len', layers: ip, path: 'ip.length' },
  { tshark: 'ip.proto', layers: ip, path: 'ip.protocol' },
  { tshark: 'ip.hdr_len', layers: ip, path: 'ip.headerLength' },
  { tshark: 'ip.checksum', layers: ip, path: 'ip.checksum' },
  { tshark: 'ip.dsfield.dscp', layers: ip, path: 'ip.dscp', show: (raw) => String(Number(raw) >> 2) },
  { tshark: 'ip.frag_offset', layers: ip, path: 'ip.fragmentOffset', show: (raw) => String(Number(raw) / 8) },
  { tshark: 'ipv6.src', layers: ['ipv6'], path: 'ip.src' },
  { tshark: 'ipv6.dst', layers: ['ipv6'], path: 'ip.dst' },
  { tshark: 'ipv6.hlim', layers: ['ipv6'], path: 'ip.ttl' },
  { tshark: 'ipv6.plen', layers: ['ipv6'], path: 'ip.payloadLength' },
  { tshark: 'ipv6.nxt', layers: ['ipv6'], path: 'ip.nextHeader' },
  { tshark: 'ipv6.flow', layers: ['ipv6'], path: 'ip.flowLabel' },
  { tshark: 'ipv6.fraghdr.ident', layers: ['ipv6-extension'], path: 'ipExtension.id' },
  { tshark: 'icmp.type', layers: ['icmp'], path: 'icmp.type' },
  { tshark: 'icmp.code', layers: ['icmp'], path: 'icmp.code' },
  { tshark: 'icmp.checksum', layers: ['icmp'], path: 'icmp.checksum' },
  { tshark: 'icmp.seq', layers: ['icmp'], path: 'icmp.seq' },
  { tshark: 'icmp.mtu', layers: ['icmp'], path: 'icmp.mtu' },
  { tshark: 'icmpv6.type', layers: ['icmpv6'], path: 'icmp.type' },
  { tshark: 'icmpv6.code', layers: ['icmpv6'], path: 'icmp.code' },
  { tshark: 'icmpv6.checksum', layers: ['icmpv6'], path: 'icmp.checksum' },
  { tshark: 'icmpv6.echo.identifier', layers: ['icmpv6'], path: 'icmp.id' },
  { tshark: 'icmpv6.echo.sequence_number', layers: ['icmpv6'], path: 'icmp.seq' },
  { tshark: 'tcp.srcport', layers: ['tcp'], path: 'tcp.srcPort' },
  { tshark: 'tcp.dstport', layers: ['tcp'], path: 'tcp.dstPort' },
  { tshark: 'tcp.seq_raw', layers: ['tcp'], path: 'tcp.seq' },
  { tshark: 'tcp.ack_raw', layers: ['tcp'], path: 'tcp.ack' },
  { tshark: 'tcp.flags', layers: ['tcp'], path: 'tcp.flags' },
  { tshark: 'tcp.window_size_value', layers: ['tcp'], path: 'tcp.window' },
  { tshark: 'tcp.checksum', layers: ['tcp'], path: 'tcp.checksum' },
  { tshark: 'udp.srcport', layers: ['udp'], path: 'udp.srcPort' },
  { tshark: 'udp.dstport', layers: ['udp'], path: 'udp.dstPort' },
  { tshark: 'udp.length', layers: ['udp'], path: 'udp.length' },
  { tshark: 'udp.checksum', layers: ['udp'], path: 'udp.checksum' },
  { tshark: 'vxlan.vni', layers: ['vxlan'], path: 'vxlan.vni' },
  { tshark: 'gre.proto', layers: ['gre'], path: 'gre.protocol' },
  { tshark: 'gre.key', layers: ['gre'], path: 'gre.key' },
  { tshark: 'gre.sequence_number', layers: ['gre'], path: 'gre.seq' },
  { tshark: 'gre.checksum', layers: ['gre'], path: 'gre.checksum' },
  { tshark: 'geneve.vni', layers: ['geneve'], path: 'geneve.vni' },
  { tshark: 'geneve.proto_type', layers: ['geneve'], path: 'geneve.protocol' },
  { tshark: 'wg.type', layers: ['wireguard'], path: 'wireguard.type' },
  { tshark: 'wg.sender', layers: ['wireguard'], path: 'wireguard.sender', show: (raw) => String(Number(raw)) },
  { tshark: 'wg.receiver', layers: ['wireguard'], path: 'wireguard.receiver', show: (raw) => String(Number(raw)) },
  { tshark: 'wg.counter', layers: ['wireguard'], path: 'wireguard.counter' },
]
/** Wireshark: 0 bad, 1 good, 2 unverified, 3 not present. Of the outermost packet only. */
const statuses = [
  { tshark: 'ip.checksum.status', layer: 'ipv4' },
  { tshark: 'icmp.checksum.status', layer: 'icmp' },
  { tshark: 'icmpv6.checksum.status', layer: 'icmpv6' },
  { tshark: 'tcp.checksum.status', layer: 'tcp' },
  { tshark: 'udp.checksum.status', layer: 'udp' },
] as const

function ours(packet: Packet, { layers, path, show = dec }: Compared): string {
  return packet.layers
    .filter(({ layer }) => layers.includes(layer))
    .flatMap(({ fields }) => fields.filter((field) => field.path.replace(/^((inner|quoted)\.)+/, '') === path))
    .map(({ raw }) => show(raw))
    .join(' ')
}

/** Recorded under Debian's kernel, but for Geneve with an option, GRE over IPv6, and GRE with a checksum: those by hand. */
const tunnelFrames = () =>
  Object.entries(
    JSON.parse(readFileSync('test/fixtures/tunnel-frames.json', 'utf8')) as Record<string, readonly string[]>,
  ).flatMap(([scenario, frames]) =>
    frames.map((hex) => {
      const bytes = bytesOf(hex)
      return { scenario, bytes, originalLength: bytes.length, timeNs: 0 }
    }),
  )

test.skipIf(!hasTshark)('every field agrees with tshark (needs tshark)', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vethlab-frames-'))
  try {
    const recorded = scenarios.flatMap((scenario) => load(scenario).frames.map((frame) => ({ scenario, ...frame })))
    const frames = [...recorded, ...tunnelFrames()]
    const packets = frames.map(({ bytes, originalLength, timeNs }) => {
      return { interface: 0, timeNs: BigInt(timeNs), bytes, originalLength, direction: null, comments: [] }
    })
    const path = join(folder, 'frames.pcapng')
    writeFileSync(path, writePcapng({ application: 'test', comment: null, interfaces: [{ name: 'all' }], packets }))
    const names = [...compared, ...statuses].map(({ tshark }) => tshark)
    const preferences = [
      'ip.defragment:FALSE',
      'ipv6.defragment:FALSE',
      'ip.check_checksum:TRUE',
      'tcp.check_checksum:TRUE',
    ]
    const text = execFileSync(
      'tshark',
      [
        ...['-n', '-r', path, '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator= '],
        ...[...preferences, 'udp.check_checksum:TRUE', 'tcp.desegment_tcp_streams:FALSE'].flatMap((p) => ['-o', p]),
        ...names.flatMap((name) => ['-e', name]),
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const rows = text.trimEnd().split('\n')
    expect(rows.length).toBe(frames.length)
    const differences: string[] = []
    let agreed = 0
    rows.forEach((row, i) => {
      const frame = frames[i]
      if (!frame) return
      const packet = decodeFrame(frame.bytes, { originalLength: frame.originalLength })
      const columns = row.split('\t')
      compared.forEach((field, column) => {
        const theirs = (columns[column] ?? '').split(' ').map(parsed).join(' ')
        const own = ours(packet, field)
        if (own === theirs) agreed += own === '' ? 0 : 1
        else differences.push(`${frame.scenario} frame ${i} ${field.tshark}: ours ${own}, tshark ${theirs}`)
      })
      statuses.forEach(({ tshark, layer }, column) => {
        const theirs = (columns[compared.length + column] ?? '').split(' ')[0] ?? ''
        const checksum = packet.layers.find((candidate) => candidate.layer === layer)?.checksum
        const expected = checksum ? { valid: '1', invalid: '0', unverified: null }[checksum.status] : ''
        // What we cannot verify, tshark may call bad (offloaded), unverified or absent, but never good.
        const fits = expected === null ? theirs !== '1' : theirs === expected
        if (!fits)
          differences.push(`${frame.scenario} frame ${i} ${tshark}: ours ${JSON.stringify(checksum)}, tshark ${theirs}`)
      })
    })
    expect(differences.slice(0, 30)).toEqual([])
    expect(agreed).toBeGreaterThan(5000)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
