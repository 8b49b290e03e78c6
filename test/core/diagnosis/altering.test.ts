/** Rules that let a packet go on and change what becomes of it: named where it was this packet, and where it mattered. */
import { expect, test } from 'vitest'
import { neighbourFailed } from '../../../electron/core/diagnosis/rules/neighbour-failed.js'
import { unturnedBy, untracked } from '../../../electron/core/diagnosis/rules/untracked.js'
import { Answers } from '../../../electron/core/diagnosis/question.js'
import type { RuleVerdict } from '../../../electron/core/diagnosis/scene.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import type { TracedHop } from '../../../electron/core/packet/hop.js'
import { hop, routed, sceneOf } from './scene-of.js'

const packet = (src: string, dst: string, srcPort: number, dstPort: number) => ({
  ip: { version: 4 as const, src, dst, ttl: 64, id: 1, protocol: 'tcp', df: true, length: 60 },
  tcp: { srcPort, dstPort, flags: ['SYN' as const], seq: 1, ack: 0, window: 1 },
})
const seen = { observed: true, direction: 'in', event: 'received' } as const

/** The request for r's own port, which came and was not rewritten. */
const arrived: readonly TracedHop[] = [
  hop(1, { ...seen, namespace: 'r', interface: 'r0', packet: packet('10.1.0.2', '10.1.0.1', 40000, 8080) }),
]

const notrack = (srcPort: number): RuleVerdict => ({
  namespace: 'r',
  engine: 'nft',
  family: 'ip',
  table: 'raw',
  chain: 'PREROUTING',
  rule: '-i r0 -j CT --notrack',
  handle: 3,
  position: 1,
  verdict: 'continue',
  packet: {
    src: '10.1.0.2',
    dst: '10.1.0.1',
    protocol: 'tcp',
    ports: { src: srcPort, dst: 8080 },
    icmp: null,
  },
  iif: 'r0',
  oif: null,
})

function publishing(port: number): LiveState {
  const live = routed()
  const rule = `-i r0 -p tcp -m tcp --dport ${port} -j DNAT --to-destination 10.2.0.2:80`
  const dnat = { engine: 'nft', family: 'ipv4', table: 'nat', chain: 'PREROUTING', rule, policy: null, packets: 0 }
  return {
    ...live,
    namespaces: live.namespaces.map((each) =>
      each.name === 'r' ? { ...each, ruleset: { nft: [], iptables: [dnat as never] } } : each,
    ),
  }
}

function found(live: LiveState, hops: readonly TracedHop[], verdicts: readonly RuleVerdict[]) {
  const probe = { from: 'a', target: '10.1.0.1', protocol: 'tcp', port: 8080 } as const
  const rest = { ttl: null, size: null, outcome: 'refused', message: null } as const
  return untracked.suspect(sceneOf(live, hops, { verdicts, probe: { ...probe, ...rest } }))?.judge(new Answers([]))
}

test('the rule that kept this very packet from the DNAT that means it, with the packet as it was', () => {
  const finding = found(publishing(8080), arrived, [notrack(40000)])
  expect([finding?.namespace, finding?.interface, finding?.message.key]).toEqual(['r', 'r0', 'untracked'])
  expect(finding?.onlyIfTried).toBeUndefined()
  expect(finding?.evidence[0]).toEqual({
    command: 'ip netns exec r nft monitor trace',
    output:
      'ip raw PREROUTING packet: iif "r0" ip saddr 10.1.0.2 ip daddr 10.1.0.1 tcp sport 40000 tcp dport 8080\n' +
      'ip raw PREROUTING rule -i r0 -j CT --notrack (verdict continue)',
  })
  expect(finding?.repair?.steps).toEqual([expect.objectContaining({ op: 'saved-rule-delete', table: 'raw' })])
})

