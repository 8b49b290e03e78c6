/** What holds for all rules: no cause without its proof, and nothing about what works. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { investigate, settle } from '../../../electron/core/diagnosis/diagnose.js'
import { diagnosisCodes } from '../../../electron/core/diagnosis/diagnosis.js'
import { duplicateMac } from '../../../electron/core/diagnosis/rules/duplicate-mac.js'
import type { Answer } from '../../../electron/core/diagnosis/question.js'
import type { Scene } from '../../../electron/core/diagnosis/scene.js'
import { english, say, sentences, type MessageKey } from '../../../electron/core/diagnosis/words.js'
import { noLease } from '../../../electron/core/diagnosis/rules/no-lease.js'
import type { LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import { liveOf } from '../guide/live-of.js'
import { hop, route, routed, sceneOf } from './scene-of.js'

/** Answers to what was asked: what a command says, by a part of its text. */
function answered(scene: Scene, said: Readonly<Record<string, Partial<Answer>>> = {}) {
  const investigation = investigate(scene, false)
  const answers = investigation.commands.map(({ text }): Answer => {
    const known = Object.entries(said).find(([part]) => text.includes(part))?.[1]
    return { command: text, output: '10.2.0.2 dev a0', status: 0, ...known }
  })
  return settle(investigation.conclude(answers), null)
}

const echo = { ports: null, icmp: null }
const packet = (src: string, dst: string) => ({
  ip: { version: 4 as const, src, dst, ttl: 64, id: 1, protocol: 'icmp', df: false, length: 84 },
})

/** The request came to the router and was not sent on. */
const diedInRouter = [
  hop(1, { interface: 'a0', direction: 'out', event: 'sent', observed: true, packet: packet('10.1.0.2', '10.2.0.2') }),
  hop(2, {
    namespace: 'r',
    interface: 'r0',
    direction: 'in',
    event: 'received',
    observed: true,
    packet: packet('10.1.0.2', '10.2.0.2'),
  }),
  hop(3, { namespace: 'r', interface: 'r0', comparedWith: 2, packet: packet('10.1.0.2', '10.2.0.2') }),
]

