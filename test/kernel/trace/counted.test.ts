/** What a film says was captured, beside what the kernel itself counted at every interface meanwhile. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Trace } from '../../../electron/core/diagnosis/trace.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { Params } from '../../../electron/core/rpc.js'
import { loadStarter } from '../engine/sandbox.js'
import { bridge, listening, nat, router, tcp } from './fault-labs.js'
import { parse, Rig } from './rig.js'

let rig: Rig
beforeAll(async () => void (rig = await Rig.open()))
afterAll(() => rig.close())

interface Counted {
  readonly ifname: string
  readonly stats64: Readonly<Record<'rx' | 'tx', { readonly packets: number }>>
}

const namespaces = (): readonly string[] => rig.session.live.namespaces.map(({ name }) => name)
const within = (namespace: string): string => (namespace === 'host' ? '' : `ip netns exec ${namespace} `)

/** Only the probe's frames: IPv6 has much to say by itself, and a bridge reports its groups by IGMP when it likes. */
const silence = {
  'net.ipv6.conf.default.disable_ipv6': 1,
  'net.ipv6.conf.all.disable_ipv6': 1,
  'net.ipv4.igmp_link_local_mcast_reports': 0,
} as const

async function buildQuiet(lab: string | LabFile): Promise<void> {
  const file = typeof lab === 'string' ? parse(lab) : lab
  const named = Object.entries(file.namespaces ?? {}).map(
    ([name, namespace]) => [name, { ...namespace, sysctls: { ...namespace?.sysctls, ...silence } }] as const,
  )
  await rig.build({ ...file, namespaces: Object.fromEntries(named) })
  // A neighbour that was learned by its question is asked after a while whether it is still there.
  for (const namespace of namespaces())
    await rig.type(
      `${within(namespace)}sh -c 'for f in /proc/sys/net/ipv4/neigh/*/delay_first_probe_time; do echo 600 >$f; done'`,
    )
}

/** Frames so far, by `namespace:interface direction`. */
async function counters(): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const namespace of namespaces()) {
    const links = JSON.parse(await rig.type(`${within(namespace)}ip -j -s link show`)) as Counted[]
    for (const { ifname, stats64 } of links) {
      counts.set(`${namespace}:${ifname} in`, stats64.rx.packets)
      counts.set(`${namespace}:${ifname} out`, stats64.tx.packets)
    }
  }
  return counts
}

const filmed = ({ hops }: Trace): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { namespace, interface: name, direction, observed } of hops) {
    if (!observed) continue
    const place = `${namespace}:${name} ${direction}`
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}

async function compare(
  lab: string | LabFile,
  from: string,
  to: string,
  probe: Partial<Params<'trace/run'>>,
  outcome: string,
  ...typed: readonly string[]
): Promise<Record<string, number>> {
  await buildQuiet(lab)
  for (const command of typed) await rig.type(command)
  const before = await counters()
  const trace = await rig.trace(from, to, probe)
  const after = await counters()
  const frames = Object.fromEntries(
    [...after].flatMap(([place, count]) => {
      const by = count - (before.get(place) ?? 0)
      return by > 0 ? [[place, by] as const] : []
    }),
  )
  const seen = filmed(trace)
  console.log(
    `${from} -> ${to} ${JSON.stringify(probe)}: ${Object.values(frames).reduce((sum, by) => sum + by, 0)} frames counted`,
  )
  expect(trace.outcome).toBe(outcome)
  expect(seen).toEqual(frames)
  return seen
}

test('R: over a router, with everybody asked for', async () => {
  const seen = await compare(router(), 'ns0', '192.168.1.2', {}, 'reply')
  // A question with its answer, a request and a reply, at each end of two cables.
  expect(seen['ns0:veth0 out']).toBe(2)
})

test('B: over a bridge, whose broadcasts go to every port and to itself', async () => {
  const seen = await compare(bridge(), 'ns0', '10.0.0.3', {}, 'reply')
  expect(Object.keys(seen).length).toBeGreaterThan(6)
})

test('N: through a bridge, a router and NAT', async () => {
  await compare(loadStarter('08-nat.vethlab.yaml').file, 'ns0', '203.0.113.10', {}, 'reply')
})

test('fragments, cut where they start and cut again on the way', async () => {
  const lab = router()
  await compare(lab, 'ns0', '192.168.1.2', { size: 4000 }, 'reply')
  const narrow = lab.replace('veth3: {', 'veth3: { mtu: 1000,').replace('veth2: {', 'veth2: { mtu: 1000,')
  const seen = await compare(narrow, 'ns0', '192.168.1.2', { size: 4000 }, 'reply')
  expect(seen['ns-router:veth3 out']).toBeGreaterThan(seen['ns0:veth0 out'] ?? 0)
})

test('a connection to a published port that nobody listens on', async () => {
  const published = nat({ nat: '{ dnat: { protocol: tcp, port: 8080 }, in: eth0, to: "192.168.1.2:81" }' })
  // Somebody has the port elsewhere, so that no fix is tried, which would be counted, too.
  await compare(
    published,
    'internet',
    '172.16.0.157',
    { protocol: 'tcp', port: 8080 },
    'refused',
    listening('ns0', '127.0.0.1', tcp(81)),
  )
})

test('a tunnel: the frame, the packet around it, and what both asked for', async () => {
  const tunnel = `
namespaces:
  a: { interfaces: { e0: { addresses: [10.0.0.1/24] }, vx0: { addresses: [10.9.0.1/24] } } }
  b: { interfaces: { e1: { addresses: [10.0.0.2/24] }, vx1: { addresses: [10.9.0.2/24] } } }
links: [[a:e0, b:e1]]
tunnels:
  - { type: vxlan, id: 7, namespace: a, name: vx0, local: 10.0.0.1, remote: 10.0.0.2, port: 4789 }
  - { type: vxlan, id: 7, namespace: b, name: vx1, local: 10.0.0.2, remote: 10.0.0.1, port: 4789 }
`
  const seen = await compare(tunnel, 'a', '10.9.0.2', {}, 'reply')
  expect(seen['a:vx0 out']).toBe(2)
})
