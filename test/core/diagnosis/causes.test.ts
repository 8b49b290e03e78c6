/** Causes that a film and the live state prove between them. */
import { expect, test } from 'vitest'
import { Answers, commandOf, type Question } from '../../../electron/core/diagnosis/question.js'
import type { Rule } from '../../../electron/core/diagnosis/rule.js'
import { portClosed } from '../../../electron/core/diagnosis/rules/port-closed.js'
import { tunnelMismatch } from '../../../electron/core/diagnosis/rules/tunnel-mismatch.js'
import { vlanMismatch } from '../../../electron/core/diagnosis/rules/vlan-mismatch.js'
import { wrongSource } from '../../../electron/core/diagnosis/rules/wrong-source.js'
import { Network } from '../../../electron/core/diagnosis/network.js'
import { segment } from '../../../electron/core/diagnosis/segment.js'
import { repairText } from '../../../electron/core/diagnosis/repair.js'
import type { RuleVerdict, Scene } from '../../../electron/core/diagnosis/scene.js'
import { english } from '../../../electron/core/diagnosis/words.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import type { TracedHop } from '../../../electron/core/packet/hop.js'
import { hop, routed, sceneOf } from './scene-of.js'

/** What the rule finds where every command prints nothing. */
function find({ suspect }: Rule, scene: Scene) {
  const suspicion = suspect(scene)
  const silent = (question: Question) => ({ command: commandOf(question).text, output: '', status: 0 })
  return suspicion?.judge(new Answers(suspicion.ask.map(silent))) ?? null
}

const ip = (src: string, dst: string, protocol: string, ttl = 64) => ({
  ip: { version: 4 as const, src, dst, ttl, id: 1, protocol, df: false, length: 60 },
})
const came = { observed: true, direction: 'in', event: 'received' } as const
const left = { observed: true, direction: 'out', event: 'sent' } as const

test('a datagram that a rule of the router took for itself, and refused', () => {
  const datagram = { ...ip('10.1.0.2', '10.2.0.2', 'udp'), udp: { srcPort: 4000, dstPort: 53, length: 20 } }
  const refusal = { ...ip('10.2.0.2', '10.1.0.2', 'icmp'), icmp: { type: 3, code: 3, id: null, seq: null } }
  const scene = (code: number): Scene => {
    const hops = [
      hop(1, { ...came, namespace: 'r', interface: 'r0', packet: datagram as never }),
      hop(2, {
        ...{ ...left, leg: 'error', namespace: 'r', interface: 'r0' },
        packet: { ...refusal, icmp: { ...refusal.icmp, code } } as never,
      }),
    ]
    const rule = '-i r0 -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353'
    const heard = { src: '10.1.0.2', dst: '10.2.0.2', protocol: 'udp', ports: { src: 4000, dst: 53 }, icmp: null }
    const redirect: RuleVerdict = {
      ...{ namespace: 'r', engine: 'nft', family: 'ip', table: 'nat', chain: 'PREROUTING', rule, handle: 4 },
      ...{ position: 1, verdict: 'accept', packet: heard, iif: 'r0', oif: null },
    }
    const asked = { from: 'a', target: '10.2.0.2', protocol: 'udp', port: 53, ttl: null, size: null } as const
    const probe = { ...asked, outcome: 'refused', message: null } as const
    return sceneOf(routed(), hops, { probe, verdicts: [redirect] })
  }
  const finding = find(portClosed, scene(3))
  expect(finding && english(finding.message)).toBe(
    'Nobody listens on UDP port 5353 in r, where its own rule sends what comes to port 53: -i r0 -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353.',
  )
  // "Host unreachable" refuses no port.
  expect(find(portClosed, scene(1))).toBeNull()
})

test('a source that is an address of who gets the packet, and nobody else’s', () => {
  const film = (source: string): TracedHop[] => {
    const renamed = ip(source, '10.2.0.2', 'icmp', 63)
    return [
      hop(1, { ...came, namespace: 'r', interface: 'r0', packet: ip('10.1.0.2', '10.2.0.2', 'icmp') }),
      hop(2, { namespace: 'r', event: 'nat', packet: renamed, changed: ['ip.src'] }),
      hop(3, { ...left, namespace: 'r', interface: 'r1', packet: renamed }),
      hop(4, { ...came, namespace: 'b', interface: 'b0', packet: renamed }),
      hop(5, { namespace: 'b', interface: 'b0', packet: renamed, comparedWith: 4 }),
    ]
  }
  const finding = find(wrongSource, sceneOf(routed(), film('10.2.0.2')))
  expect([finding?.namespace, finding?.interface, finding?.message.key, finding?.repair]).toEqual([
    ...['r', 'r1', 'wrong-source-own', null],
  ])
  expect(find(wrongSource, sceneOf(routed(), film('10.2.0.77')))?.message.key).toBe('wrong-source')
  expect(find(wrongSource, sceneOf(routed(), film('10.2.0.1')))).toBeNull()
})

