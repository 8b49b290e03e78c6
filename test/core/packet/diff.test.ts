import { expect, test } from 'vitest'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import { changedPaths, diffFields } from '../../../electron/core/packet/diff.js'
import type { Packet } from '../../../electron/core/packet/packet.js'
import { load, trace } from './fixtures.js'

/** The packet of a hop's frame. */
function packetAt(scenario: string, where: string): Packet {
  const hop = trace(scenario).find(({ leg, namespace, interface: name }) => `${leg} ${namespace}:${name}` === where)
  const frame = load(scenario).frames[hop?.frame ?? -1]
  if (!frame) throw new Error(`no hop at ${where}`)
  return decodeFrame(frame.bytes, { originalLength: frame.originalLength })
}

test('masquerading shows both MACs, TTL, header checksum and source, old and new', () => {
  const before = packetAt('nat', 'request host:bridge0')
  const after = packetAt('nat', 'request host:eth0')
  const changes = diffFields(before, after)
  expect(changes.map(({ path }) => path)).toEqual(['eth.dst', 'eth.src', 'ip.ttl', 'ip.checksum', 'ip.src'])
  expect(changes.find(({ path }) => path === 'ip.src')).toEqual({
    path: 'ip.src',
    layer: 'ipv4',
    before: '192.168.1.2',
    after: '172.16.0.157',
  })
  expect(changedPaths(before.headers, after.headers)).toEqual(['eth.src', 'eth.dst', 'ip.src', 'ip.ttl'])
})

test('a packet does not differ from itself', () => {
  const packet = packetAt('vxlan', 'request r1:wan')
  expect(diffFields(packet, packet)).toEqual([])
  expect(changedPaths(packet.headers, packet.headers)).toEqual([])
})

test('entering a tunnel adds headers around a passenger that stays the same; leaving it takes them off', () => {
  const plain = packetAt('vxlan', 'request r1:vx0')
  const wrapped = packetAt('vxlan', 'request r1:wan')
  const added = diffFields(plain, wrapped)
  expect(added.find(({ path }) => path === 'vxlan.vni')).toEqual({
    path: 'vxlan.vni',
    layer: 'vxlan',
    before: null,
    after: '42',
  })
  expect(added.filter(({ path }) => path.startsWith('inner.'))).toEqual([])
  expect(added.every(({ before }) => before === null)).toBe(true)
  const removed = diffFields(wrapped, plain)
  expect(removed.every(({ after }) => after === null)).toBe(true)
  expect(removed.map(({ path }) => path).toSorted()).toEqual(added.map(({ path }) => path).toSorted())
  expect(changedPaths(wrapped.headers, plain.headers)).toEqual(changedPaths(plain.headers, wrapped.headers))
})
