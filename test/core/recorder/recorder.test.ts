/** A recording becomes a guide: what failed, did nothing or was undone is left out, and each step waits for what it made. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { missingParts } from '../../../electron/core/guide/missing-parts.js'
import type { Typed } from '../../../electron/core/guide/typed-command.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { applyChanges } from '../../../electron/core/live/apply.js'
import type { LiveChange, LiveRoute, LiveState } from '../../../electron/core/live/state.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { guideOf, mostCommands } from '../../../electron/core/recorder/guide-of.js'
import { hostLine } from '../../../electron/core/recorder/host-line.js'
import type { Recorded, Recording } from '../../../electron/core/recorder/recorded.js'
import { inEnglish, type Said } from '../../../electron/core/words/said.js'
import { chinese } from '../../../renderer/i18n/said.js'
import { liveOf } from '../guide/live-of.js'

const inBoth = (words: Said) => ({ en: inEnglish(words), 'zh-CN': chinese(words) })

interface Kept {
  readonly start: LiveState
  readonly acts: readonly (Typed & { readonly status: number; readonly changes: readonly LiveChange[] })[]
}

/** The router that was built by hand, with mistakes: what a kernel had after each command of five terminals. */
function routerByHand(): Recording {
  const file = new URL('../../fixtures/recordings/router-by-hand.json', import.meta.url)
  const { start, acts } = JSON.parse(readFileSync(file, 'utf8')) as Kept
  let after = start
  return {
    start,
    acts: acts.map(({ namespace, line, status, changes }): Recorded => {
      after = applyChanges(after, after.revision + 1, changes)
      return { act: { kind: 'typed', commands: [{ namespace, line, status }] }, after }
    }),
  }
}

describe('the router that was built by hand', () => {
  const recording = routerByHand()
  const guide = guideOf(recording, inBoth)
  const end = recording.acts.at(-1)?.after ?? recording.start

  test('yields the commands that built it, spelled for the host, without the mistakes', () => {
    expect(guide.map(({ commands }) => commands)).toEqual([
      ['ip netns add ns0', 'ip netns add ns1', 'ip netns add ns-router'],
      [
        'ip link add veth0 type veth peer name veth1',
        'ip link set veth0 netns ns0',
        'ip link set veth1 netns ns-router',
      ],
      [
        'ip link add veth2 type veth peer name veth3',
        'ip link set veth2 netns ns1',
        'ip link set veth3 netns ns-router',
      ],
      [
        'ip -n ns0 link set veth0 up',
        'ip -n ns-router addr add 192.168.0.1/24 dev veth1',
        'ip -n ns-router link set veth1 up',
      ],
      ['ip -n ns0 addr add 192.168.0.2/24 dev veth0', 'ip netns exec ns0 ping -c 1 -W 1 192.168.0.1'],
      [
        'ip -n ns1 addr add 192.168.1.2/24 dev veth2; ip -n ns1 link set veth2 up',
        'ip -n ns-router addr add 192.168.1.1/24 dev veth3',
        'ip -n ns-router link set veth3 up',
      ],
      [
        'ip -n ns0 route add 192.168.1.0/24 via 192.168.0.9',
        'ip -n ns0 route replace 192.168.1.0/24 via 192.168.0.1',
        'ip -n ns1 route add 192.168.0.0/24 via 192.168.1.1',
      ],
      ['ip netns exec ns0 ping -c 1 -W 1 192.168.1.2'],
      ['ip netns exec ns-router sysctl -w net.ipv4.ip_forward=1', 'ip netns exec ns0 ping -c 1 -W 1 192.168.1.2'],
    ])
    for (const { commands = [] } of guide) expect(commands.length).toBeLessThanOrEqual(mostCommands)
  })

  test('asks in every step for what the kernel had afterwards, and had not when it began', () => {
    // One of them only sends a ping.
    const asking = guide.flatMap(({ title, done }) => (done ? [{ title, done }] : []))
    expect(asking).toHaveLength(guide.length - 1)
    for (const { title, done } of asking) {
      expect(missingParts(done, recording.start), inEnglishOf(title)).not.toEqual([])
      expect(missingParts(done, end), inEnglishOf(title)).toEqual([])
    }
    expect(guide[1]?.done).toEqual({ links: [['ns0:veth0', 'ns-router:veth1']] })
    expect(guide[3]?.done).toEqual({
      namespaces: {
        ns0: { interfaces: { veth0: { up: true } } },
        'ns-router': { interfaces: { veth1: { addresses: ['192.168.0.1/24'], up: true } } },
      },
    })
  })

  test('has a ping that was answered as a check, and says of one that was not only that', () => {
    expect(guide.map(({ done }) => done?.checks?.length ?? 0)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 1])
    expect(guide.at(-1)?.done?.checks).toEqual([{ from: 'ns0', ping: '192.168.1.2', expect: 'reply' }])
    expect(guide[7]).toMatchObject({
      title: { en: 'Send a packet from ns0 to 192.168.1.2', 'zh-CN': '从 ns0 向 192.168.1.2 发一个数据包' },
      text: { en: expect.stringContaining('`192.168.1.2` is not answered.') as string },
    })
  })

  test('is a lab without a fault, in both languages', () => {
    const text = createLabText({ ...labFromLive(end, 'by-hand').lab, guide: [...guide] })
    const { labFile, problems } = parseLabText(text, 'by-hand.vethlab.yaml')
    expect(problems).toEqual([])
    expect(labFile?.guide).toEqual(guide)
    expect(guide[1]?.title).toEqual({ en: 'Connect ns0 and ns-router', 'zh-CN': '连接 ns0 和 ns-router' })
    for (const { text: words } of guide) expect(JSON.stringify(words)).toMatch(/完成之后/)
  })
})