describe('a cause is named only when its proof is there', () => {
  test('forwarding that is off without the counter that proves it is no cause', () => {
    const state = routed({ r: { sysctls: { 'net.ipv4.ip_forward': '0' } } })
    const without = answered(sceneOf(state, diedInRouter))
    expect(without.diagnosis.code).toBe('unknown')
    expect(without.diagnosis.ruledOut).toContain(
      'Forwarding is off in r, but it has counted no packet that this stopped.',
    )
    const counted = sceneOf(state, diedInRouter, { counters: { r: { IpInAddrErrors: 1 } } })
    // Moved by somebody else's packet: the kernel would send this one on.
    expect(answered(counted).diagnosis.code).toBe('unknown')
    const proved = answered(counted, { 'iif r0': { output: 'RTNETLINK answers: No route to host', status: 2 } })
    expect([proved.diagnosis.code, proved.diagnosis.fix?.commands]).toEqual([
      'forwarding-off',
      ['ip netns exec r sysctl -w net.ipv4.ip_forward=1'],
    ])
  })

  test('where nothing is proved, it says what was ruled out, and mends nothing', () => {
    const { diagnosis, repair } = answered(sceneOf(routed(), diedInRouter))
    expect([diagnosis.code, diagnosis.namespace, diagnosis.fix, repair]).toEqual(['unknown', 'r', null, null])
    expect(diagnosis.ruledOut).toEqual(
      expect.arrayContaining([
        'No rule of r drops or rejects it.',
        'Forwarding is on in r.',
        'r has a route to 10.2.0.2.',
      ]),
    )
    expect(new Set(diagnosis.ruledOut).size).toBe(diagnosis.ruledOut.length)
  })

  test('members of a bond are no stations beside it, although they have its hardware address', () => {
    const live = routed()
    const cable = live.namespaces.find(({ name }) => name === 'b')?.links.find(({ name }) => name === 'b0')
    if (!cable) throw new Error('no cable')
    const mac = '02:00:00:00:00:aa'
    const bonding = { mode: 'active-backup', miimon: 100, primary: null, active: 'b1' } as const
    const bonded = routed({
      b: {
        links: [
          { ...cable, mac, bond: 'bond0' },
          { ...cable, index: 4, name: 'b1', mac, bond: 'bond0', peer: null },
          { ...cable, index: 5, name: 'bond0', kind: 'bond', mac, peer: null, bonding },
        ],
        addresses: [['bond0', '10.2.0.2/24']],
      },
    })
    const scene = sceneOf(bonded, diedInRouter)
    const { death } = scene
    if (!death) throw new Error('nothing died')
    const missed = { namespace: 'r', dev: 'r1', address: '10.2.0.2', iif: null }
    expect(duplicateMac.suspect({ ...scene, death: { ...death, missed } })).toBeNull()
  })

  test('a lease that has not come is missed only by what would go its way', () => {
    const waits = (live: LiveState): Scene => {
      const dhcp = [{ dev: 'a0', program: 'udhcpc' as const, lease: null, last: 'udhcpc: sending discover' }]
      const namespaces = live.namespaces.map((each) => (each.name === 'a' ? { ...each, dhcp } : each))
      return sceneOf({ ...live, namespaces }, [hop(1, { packet: packet('', '10.2.0.2') })])
    }
    const nobody = { 'ss -Hln': { output: '' } }
    const found = (scene: Scene, said = nobody): string | undefined =>
      noLease.suspect(scene) ? answered(scene, said).diagnosis.message.key : 'not suspected'
    const cable = { links: routed().namespaces[0]?.links.filter(({ name }) => name === 'a0') ?? [], addresses: [] }
    expect(found(waits(routed({ a: { ...cable, routes: [] } })))).toBe('no-lease-nobody')
    expect(found(waits(routed({ a: { ...cable, routes: [route('0.0.0.0/0', null, 'a0')] } })))).toBe('no-lease-nobody')
    for (const other of [route('10.2.0.0/16', '10.7.0.1', 'a1'), route('10.2.0.0/16', null, null, 'blackhole')])
      expect(found(waits(routed({ a: { ...cable, routes: [other] } })))).toBe('not suspected')
    // Nobody is only said where everybody was asked.
    const silent = { 'ss -Hln': { output: 'ss: not installed', status: -1 } }
    expect(found(waits(routed({ a: { ...cable, routes: [] } })), silent)).toBe('no-lease-unknown')
    const off = { ...cable, links: cable.links.map((each) => ({ ...each, kind: 'physical', peer: null })) }
    expect(found(waits(routed({ a: { ...off, routes: [] } })))).toBe('no-lease-unknown')
  })

  test('who is known to serve a crowded segment is asked first', () => {
    const ports = Array.from({ length: 12 }, (_, n) => `p${n}`)
    const crowd = liveOf({
      sw: { br0: { kind: 'bridge' }, ...Object.fromEntries(ports.map((name, n) => [name, { peer: `n${n}:e` }])) },
      ...Object.fromEntries(ports.map((name, n) => [`n${n}`, { e: { peer: `sw:${name}` } }])),
    })
    const range = ['10.0.0.10', '10.0.0.20'] as const
    const serves = { dns: null, dhcp: [{ interface: 'e', range, router: null, nameservers: [] }], ra: [] }
    const live = {
      ...crowd,
      namespaces: crowd.namespaces.map((each): LiveNamespace => {
        if (each.name === 'sw')
          return { ...each, links: each.links.map((link) => ({ ...link, master: link.peer && 'br0' })) }
        if (each.name === 'n0') return { ...each, dhcp: [{ dev: 'e', program: 'udhcpc', lease: null, last: '' }] }
        return each.name === 'n11' ? { ...each, dnsmasq: serves } : each
      }),
    }
    const probe = { ...sceneOf(live, []).probe, from: 'n0' }
    const scene = sceneOf(live, [hop(1, { namespace: 'n0', packet: packet('', '10.0.0.5') })], { probe })
    const [, first, ...others] = noLease.suspect(scene)?.ask ?? []
    expect(first?.namespace).toBe('n11')
    expect(others).toHaveLength(7)
  })

  test('a namespace with nothing but lo is not said to have an address', () => {
    const unsent = [hop(1, { packet: packet('', '10.2.0.2') })]
    const bare = routed({ a: { links: [], addresses: [], routes: [] } })
    expect(answered(sceneOf(bare, unsent)).diagnosis.ruledOut).not.toContain('a has an address.')
    expect(answered(sceneOf(routed(), unsent)).diagnosis.ruledOut).toContain('a has an address.')
  })

  test("a verdict about somebody else's packet is none about ours", () => {
    const verdict = {
      namespace: 'r',
      engine: 'nft' as const,
      family: 'ip' as const,
      table: 'filter',
      chain: 'FORWARD',
      rule: '-s 10.9.0.0/16 -j DROP',
      handle: 4,
      position: 1,
      verdict: 'drop',
      iif: 'r0',
      oif: 'r1',
    }
    const foreign = { ...verdict, packet: { src: '10.9.0.1', dst: '10.9.0.2', protocol: 'icmp', ...echo } }
    expect(answered(sceneOf(routed(), diedInRouter, { verdicts: [foreign] })).diagnosis.code).toBe('unknown')
    const tcp = { ...verdict, packet: { src: '10.1.0.2', dst: '10.2.0.2', protocol: 'tcp', ...echo } }
    expect(answered(sceneOf(routed(), diedInRouter, { verdicts: [tcp] })).diagnosis.code).toBe('unknown')
    const elsewhere = {
      ...verdict,
      namespace: 'b',
      packet: { src: '10.1.0.2', dst: '10.2.0.2', protocol: 'icmp', ...echo },
    }
    expect(answered(sceneOf(routed(), diedInRouter, { verdicts: [elsewhere] })).diagnosis.code).toBe('unknown')
    const ours = { ...verdict, packet: { src: '10.1.0.2', dst: '10.2.0.2', protocol: 'icmp', ...echo } }
    expect(answered(sceneOf(routed(), diedInRouter, { verdicts: [ours] })).diagnosis).toMatchObject({
      code: 'firewall-drop',
      namespace: 'r',
      cause: 'A rule of r drops it: chain FORWARD of table filter: -s 10.9.0.0/16 -j DROP.',
    })
  })

  test('a film with gaps says so instead of a guess', () => {
    const investigation = investigate(sceneOf(routed(), diedInRouter), true)
    const answers = investigation.commands.map(({ text }) => ({ command: text, output: '', status: 0 }))
    const { diagnosis } = settle(investigation.conclude(answers), null)
    expect(diagnosis.cause).toContain('capture is incomplete')
  })

  test('what was asked is asked once, in the namespace it is about', () => {
    const { commands } = investigate(sceneOf(routed(), diedInRouter), false)
    expect(new Set(commands.map(({ text }) => text)).size).toBe(commands.length)
    for (const { namespace, text } of commands) expect(text).toMatch(new RegExp(`^ip (-n|netns exec) ${namespace} `))
  })
})

