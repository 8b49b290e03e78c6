import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writePcapng } from '../../../electron/core/packet/pcapng.js'
import { tracePcapng } from '../../../electron/core/packet/trace-pcapng.js'
import { load, trace } from './fixtures.js'

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined
const folder = mkdtempSync(join(tmpdir(), 'vethlab-pcapng-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** 2026-11-22 11:00:00.123456789 UTC */
const epoch = 1_795_345_200_123_456_789n

function write(scenario: string): { path: string; frames: number } {
  const { frames, namespaces } = load(scenario)
  const placed = frames.map((frame) => ({ ...frame, timeNs: BigInt(frame.timeNs) + epoch }))
  const path = join(folder, `${scenario}.pcapng`)
  const application = 'vethlab 0.1.0'
  writeFileSync(
    path,
    tracePcapng({ application, comment: 'ns0 → 203.0.113.10', frames: placed, hops: trace(scenario), namespaces }),
  )
  return { path, frames: frames.length }
}
const tshark = (path: string, ...fields: string[]): string[][] =>
  execFileSync(
    'tshark',
    ['-n', '-r', path, '-T', 'fields', '-E', 'aggregator=|', ...fields.flatMap((f) => ['-e', f])],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))

test('a file is a section, its interfaces and its packets, each padded to four bytes', () => {
  const file = writePcapng({
    application: 'é',
    comment: null,
    interfaces: [{ name: 'ns0:veth0' }],
    packets: [
      {
        interface: 0,
        timeNs: (1n << 32n) + 5n,
        bytes: Uint8Array.of(1, 2, 3),
        originalLength: 9,
        direction: 'out',
        comments: [],
      },
    ],
  })
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const types: number[] = []
  for (let at = 0; at < file.length;) {
    const length = view.getUint32(at + 4, true)
    expect(length % 4).toBe(0)
    expect(view.getUint32(at + length - 4, true)).toBe(length)
    types.push(view.getUint32(at, true))
    if (types.at(-1) === 6) {
      expect([view.getUint32(at + 12, true), view.getUint32(at + 16, true)]).toEqual([1, 5])
      expect([view.getUint32(at + 20, true), view.getUint32(at + 24, true)]).toEqual([3, 9])
    }
    at += length
  }
  expect(types).toEqual([0x0a0d0d0a, 1, 6])
})

test.skipIf(!has('tshark'))('tshark reads interfaces, times, directions and comments back (needs tshark)', () => {
  const { path, frames } = write('nat')
  const rows = tshark(path, 'frame.interface_name', 'frame.time_epoch', 'frame.packet_flags_direction', 'frame.comment')
  expect(rows).toHaveLength(frames)
  const recorded = load('nat').frames
  const first = recorded.findIndex(({ timeNs }) => timeNs === 0)
  expect(rows[first]?.slice(0, 2)).toEqual(['ns0:veth0', '1795345200.123456789'])
  expect(rows.map(([, , direction]) => Number(direction))).toEqual(
    recorded.map(({ pkttype }) => (pkttype === 4 ? 2 : 1)),
  )
  const masqueraded = rows.find(([name, , , comment]) => name === 'host:eth0' && comment?.includes('request sent'))
  expect(masqueraded?.[3]).toMatch(
    /hop \d+: request sent, host:eth0 out\|changed since hop \d+: eth.src, eth.dst, ip.src, ip.ttl/,
  )
  const bridge = rows.find(([name, , , comment]) => name === 'host:bridge0' && comment?.includes('request received'))
  expect(bridge?.[3]).toMatch(/then routed in host\|hop \d+: then nat in host/)
})

test.skipIf(!has('tshark'))('a drop and a cut frame are said in comments (needs tshark)', () => {
  const dropped = tshark(write('router-forwarding-off').path, 'frame.interface_name', 'frame.comment')
  const said = dropped.filter(([, comment]) => comment?.includes('then dropped in ns-router'))
  expect(said.map(([name]) => name)).toEqual(['ns-router:veth1'])
  const cut = tshark(write('router-ipv6').path, 'frame.len', 'frame.cap_len', 'frame.comment')
  const long = cut.filter(([length]) => Number(length) > 256)
  expect(long.length).toBeGreaterThan(0)
  for (const [length, captured, comment] of long) {
    expect(captured).toBe('256')
    expect(comment).toContain(`captured 256 of ${length} bytes`)
  }
})

test.skipIf(!has('capinfos'))('capinfos sees a nanosecond pcapng with one interface per port (needs capinfos)', () => {
  const { path, frames } = write('nat')
  const text = execFileSync('capinfos', [path], { encoding: 'utf8' })
  const { namespaces } = load('nat')
  expect(text).toMatch(/File type: .*pcapng/)
  expect(text).toContain('nanoseconds (9)')
  expect(text).toMatch(new RegExp(`Number of packets:\\s+${frames}\\b`))
  expect(text).toMatch(
    new RegExp(`Number of interfaces in file:\\s+${namespaces.flatMap(({ links }) => links).length}\\b`),
  )
  expect(text).toContain('vethlab 0.1.0')
  expect(text).toContain('ns0 → 203.0.113.10')
})

test.skipIf(!has('tcpdump'))('tcpdump reads it (needs tcpdump)', () => {
  const { path, frames } = write('nat')
  const text = execFileSync('tcpdump', ['-n', '-r', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  expect(text.trimEnd().split('\n')).toHaveLength(frames)
  expect(text).toContain('172.16.0.157 > 203.0.113.10: ICMP echo request')
})