const inEnglishOf = (title: unknown): string => JSON.stringify(title)

type Step = readonly [line: string, network: Parameters<typeof liveOf>[0], status?: number]

const record = (...steps: readonly Step[]): Recording => ({
  start: liveOf({}),
  acts: steps.map(([line, network, status = 0]) => ({
    act: { kind: 'typed', commands: [{ namespace: 'host', line, status }] },
    after: liveOf(network),
  })),
})
const linesOf = (recording: Recording): readonly string[] =>
  guideOf(recording, inBoth).flatMap(({ commands }) => commands ?? [])

const withAddresses = (...addresses: readonly string[]) => ({ ns0: { eth0: { kind: 'ifb', addresses, up: true } } })
const made: Step = ['ip link add eth0', withAddresses()]

describe('of what was done and undone', () => {
  test('nothing is left of a way that leads back, nor of what was sent on it', () => {
    const wrong = withAddresses('10.0.0.9/24')
    expect(
      linesOf(
        record(
          made,
          ['ip addr add 10.0.0.9/24 dev eth0', wrong],
          ['ping -c 1 10.0.0.1', wrong, 1],
          ['ip addr del 10.0.0.9/24 dev eth0', withAddresses()],
          ['ping -c 1 10.0.0.1', withAddresses(), 1],
        ),
      ),
    ).toEqual(['ip link add eth0', 'ping -c 1 10.0.0.1'])
  })

  test('the mistake is left out where other things were done in between', () => {
    expect(
      linesOf(
        record(
          made,
          ['add 9', withAddresses('10.0.0.9/24')],
          ['add 2', withAddresses('10.0.0.9/24', '10.0.0.2/24')],
          ['ping -c 1 10.0.0.1', withAddresses('10.0.0.9/24', '10.0.0.2/24')],
          ['del 9', withAddresses('10.0.0.2/24')],
        ),
      ),
    ).toEqual(['ip link add eth0', 'add 2'])
  })

  test('what one command has put in the place of another is left as it was done', () => {
    expect(
      linesOf(record(made, ['add 9', withAddresses('10.0.0.9/24')], ['del 9; add 2', withAddresses('10.0.0.2/24')])),
    ).toEqual(['ip link add eth0', 'add 9', 'del 9; add 2'])
  })

  test('what a route was built on stays', () => {
    const routed = (...addresses: readonly string[]): LiveState => {
      const live = liveOf(withAddresses(...addresses))
      const route: LiveRoute = {
        ...{ family: 'ipv4', to: '0.0.0.0/0', via: '10.0.0.1', dev: 'eth0', src: null, metric: 0, type: 'unicast' },
        ...{ protocol: 'boot', scope: 'global', table: 254, mtu: null, weight: null, flags: [] },
      }
      return {
        ...live,
        namespaces: live.namespaces.map((each) => (each.name === 'ns0' ? { ...each, routes: [route] } : each)),
      }
    }
    const { start, acts } = record(made, ['add 9', withAddresses('10.0.0.9/24')])
    const typed = (line: string, after: LiveState): Recorded => ({
      act: { kind: 'typed', commands: [{ namespace: 'host', line, status: 0 }] },
      after,
    })
    const rest = [
      typed('route', routed('10.0.0.9/24')),
      typed('add 2', routed('10.0.0.9/24', '10.0.0.2/24')),
      typed('del 9', routed('10.0.0.2/24')),
    ]
    expect(linesOf({ start, acts: [...acts, ...rest] })).toEqual([
      'ip link add eth0',
      'add 9',
      'route',
      'add 2',
      'del 9',
    ])
  })

  test('a command that failed, or did nothing that shows, is left out, but for what others need', () => {
    expect(
      linesOf(
        record(
          ['ip nets add ns0', {}, 1],
          ['ls', {}],
          ['mkdir -p /etc/netns/ns0', {}],
          ['mkdir /proc/x', {}, 1],
          ['ip netns exec ns0 sysctl -w net.ipv4.ip_forward=0', {}],
          ['sysctl net.ipv4.ip_forward', {}],
          made,
        ),
      ),
    ).toEqual(['mkdir -p /etc/netns/ns0', 'ip netns exec ns0 sysctl -w net.ipv4.ip_forward=0', 'ip link add eth0'])
  })
})