test('VXLAN whose far end is named by an entry: where it fits it is one segment, else what does not fit is said', () => {
  const tunnels = (id: number): LiveState => {
    const live = routed()
    const vxlan = (name: 'a' | 'b', own: number, local: string, dst: string) => {
      const namespace = live.namespaces.find((each) => each.name === name)!
      const last = namespace.links.at(-1)!
      const link = { ...last, index: 9, name: 'vx', kind: 'vxlan', peer: null }
      const address = { ...namespace.addresses[0]!, dev: 'vx', address: name === 'a' ? '10.9.0.1/24' : '10.9.0.2/24' }
      const entry = { dev: 'vx', mac: '00:00:00:00:00:00', dst, permanent: true }
      return {
        ...namespace,
        links: [...namespace.links, { ...link, vxlan: { id: own, local, remote: null, port: 4789 } }],
        addresses: [...namespace.addresses, address],
        fdb: [entry as never],
      }
    }
    const [a, b] = [vxlan('a', 42, '10.1.0.2', '10.2.0.2'), vxlan('b', id, '10.2.0.2', '10.1.0.2')]
    return { ...live, namespaces: live.namespaces.map((each) => ({ a, b })[each.name] ?? each) }
  }
  const heard = (id: number): string[] => {
    const network = new Network(tunnels(id))
    const at = { namespace: 'a', link: network.link('a', 'vx')! }
    return segment(network, at).map(({ namespace, link }) => `${namespace}:${link.name}`)
  }
  expect([heard(42), heard(43)]).toEqual([['b:vx'], []])

  const missed = { namespace: 'a', dev: 'vx', address: '10.9.0.2', iif: null }
  const start = { stage: 'start', leg: 'request', namespace: 'a', interface: null, src: null, dst: '10.9.0.2' } as const
  const death = { ...start, length: null, missed, sender: null, complaint: null, tunnel: null }
  const finding = find(tunnelMismatch, sceneOf(tunnels(43), [], { death }))
  expect(finding && english(finding.message)).toBe(
    'The two ends of the tunnel do not fit: id is 42 at a:vx and 43 at b:vx.',
  )
  expect(finding?.repair?.steps.map(repairText)).toContain(
    'bridge -n b fdb append 00:00:00:00:00:00 dev vx dst 10.1.0.2',
  )
  expect(find(tunnelMismatch, sceneOf(tunnels(42), [], { death }))).toBeNull()
})

test('sub-interfaces of one number whose tags are of different kinds', () => {
  const having = (protocol: '802.1q' | '802.1ad'): LiveState => {
    const live = routed()
    const standing = (name: 'a' | 'r', base: string, kind: '802.1q' | '802.1ad', address: string) => {
      const namespace = live.namespaces.find((each) => each.name === name)!
      const below = namespace.links.find((each) => each.name === base)!
      const vlan = { id: 10, protocol: kind, link: base }
      const owned = { ...namespace.addresses[0]!, dev: 'v10', address }
      return {
        ...namespace,
        links: [...namespace.links, { ...below, index: 9, name: 'v10', kind: 'vlan', peer: null, vlan }],
        addresses: [...namespace.addresses, owned],
      }
    }
    const [a, r] = [standing('a', 'a0', '802.1q', '10.7.0.1/24'), standing('r', 'r0', protocol, '10.7.0.2/24')]
    return { ...live, namespaces: live.namespaces.map((each) => ({ a, r })[each.name] ?? each) }
  }
  const missed = { namespace: 'a', dev: 'v10', address: '10.7.0.2', iif: null }
  const start = { stage: 'start', leg: 'request', namespace: 'a', interface: null, src: null, dst: '10.7.0.2' } as const
  const death = { ...start, length: null, missed, sender: null, complaint: null, tunnel: null }
  const finding = find(vlanMismatch, sceneOf(having('802.1ad'), [], { death }))
  expect(finding && english(finding.message)).toBe(
    'Frames come to r with a tag of 802.1q, and v10 takes those of 802.1ad alone, whatever their number.',
  )
  expect(find(vlanMismatch, sceneOf(having('802.1q'), [], { death }))).toBeNull()
})
