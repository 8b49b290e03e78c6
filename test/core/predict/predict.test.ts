/** Predictions in a small network by hand; in the kernel they are held against films (test/kernel/trace/random.test.ts). */
import { describe, expect, test } from 'vitest'
import type { LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import { difference } from '../../../electron/core/predict/compare.js'
import { stepText } from '../../../electron/core/predict/film-way.js'
import { predict } from '../../../electron/core/predict/predict.js'
import type { Prediction, Probe } from '../../../electron/core/predict/prediction.js'
import { inEnglish } from '../../../electron/core/words/said.js'
import { kernelRules } from '../../../electron/core/lab/normalise-policy.js'
import { hop, route, routed } from '../diagnosis/scene-of.js'

const ping: Probe = {
  ...{ from: 'a', to: '10.2.0.2', protocol: 'icmp', port: null, size: null, df: false, ttl: null },
  timeoutMs: 2000,
}

type Changes = Partial<Record<'a' | 'r' | 'b', (namespace: LiveNamespace) => Partial<LiveNamespace>>>

/** a - r - b, with the rules and hardware addresses that a kernel gives them. */
function network(changes: Changes = {}): LiveState {
  const state = routed()
  const rules = kernelRules('ipv4').map((rule) => ({ ...rule, protocol: 'kernel', others: [] }))
  return {
    ...state,
    namespaces: state.namespaces.map((each, n) => {
      const links = each.links.map((link) => ({ ...link, mac: `02:00:00:00:0${n}:0${link.index}` }))
      const whole = { ...each, links, rules }
      return { ...whole, ...changes[each.name as 'a' | 'r' | 'b']?.(whole) }
    }),
  }
}

const rule = (table: string, chain: string, text: string | null, policy: string | null = null) =>
  ({ family: 'ipv4', table, chain, rule: text, policy, packets: 0, bytes: 0, engine: 'nft' }) as const

/** `outcome, way of the request / way of the answer`, or why it cannot be said. */
function told(prediction: Prediction): string {
  if (!prediction.sure) return inEnglish(prediction.because)
  const words = (leg: 'request' | 'reply'): string => prediction[leg].map(stepText).join(', ')
  return `${prediction.outcome}: ${words('request')} / ${words('reply')}`
}

const there = 'a:a0 out, r:r0 in, r:r1 out, b:b0 in'
const back = 'b:b0 out, r:r1 in, r:r0 out, a:a0 in'

describe('the way of a probe and its answer', () => {
  test('through a router and back', () => {
    const prediction = predict(network(), ping)
    expect(told(prediction)).toBe(`reply: ${there} / ${back}`)
    expect(
      prediction.sure &&
        prediction.decisions.map(({ namespace, leg, command, line }) => `${leg} ${namespace} ${command}: ${line}`),
    ).toEqual([
      'request a ip route: default via 10.1.0.1 dev a0',
      'request a ip neigh: 10.1.0.1 dev a0 lladdr 02:00:00:00:01:02',
      'request r ip route: 10.2.0.0/24 dev r1',
      'request r ip neigh: 10.2.0.2 dev r1 lladdr 02:00:00:00:02:02',
      'reply b ip route: default via 10.2.0.1 dev b0',
      'reply b ip neigh: 10.2.0.1 dev b0 lladdr 02:00:00:00:01:03',
      'reply r ip route: 10.1.0.0/24 dev r0',
      'reply r ip neigh: 10.1.0.2 dev r0 lladdr 02:00:00:00:00:02',
    ])
    expect(prediction.sure && prediction.nextHop).toEqual({ via: '10.1.0.1', dev: 'a0' })
  })
  test('a port that nobody listens on refuses, one of a service connects', () => {
    const tcp = { ...ping, protocol: 'tcp', port: 80 } as const
    expect(told(predict(network(), tcp))).toBe(`refused: ${there} / ${back}`)
    const serving = network({ b: () => ({ services: [{ listen: 'tcp', port: 80, reply: '' }] }) })
    expect(told(predict(serving, tcp))).toBe(`connected: ${there} / ${back}`)
  })
  test('ends where the routes end, and who answers is told in time or not', () => {
    const astray = network({ r: (r) => ({ routes: [...r.routes, route('10.2.0.2/32', '10.1.0.9', 'r0')] }) })
    expect(told(predict(astray, ping))).toBe('lost: a:a0 out, r:r0 in / ')
    expect(told(predict(astray, { ...ping, timeoutMs: 4000 }))).toBe('unreachable: a:a0 out, r:r0 in / ')
    const refusing = network({ r: (r) => ({ routes: [...r.routes, route('10.2.0.2/32', null, null, 'blackhole')] }) })
    expect(told(predict(refusing, ping))).toBe('lost: a:a0 out, r:r0 in / ')
    expect(told(predict(network({ a: (a) => ({ routes: a.routes.slice(0, 1) }) }), ping))).toBe('unreachable:  / ')
  })
  test('a rule of policy routing comes before table main, and one that asks for another source does not', () => {
    const [first] = network().namespaces[1]?.rules ?? []
    const prohibit = (from: string) =>
      network({
        r: (r) => ({
          rules: [...r.rules, { ...first!, priority: 100, from, action: 'prohibit', table: 0, protocol: 'unspec' }],
        }),
      })
    expect(told(predict(prohibit('10.1.0.0/24'), ping))).toBe('unreachable: a:a0 out, r:r0 in / ')
    expect(told(predict(prohibit('10.7.0.0/24'), ping))).toBe(`reply: ${there} / ${back}`)
  })
  test('rules of iptables drop, hide and redirect', () => {
    const ruled = (at: 'a' | 'r' | 'b', ...iptables: readonly ReturnType<typeof rule>[]) =>
      predict(network({ [at]: () => ({ ruleset: { nft: [], iptables } }) }), ping)
    expect(told(ruled('r', rule('filter', 'FORWARD', null, 'DROP')))).toBe('lost: a:a0 out, r:r0 in / ')
    expect(
      told(
        ruled(
          'r',
          rule('filter', 'FORWARD', '-s 10.1.0.2/32 -p icmp -j ACCEPT'),
          rule('filter', 'FORWARD', null, 'DROP'),
        ),
      ),
    ).toBe(`lost: ${there} / b:b0 out, r:r1 in`)
    // Hidden behind the router, the request needs no way back.
    const hidden = network({
      r: () => ({ ruleset: { nft: [], iptables: [rule('nat', 'POSTROUTING', '-o r1 -j MASQUERADE')] } }),
      b: (b) => ({ routes: b.routes.slice(0, 1) }),
    })
    expect(told(predict(hidden, ping))).toBe(`reply: ${there} / ${back}`)
    expect(told(ruled('a', rule('nat', 'OUTPUT', '-d 10.2.0.2/32 -j DNAT --to-destination 10.1.0.1')))).toBe(
      'reply: a:a0 out, r:r0 in / r:r0 out, a:a0 in',
    )
  })
  test('reverse path filtering', () => {
    const strict = (r: LiveNamespace): Partial<LiveNamespace> => ({
      sysctls: { ...r.sysctls, 'net.ipv4.conf.r0.rp_filter': '1' },
      routes: [...r.routes, route('10.1.0.2/32', '10.2.0.2', 'r1')],
    })
    // Not even a question is answered to an address that would be answered another way.
    expect(told(predict(network({ r: strict }), ping))).toBe('lost:  / ')
    const entry = { dev: 'a0', family: 'ipv4', address: '10.1.0.1', mac: '02:00:00:00:01:02', state: 'STALE' } as const
    const warm = network({ r: strict, a: () => ({ neighbours: [{ ...entry, router: false }] }) })
    expect(told(predict(warm, ping))).toBe('lost: a:a0 out, r:r0 in / ')
  })
})

test('a connection takes no answer from somebody else, and lo that is down loses all', () => {
  const services = [{ listen: 'tcp', port: 80, reply: '' }] as const
  const hidden = network({
    r: () => ({
      ruleset: { nft: [], iptables: [rule('nat', 'PREROUTING', '-d 10.9.0.9/32 -j DNAT --to-destination 10.2.0.2')] },
    }),
    b: () => ({ services: [...services] }),
  })
  const tcp = { ...ping, to: '10.9.0.9', protocol: 'tcp', port: 80 } as const
  expect(told(predict(hidden, tcp))).toBe(`connected: ${there} / ${back}`)
  const local = network({
    a: (a) => ({ links: a.links.map((each) => (each.name === 'lo' ? { ...each, up: false } : each)) }),
  })
  expect(told(predict(local, { ...ping, to: '10.1.0.2' }))).toBe('lost:  / ')
})
test('an entry of a neighbour that nobody confirms may be gone when the packet leaves', () => {
  const entry = { dev: 'a0', family: 'ipv4', address: '10.1.0.1', mac: '02:00:00:00:01:02', router: false } as const
  const silent = (state: string) =>
    network({
      a: () => ({ neighbours: [{ ...entry, state }] }),
      r: (r) => ({ addresses: r.addresses.filter(({ dev }) => dev !== 'r0') }),
    })
  expect(told(predict(silent('PROBE'), ping))).toBe('a is asking whether 10.1.0.1 is still there.')
  expect(told(predict(silent('STALE'), ping))).toMatch(/^reply/)
})

describe('what the state does not tell is said', () => {
  test.each<[string, Changes, RegExp]>([
    [
      'equal ways',
      {
        a: (a) => ({
          routes: ['10.1.0.1', '10.1.0.7']
            .map((via) => ({ ...route('0.0.0.0/0', via, 'a0'), weight: 1 }))
            .concat(a.routes.slice(0, 1) as never),
        }),
      },
      /2 equal ways/,
    ],
    [
      'rules of nftables',
      {
        r: () => ({
          ruleset: {
            nft: [
              { chain: { family: 'inet', table: 'x', name: 'f', hook: 'forward', policy: 'accept' } },
              { rule: { family: 'inet', table: 'x', chain: 'f', expr: [] } },
            ],
            iptables: [],
          },
        }),
      },
      /rules of nftables in table inet x/,
    ],
    [
      'loss by chance',
      {
        r: (r) => ({
          links: r.links.map((link) =>
            link.name === 'r1' ? { ...link, impair: { delayUs: null, lossPercent: 5, rateBit: null } } : link,
          ),
        }),
      },
      /loses frames by chance/,
    ],
  ])('%s', (_name, changes, because) => {
    expect(told(predict(network(changes), ping))).toMatch(because)
  })
})

test('a film that goes another way differs at the first leg that does', () => {
  const live = network()
  const prediction = predict(live, ping)
  const frames = ['a:a0 out', 'r:r0 in', 'r:r1 out', 'b:b0 in'].map((text, at) => {
    const [place = '', direction] = text.split(' ') as [string, 'in' | 'out']
    const [namespace = '', name = ''] = place.split(':')
    const n = at + 1
    const event = direction === 'in' ? 'received' : 'sent'
    return hop(n, {
      namespace,
      interface: name,
      direction,
      event,
      observed: true,
      comparedWith: at === 0 ? null : at,
      frame: at,
    })
  })
  const end = hop(5, { namespace: 'b', interface: 'b0', event: 'dropped', comparedWith: 4 })
  const trace = { hops: [...frames, end], frames: [], outcome: 'lost' } as never
  expect(difference(prediction, trace, live)).toMatch(/^reply: predicted b:b0 out.*; filmed $/)
})