test('lines that came too quickly to be told apart share what they made, by the names in them', () => {
  const both = { ns0: {}, ns1: {} }
  const commands = ['ip netns add ns0', 'ip nets add ns9', 'ip netns add ns1'].map((line) => ({
    ...{ namespace: 'host', line },
    status: line.includes('nets ') ? 1 : 0,
  }))
  const [step] = guideOf(
    { start: liveOf({}), acts: [{ act: { kind: 'typed', commands }, after: liveOf(both) }] },
    inBoth,
  )
  expect(step).toMatchObject({
    commands: ['ip netns add ns0', 'ip netns add ns1'],
    done: { namespaces: ['ns0', 'ns1'] },
  })
})

test('what a hand has drawn is a list of commands, and a trace is offered with what came of it', () => {
  const drawn = liveOf({
    ns0: { eth0: { peer: 'ns1:eth0', addresses: ['10.0.0.1/24'] } },
    ns1: { eth0: { peer: 'ns0:eth0', addresses: ['10.0.0.2/24'] } },
  })
  const trace = { from: 'ns0', to: '10.0.0.2' }
  const guide = guideOf(
    {
      start: liveOf({}),
      acts: [
        { act: { kind: 'gesture' }, after: drawn },
        { act: { kind: 'trace', trace, check: { from: 'ns0', ping: '10.0.0.2', expect: 'reply' } }, after: drawn },
      ],
    },
    inBoth,
  )
  const typed = guide.flatMap(({ commands }) => commands ?? [])
  expect(typed.slice(0, 2)).toEqual(['ip netns add ns0', 'ip netns add ns1'])
  expect(typed).toContain('ip -n ns0 addr add 10.0.0.1/24 dev eth0')
  for (const { commands = [] } of guide) expect(commands.length).toBeLessThanOrEqual(mostCommands)
  expect(guide.at(-1)).toMatchObject({ trace, done: { checks: [{ from: 'ns0', ping: '10.0.0.2', expect: 'reply' }] } })
  expect(guide.flatMap(({ done }) => done?.links ?? [])).toHaveLength(1)
})

test.each([
  ['ns0', 'ip addr add 10.0.0.1/24 dev eth0', 'ip -n ns0 addr add 10.0.0.1/24 dev eth0'],
  ['ns0', 'bridge vlan', 'bridge -n ns0 vlan'],
  ['ns0', 'sysctl -w net.ipv4.ip_forward=1', 'ip netns exec ns0 sysctl -w net.ipv4.ip_forward=1'],
  ['ns0', 'ping 10.0.0.1', 'ip netns exec ns0 ping -c 3 10.0.0.1'],
  ['ns0', 'ping -c1 10.0.0.1', 'ip netns exec ns0 ping -c1 10.0.0.1'],
  ['ns0', 'ip netns exec ns1 true', 'ip netns exec ns0 ip netns exec ns1 true'],
  ['ns0', 'ip link add a type dummy; ip link', "ip netns exec ns0 sh -c 'ip link add a type dummy; ip link'"],
  ['ns0', 'ip -n ns1 addr', 'ip netns exec ns0 ip -n ns1 addr'],
  ['host', 'ip addr; ls', 'ip addr; ls'],
])('in %s, %s is %s for the host', (namespace, line, wanted) => {
  expect(hostLine({ namespace, line })).toBe(wanted)
})
