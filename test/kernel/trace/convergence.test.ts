/** Two faults at once: the first on the packet's way is named, and mending one after the other leads to an answer. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAnswer } from '../../../electron/core/diagnosis/trace.js'
import type { Params } from '../../../electron/core/rpc.js'
import { bridge, masquerade, nat, pair, router } from './fault-labs.js'
import { Rig } from './rig.js'

const timeoutMs = 250

interface Combination {
  readonly name: string
  readonly lab: string
  readonly typed: readonly string[]
  readonly from: string
  readonly to: string
  readonly probe?: Partial<Params<'trace/run'>>
  /** In the order in which they come up. */
  readonly codes: readonly string[]
}

const combinations: readonly Combination[] = [
  {
    name: 'no route at the sender, no forwarding behind it',
    lab: router({ forwarding: false }),
    typed: ['ip -n ns0 route del 192.168.1.0/24'],
    from: 'ns0',
    to: '192.168.1.2',
    codes: ['no-route', 'forwarding-off'],
  },
  {
    name: 'no forwarding, and no way back',
    lab: router({ forwarding: false, routes1: '' }),
    typed: [],
    from: 'ns0',
    to: '192.168.1.2',
    codes: ['forwarding-off', 'no-return-route'],
  },
  {
    name: 'an interface that is down, and a rule that drops',
    lab: router({ router: 'firewall: [{ chain: forward, source: 192.168.0.2, action: drop }]' }),
    typed: ['ip -n ns0 link set veth0 down'],
    from: 'ns0',
    to: '192.168.1.2',
    codes: ['interface-down', 'firewall-drop'],
  },
  {
    name: 'rules that drop both directions',
    lab: router({
      router:
        'firewall: [{ chain: forward, source: 192.168.0.2, action: drop }, { chain: forward, source: 192.168.1.2, action: drop }]',
    }),
    typed: [],
    from: 'ns0',
    to: '192.168.1.2',
    codes: ['firewall-drop', 'firewall-drop'],
  },
  {
    name: 'a cable beside the bridge, and a target without an address',
    lab: bridge({ ports: 'p0, p2' }),
    typed: ['ip -n ns1 addr flush dev veth0'],
    from: 'ns0',
    to: '10.0.0.2',
    codes: ['not-a-bridge-port', 'no-address'],
  },
  {
    name: 'a bridge that is down, and a port that is no port',
    lab: bridge({ ports: 'p0, p2' }),
    typed: ['ip link set br0 down'],
    from: 'ns0',
    to: '10.0.0.2',
    // One without the other would get nothing through: its fix is for both.
    codes: ['not-a-bridge-port'],
  },
  {
    name: 'the other end is down, and the port is closed',
    lab: pair(),
    typed: ['ip -n ns1 link set veth1 down'],
    from: 'ns0',
    to: '10.0.0.2',
    probe: { protocol: 'tcp', port: 9000 },
    codes: ['peer-down', 'port-closed'],
  },
  {
    name: 'forwarding off, and NAT for another interface',
    lab: nat({ nat: '{ masquerade: 192.168.1.0/24, out: bridge0 }' }),
    typed: ['sysctl -w net.ipv4.ip_forward=0'],
    from: 'ns0',
    to: '203.0.113.10',
    codes: ['forwarding-off', 'nat-wrong-interface'],
  },
  {
    name: 'a policy that drops, and no NAT behind it',
    lab: nat({ nat: masquerade }),
    typed: ['iptables -P FORWARD DROP', 'iptables -t nat -F POSTROUTING'],
    from: 'ns0',
    to: '203.0.113.10',
    codes: ['firewall-drop', 'nat-missing'],
  },
  {
    name: 'a wrong neighbour, and a target that rejects',
    lab: pair({ ns1: ', firewall: [{ chain: input, protocol: icmp, action: reject }]' }),
    typed: ['ip -n ns0 neigh replace 10.0.0.2 lladdr 02:00:00:00:00:99 dev veth0 nud permanent'],
    from: 'ns0',
    to: '10.0.0.2',
    codes: ['neighbour-failed', 'firewall-reject'],
  },
  {
    name: 'a gateway that lost its address, and filtering of what it forwards',
    lab: router({
      routes0: 'routes: [{ to: default, via: 192.168.0.1 }]',
      router: 'firewall: [{ chain: forward, protocol: icmp, action: drop }]',
    }),
    typed: ['ip -n ns-router addr del 192.168.0.1/24 dev veth1'],
    from: 'ns0',
    to: '192.168.1.2',
    codes: ['gateway-unreachable', 'firewall-drop'],
  },
]

let rig: Rig
beforeAll(async () => void (rig = await Rig.open()))
afterAll(() => rig.close())

test.each(combinations.map((each) => [each.name, each] as const))(
  '%s',
  async (_, { lab, typed, from, to, probe, codes }) => {
    await rig.build(lab, ...typed)
    const named: (string | undefined)[] = []
    for (;;) {
      const trace = await rig.trace(from, to, { timeoutMs, ...probe })
      if (isAnswer(trace.outcome)) break
      named.push(trace.diagnosis?.code)
      expect(named.length).toBeLessThanOrEqual(codes.length)
      await rig.fix(trace)
    }
    expect(named).toEqual(codes)
  },
)

test('a fix can be taken back, and then the fault is what it was', async () => {
  await rig.build(
    router({
      router:
        'firewall: [{ chain: forward, protocol: udp, action: accept }, { chain: forward, source: 192.168.0.2, action: drop }, { chain: forward, protocol: tcp, action: accept }]',
    }),
  )
  const rules = (): Promise<string> => rig.type('ip netns exec ns-router iptables -S')
  const before = await rules()
  const trace = await rig.trace('ns0', '192.168.1.2', { timeoutMs })
  const { undo, commands } = await rig.fix(trace)
  expect(commands).toEqual(trace.diagnosis?.fix?.commands)
  expect(await rules()).not.toBe(before)
  // The change stands in the lab as drift, and in the list of commands.
  const forward = rig.session.live.namespaces.find(({ name }) => name === 'ns-router')?.ruleset.iptables
  expect(forward?.filter(({ chain, rule }) => chain === 'FORWARD' && rule !== null)).toHaveLength(2)
  expect(await rig.session.request('trace/unfix', { undo })).toMatchObject({ ok: true })
  expect(await rules()).toBe(before)
  const again = await rig.trace('ns0', '192.168.1.2', { timeoutMs })
  expect(again.diagnosis?.code).toBe('firewall-drop')
  expect(await rig.session.request('trace/unfix', { undo })).toMatchObject({
    ok: false,
    failure: { code: 'no-such-fix' },
  })
})

test('a fix that no longer fits is refused, and nothing is changed', async () => {
  await rig.build(router({ forwarding: false }))
  const trace = await rig.trace('ns0', '192.168.1.2', { timeoutMs })
  await rig.type('ip netns exec ns-router sysctl -qw net.ipv4.ip_forward=1')
  expect(await rig.session.request('trace/fix', { trace: trace.id })).toMatchObject({
    ok: false,
    failure: { code: 'stale-fix' },
  })
  expect(await rig.session.request('trace/fix', { trace: 'feedbeef' })).toMatchObject({
    ok: false,
    failure: { code: 'no-such-trace' },
  })
})
