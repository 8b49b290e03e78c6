/** Somebody types in the lab while a fix is tried: what they did stays, and nothing false is said of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rig } from './rig.js'

const lab = `namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } } }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
  c: { interfaces: { c0: { addresses: [10.9.0.1/24] } }, routes: [{ to: 10.8.0.0/24, via: 10.9.0.2 }] }
links: [['a:e0', 'r:e1'], ['r:e2', 'b:e3']]
`
/** The second fault lets the trial of the first wait for its whole patience, and what was known of the gateway goes with the first. */
const faults = ['ip -n a link set e0 down', 'ip netns exec r sysctl -qw net.ipv4.ip_forward=0']

/** Waits in the lab until the probe goes its way by the fix, then runs a command. */
const whenTried = (command: string): string =>
  `i=0; until ip -n a neigh show 10.1.0.1 | grep -q lladdr; do i=$((i+1)); [ $i -lt 2000 ] || exit 9; done; ${command}`

let rig: Rig
beforeAll(async () => {
  rig = await Rig.open()
})
afterAll(() => rig.close())

test.for([
  {
    by: 'a namespace of its own',
    command: 'ip -n c addr flush dev c0',
    look: 'ip -n c -br -4 addr show; ip -n c route',
    not: /10\.9\.0\.1|10\.8\.0\.0/,
  },
  {
    by: 'a route beside it',
    command: 'ip -n r route add 10.7.0.0/24 via 10.2.0.2',
    look: 'ip -n r route',
    is: /10\.7/,
  },
  { by: 'the same interface', command: 'ip -n a link set e0 mtu 1400', look: 'ip -n a link show e0', is: /mtu 1400/ },
  {
    by: 'its address',
    command: 'ip -n a addr del 10.1.0.2/24 dev e0 && ip -n a addr add 10.1.0.77/24 dev e0',
    look: 'ip -n a -br addr show dev e0',
    is: /10\.1\.0\.77/,
    not: /10\.1\.0\.2\//,
  },
  { by: 'a namespace that goes', command: 'ip netns del c', look: 'ip netns list', not: /\bc\b/ },
])('$by', async ({ command, look, is, not }) => {
  await rig.build(lab, ...faults)
  const [trace] = await Promise.all([rig.trace('a', '10.2.0.2'), rig.type(whenTried(command))])
  expect(trace.outcome).not.toBe('reply')
  const output = await rig.type(look)
  if (is) expect(output).toMatch(is)
  if (not) expect(output).not.toMatch(not)
  expect(await rig.type('ip -n a link show e0')).not.toMatch(/[<,]UP[,>]/)
})