test('no rule is blamed for another packet, nor where no NAT means this one', () => {
  expect(found(publishing(8080), arrived, [notrack(40001)])).toBeUndefined()
  expect(found(publishing(8081), arrived, [notrack(40000)])).toBeUndefined()
  expect(found(publishing(8080), arrived, [{ ...notrack(40000), rule: '-i r0 -j TTL --ttl-set 9' }])).toBeUndefined()
})

test('a rule that takes the hop limit of a question for a neighbour is named, and no other packet counts', () => {
  const question = { src: 'fd00:1::2', dst: 'ff02::1:ff00:1', protocol: 'icmpv6', ports: null }
  const asks = {
    ip: { version: 6 as const, src: question.src, dst: question.dst, ttl: 255, protocol: 'icmpv6', length: 72 },
    icmp: { type: 135, code: 0, id: null, seq: null },
  }
  const hops = [hop(1, { ...seen, leg: 'ndp', namespace: 'r', interface: 'r0', packet: asks as never })]
  const missed = { namespace: 'a', dev: 'a0', address: 'fd00:1::1', iif: null }
  const finding = (src: string) => {
    const rule = '-i r0 -j HL --hl-set 1'
    const packet = {
      ...question,
      src,
      dst: src === question.src ? question.dst : 'fd00:1::1',
      icmp: { type: 135, id: null },
    }
    const verdicts = [{ ...notrack(0), family: 'ip6' as const, table: 'mangle', rule, packet }]
    const scene = sceneOf(routed(), hops, { verdicts })
    const death = {
      stage: 'start',
      leg: 'request',
      namespace: 'a',
      interface: null,
      src: null,
      dst: 'fd00:2::2',
    } as const
    const rest = { length: null, sender: null, complaint: null, tunnel: null }
    return neighbourFailed.suspect({ ...scene, death: { ...death, ...rest, missed } })?.judge(new Answers([]))
  }
  expect([finding(question.src)?.namespace, finding(question.src)?.message.key]).toEqual(['r', 'neighbour-life'])
  expect(finding('fd00:1::9')).toBeUndefined()
})

test('an answer in another zone than its request is not turned back; in the same one it is', () => {
  const renamed = packet('10.2.0.1', '10.2.0.2', 40000, 80)
  const asks = packet('10.1.0.2', '10.2.0.2', 40000, 80)
  const answer = packet('10.2.0.2', '10.2.0.1', 80, 40000)
  const at = { namespace: 'r' } as const
  const hops = [
    hop(1, { ...seen, ...at, interface: 'r0', packet: asks }),
    hop(2, { ...at, event: 'nat', packet: renamed, changed: ['ip.src'] }),
    hop(3, { ...seen, ...at, leg: 'reply', interface: 'r1', packet: answer }),
  ]
  const zoned = (rule: string, { ip, tcp }: typeof asks): RuleVerdict => ({
    ...notrack(0),
    rule,
    packet: { ...ip, protocol: 'tcp', ports: { src: tcp.srcPort, dst: tcp.dstPort }, icmp: null },
  })
  const there = zoned('-i r0 -j CT --zone 5', asks)
  expect(unturnedBy({ hops, verdicts: [there] })).toEqual(['r'])
  expect(unturnedBy({ hops, verdicts: [there, zoned('ct zone set 5', answer)] })).toEqual([])
  expect(unturnedBy({ hops, verdicts: [there, zoned('ct zone set 6', answer)] })).toEqual(['r'])
  expect(unturnedBy({ hops, verdicts: [zoned('-j CT --notrack', answer)] })).toEqual(['r'])
  expect(unturnedBy({ hops, verdicts: [zoned('-j CT --notrack', packet('10.2.0.2', '10.2.0.1', 80, 1))] })).toEqual([])
  const finding = untracked.suspect(sceneOf(routed(), hops, { verdicts: [there] }))?.judge(new Answers([]))
  expect([finding?.message.key, finding?.message.params['rule']]).toEqual(['tracked-apart', '-i r0 -j CT --zone 5'])
})
