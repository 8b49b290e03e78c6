/** One place is told as where a probe ended, and what of it ended there. */
import { expect, test } from 'vitest'
import type { Trace, TraceHop } from '../../../electron/core/diagnosis/trace.js'
import type { Outcome } from '../../../electron/core/lab/schema.js'
import type { PacketHeaders } from '../../../electron/core/packet/packet.js'
import { endOf } from '../../../renderer/trace/end.js'
import { buildFilm } from '../../../renderer/trace/film.js'
import { sayHop } from '../../../renderer/trace/say.js'
import { labN } from '../canvas/fixtures/labs.js'
import { canvasOf, recorded } from './fixtures.js'

const { live } = canvasOf(labN)
const wanted = '192.168.1.4'

const ip = (src: string, dst: string, protocol: string): NonNullable<PacketHeaders['ip']> => ({
  version: 4,
  src,
  dst,
  ttl: 64,
  id: 1,
  protocol,
  df: false,
  length: 84,
})
const question: PacketHeaders = {
  arp: {
    op: 'request',
    senderMac: '02:00:00:00:00:01',
    senderIp: '192.168.1.2',
    targetMac: '00:00:00:00:00:00',
    targetIp: wanted,
  } as NonNullable<PacketHeaders['arp']>,
}
const reply: PacketHeaders = {
  arp: { ...(question.arp as NonNullable<PacketHeaders['arp']>), op: 'reply', senderIp: wanted },
}
const unreachable: PacketHeaders = {
  ip: ip('192.168.1.2', '192.168.1.2', 'icmp'),
  icmp: { type: 3, code: 1, id: null, seq: null },
}
const echo: PacketHeaders = { ip: ip('192.168.1.2', wanted, 'icmp'), icmp: { type: 8, code: 0, id: 1, seq: 1 } }
const reset: PacketHeaders = {
  ip: ip(wanted, '192.168.1.2', 'tcp'),
  tcp: { srcPort: 81, dstPort: 40000, seq: 0, ack: 1, flags: ['RST', 'ACK'] } as NonNullable<PacketHeaders['tcp']>,
}

type Sketch = Pick<TraceHop, 'leg' | 'namespace' | 'event' | 'packet'> & Partial<TraceHop>

function traceOf(outcome: Outcome, sketches: readonly Sketch[], blamed: string | null): Trace {
  const base = recorded('nat-no-route')
  const hops = sketches.map((sketch, index): TraceHop => ({
    n: index + 1,
    timeNs: index,
    interface: null,
    direction: sketch.event === 'sent' ? 'out' : sketch.event === 'received' ? 'in' : null,
    observed: sketch.event === 'sent' || sketch.event === 'received',
    changed: [],
    frame: null,
    comparedWith: null,
    ...sketch,
  }))
  const diagnosis = base.diagnosis && { ...base.diagnosis, namespace: blamed }
  return { ...base, outcome, hops, diagnosis }
}
const endIn = (trace: Trace) => endOf(trace, buildFilm(trace.hops), live)
const saying = (trace: Trace, n: number) => {
  const film = buildFilm(trace.hops)
  return sayHop(film.byNumber.get(n)?.hop as TraceHop, { film, live })
}

const asked = traceOf(
  'unreachable',
  [
    { leg: 'arp', namespace: 'ns0', event: 'sent', packet: question },
    { leg: 'arp', namespace: 'host', event: 'received', packet: question },
    { leg: 'request', namespace: 'ns0', event: 'dropped', packet: null },
    { leg: 'error', namespace: 'ns0', event: 'sent', packet: unreachable },
    { leg: 'error', namespace: 'ns0', event: 'received', packet: unreachable },
    { leg: 'error', namespace: 'ns0', event: 'delivered', packet: unreachable },
  ],
  'host',
)

test('a question that nobody answers ends where it was asked, wherever the cause lies', () => {
  expect(endIn(asked)).toMatchObject({
    namespace: 'ns0',
    kind: 'unresolved',
    asked: { protocol: 'ARP', address: wanted },
    at: { hop: { n: 3 } },
  })
  expect(saying(asked, 3)).toMatchObject({ sign: 'drop', key: 'hop.unresolved' })
})

test('the error that comes back is told as a report, not as a success of the probe', () => {
  expect(saying(asked, 6)).toMatchObject({
    sign: 'told',
    key: 'hop.reported',
    values: { packet: 'ICMP unreachable', namespace: 'ns0' },
  })
  expect(saying(asked, 5)).toMatchObject({ key: 'hop.receivedReply', values: { packet: 'ICMP unreachable' } })
})

test('an error that is lost on its way back is not where the probe ended', () => {
  const lost = traceOf(
    'lost',
    [
      { leg: 'request', namespace: 'host', event: 'dropped', packet: echo },
      { leg: 'error', namespace: 'ns1', event: 'dropped', packet: unreachable },
    ],
    null,
  )
  expect(endIn(lost)).toMatchObject({ namespace: 'host', kind: 'request' })
  expect(saying(lost, 2).key).toBe('hop.reportDropped')
})

test('what was answered in the end is no reason: the packet is lost for another', () => {
  const answered = traceOf(
    'lost',
    [
      { leg: 'arp', namespace: 'ns0', event: 'sent', packet: question },
      { leg: 'arp', namespace: 'ns0', event: 'received', packet: reply },
      { leg: 'request', namespace: 'ns0', event: 'dropped', packet: null },
    ],
    'ns0',
  )
  expect(endIn(answered)).toMatchObject({ kind: 'neverSent', asked: null })
})

test('the answer has an end of its own, and a target that keeps silent, too', () => {
  const back = { ...echo, ip: ip('203.0.113.10', '192.168.1.2', 'icmp') }
  const answer = traceOf('lost', [{ leg: 'reply', namespace: 'host', event: 'dropped', packet: back }], 'host')
  expect(endIn(answer)).toMatchObject({ namespace: 'host', kind: 'answer' })
  const arrived = { ...echo, ip: ip('192.168.1.2', '203.0.113.10', 'icmp') }
  const silent = traceOf('lost', [{ leg: 'request', namespace: 'internet', event: 'dropped', packet: arrived }], 'host')
  expect(endIn(silent)).toMatchObject({ namespace: 'internet', kind: 'unanswered' })
  expect(saying(silent, 1).key).toBe('hop.unanswered')
})

test('what is refused ended where it arrived, and being told so is no success', () => {
  const refused = traceOf(
    'refused',
    [
      { leg: 'request', namespace: 'host', event: 'delivered', packet: echo },
      { leg: 'reply', namespace: 'ns0', event: 'delivered', packet: reset },
    ],
    'ns0',
  )
  expect(endIn(refused)).toMatchObject({ namespace: 'host', kind: 'refused' })
  expect(saying(refused, 2)).toMatchObject({ sign: 'told', key: 'hop.refusal' })
})