test('no film and no answer make a rule throw, or name what is none of the codes', () => {
  const events = fc.constantFrom('sent', 'received', 'bridged', 'flooded', 'routed', 'nat', 'delivered', 'dropped')
  const address = fc.constantFrom('10.1.0.1', '10.1.0.2', '10.2.0.1', '10.2.0.2', '203.0.113.9', 'fd00::1')
  const hops = fc.array(
    fc.record({
      leg: fc.constantFrom('arp', 'ndp', 'request', 'reply', 'error'),
      namespace: fc.constantFrom('a', 'r', 'b', 'gone'),
      interface: fc.constantFrom('a0', 'r0', 'r1', 'b0', 'gone', null),
      direction: fc.constantFrom('in', 'out', null),
      event: events,
      observed: fc.boolean(),
      packet: fc.option(fc.tuple(address, address).map(([src, dst]) => packet(src, dst))),
      comparedWith: fc.option(fc.nat(6)),
    }),
    { maxLength: 8 },
  )
  const counters = fc.dictionary(
    fc.constantFrom('IpInAddrErrors', 'TcpExtIPReversePathFilter', 'IpOutNoRoutes', 'IpFragFails'),
    fc.nat(3),
  )
  fc.assert(
    fc.property(hops, counters, fc.nat(2), fc.string(), (given, moved, status, output) => {
      const film = given.map((each, index) => hop(index + 1, each as never))
      const scene = sceneOf(routed(), film, { counters: { a: moved, r: moved, b: moved } })
      const investigation = investigate(scene, false)
      const answers = investigation.commands.map(({ text }) => ({ command: text, output, status }))
      const { diagnosis } = settle(investigation.conclude(answers), null)
      expect(diagnosisCodes).toContain(diagnosis.code)
      expect(diagnosis.cause).not.toMatch(/\{\w+\}|undefined/)
    }),
    { numRuns: 500 },
  )
})

describe('sentences', () => {
  test('every sentence is one, and says its parameters', () => {
    for (const key of Object.keys(sentences) as MessageKey[]) {
      const names = [...sentences[key].matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
      const text = english(say(key, Object.fromEntries(names.map((name) => [name, `<${name}>`]))))
      expect(text).toMatch(/\.$/)
      for (const name of names) expect(text).toContain(`<${name}>`)
    }
  })
})
