import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Trace } from '../../../electron/core/diagnosis/trace.js'
import { until } from '../support/until.js'
import { applyShown, FakeHost, good, type ElevatedHelper } from './fake-host.js'
import { bridgeGateway, labOf, nat, natUplink } from './labs.js'

let host: FakeHost
let before: Awaited<ReturnType<FakeHost['dump']>>
let helper: ElevatedHelper
beforeAll(async () => {
  host = await FakeHost.start()
  before = await host.dumpAtRest()
})
afterEach(async () => {
  await helper.session.close()
  expect(await host.dump()).toEqual(before)
})
afterAll(() => host.close())

/** Without what moves by itself while a lab stands: carriers, link-local addresses, and routes with them. */
async function still() {
  const { netns, iptables, ip6tables, nft, rule, sysctl } = await host.dump()
  return { netns, iptables, ip6tables, nft, rule, sysctl }
}

const note = (): unknown => JSON.parse(readFileSync(host.path('/run/vethlab/left.json'), 'utf8'))

test("the lab is in the machine's own namespace, and the user's own tools see it", async () => {
  helper = await host.startHelper()
  const { session } = helper
  expect(session.capabilities.mode).toBe('elevated')
  expect(session.left).toBeNull()
  good(await applyShown(session, { lab: nat }))

  expect((await host.run('ip', 'netns', 'list')).match(/^\S+/gm)?.sort()).toEqual([
    'internet',
    'neighbour',
    'ns0',
    'ns1',
  ])
  expect(await host.run('ip', '-o', 'addr', 'show', 'dev', 'bridge0')).toContain('192.168.1.1/24')
  expect(await host.run('sysctl', '-n', 'net.ipv4.ip_forward')).toBe('1\n')
  expect(await host.run('iptables-save', '-t', 'nat')).toContain(
    '-A POSTROUTING -s 192.168.1.0/24 -o eth0 -m comment --comment "vethlab:nat-to-the-internet" -j MASQUERADE',
  )
  expect(await host.run('ip', 'netns', 'exec', 'ns0', 'ping', '-c1', '-W5', '203.0.113.10')).toContain('ttl=63')
  const checked = good(await session.request('lab/check', {}))
  expect(checked.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(checked.checks).toHaveLength(nat.checks?.length ?? 0)

  expect(note()).toMatchObject({ lab: 'nat-to-the-internet', kept: false })
  const modes = await host.sh(
    'cd /run/vethlab; stat -c "%n %a %u" . left.json journal journal/journal.jsonl journal/lock',
  )
  expect(modes.trim().split('\n')).toEqual([
    '. 755 0',
    'left.json 644 0',
    'journal 700 0',
    'journal/journal.jsonl 600 0',
    'journal/lock 600 0',
  ])
  // What holds already needs no step.
  expect(await applyShown(session, { lab: nat })).toMatchObject({ ok: true, steps: 0 })
  expect(await session.request('lab/clear', {})).toMatchObject({ ok: true })
  expect(await host.dump()).toEqual(before)
})

describe('with the uplink on', () => {
  test("eth0 stands for the machine's way out", async () => {
    helper = await host.startHelper()
    const { session } = helper
    const { preflight } = good(await session.request('host/preflight', { lab: natUplink }))
    expect(preflight.uplink).toEqual({ name: 'up0', via: '198.51.100.1', addresses: ['198.51.100.2/24'] })
    expect(preflight.uplinks).toEqual([preflight.uplink])
    expect(preflight.plan).toContainEqual({
      namespace: 'host',
      onHost: true,
      text: 'iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o up0 -m comment --comment vethlab:nat-uplink -j MASQUERADE',
      undo: [
        'iptables -t nat -D POSTROUTING -s 192.168.1.0/24 -o up0 -m comment --comment vethlab:nat-uplink -j MASQUERADE',
      ],
    })
    good(await applyShown(session, { lab: natUplink }))
    const { checks } = good(await session.request('lab/check', {}))
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    expect(session.lab).toEqual(natUplink)
  })

  test('another interface can be named, and one that is not there is refused', async () => {
    helper = await host.startHelper()
    const { session } = helper
    expect(await applyShown(session, { lab: natUplink, uplink: 'up7' })).toMatchObject({
      ok: false,
      failure: { code: 'no-such-uplink', where: 'up7' },
    })
    await host.sh('ip link add other0 type bridge')
    const { preflight } = good(await session.request('host/preflight', { lab: natUplink, uplink: 'other0' }))
    expect(preflight.uplink).toEqual({ name: 'other0', via: null, addresses: [] })
    expect(preflight.plan.some(({ text }) => text.includes('-o other0 '))).toBe(true)
    await host.sh('ip link del other0')
  })
})

test('a trace keeps the frames of its probe and none of the machine', async () => {
  helper = await host.startHelper()
  const { session } = helper
  good(await applyShown(session, { lab: natUplink }))
  // Traffic of the machine itself, over the very interface that the probe leaves by.
  const noise = host.run('ping', '-i', '0.01', '-c', '60', '-W', '5', '-p', 'c0ffee', '198.51.100.1')
  const traced = good(await session.request('trace/run', { from: 'ns0', to: '203.0.113.10', count: 3 }))
  await noise
  const { trace }: { readonly trace: Trace } = traced
  expect(trace.outcome).toBe('reply')
  const observed = trace.hops.filter(({ frame }) => frame !== null)
  expect(observed.map(({ frame }) => frame).sort((a, b) => Number(a) - Number(b))).toEqual(
    trace.frames.map((_, index) => index),
  )
  expect(
    trace.frames.some(({ bytes }) => Buffer.from(bytes, 'base64').includes(Buffer.from('c0ffeec0ffee', 'hex'))),
  ).toBe(false)
  expect(observed.some(({ namespace, interface: name }) => namespace === 'host' && name === 'up0')).toBe(true)
})

test('the live film shows what passes in the lab, and nothing else of the machine', async () => {
  helper = await host.startHelper()
  const { session } = helper
  good(await applyShown(session, { lab: natUplink }))
  const shown: string[] = []
  session.on('capture/packets', (batch) => shown.push(JSON.stringify(batch)))
  good(await session.request('capture/start', {}))
  await host.run('ping', '-c', '3', '-i', '0.05', '-W', '5', '198.51.100.1')
  // What was sent first would have been shown first.
  await until('the lab is on film', async () => {
    await host.run('ip', 'netns', 'exec', 'ns0', 'ping', '-c', '1', '-W', '5', '192.168.1.3')
    return shown.some((text) => text.includes('192.168.1.3'))
  })
  expect(shown.filter((text) => text.includes('198.51.100.1'))).toEqual([])
  good(await session.request('capture/stop', {}))
})

test('an edit changes what it must, and all of it is undone at the end', async () => {
  helper = await host.startHelper()
  const { session } = helper
  good(await applyShown(session, { lab: natUplink }))
  const ran: string[] = []
  session.on('command/ran', ({ commands }) => ran.push(...commands.map(({ text }) => text)))
  const edited = labOf(`
vethlab: 1
name: nat-uplink
uplink: on
namespaces:
  host:
    bridges: { bridge0: { addresses: [192.168.1.1/24], ports: [veth1] } }
    sysctls: { net.ipv4.conf.all.log_martians: 1, net.ipv4.conf.bridge0.rp_filter: 1 }
    firewall: [{ chain: input, in: bridge0, protocol: tcp, port: 22, action: reject }]
  ns0: { interfaces: { veth0: { addresses: [192.168.1.2/24] } } }
links: [[ns0:veth0, host:veth1]]
`)
  good(await applyShown(session, { lab: edited }))
  expect(ran).toContain('sysctl -w net.ipv4.ip_forward=0')
  expect(ran.some((text) => text.startsWith('iptables -t nat -D POSTROUTING'))).toBe(true)
  expect(ran).toContain('ip netns del ns1')
  expect(ran.some((text) => text.includes('ns0'))).toBe(true)
  expect((await host.run('iptables-save')).match(/vethlab:\S+/g)).toEqual(['vethlab:nat-uplink"'])
  // A refused edit leaves the lab as it was.
  const standing = await still()
  const refused = structuredClone(edited)
  refused.namespaces = { ...refused.namespaces, ns7: { sysctls: { 'net.ipv4.ip_default_ttl': 9999 } } }
  expect(await applyShown(session, { lab: refused })).toMatchObject({
    ok: false,
    failure: { code: 'step-refused' },
  })
  expect(await still()).toEqual(standing)
})

test('a lab of another name takes the place of the first', async () => {
  helper = await host.startHelper()
  const { session } = helper
  good(await applyShown(session, { lab: nat }))
  const { preflight } = good(await session.request('host/preflight', { lab: bridgeGateway }))
  expect(preflight.conflicts.filter(({ severity }) => severity === 'blocks')).toEqual([])
  good(await applyShown(session, { lab: bridgeGateway }))
  expect(note()).toMatchObject({ lab: 'bridge-gateway' })
  expect(await host.run('ip', 'netns', 'list')).not.toContain('internet')
  expect(await host.run('iptables-save')).not.toContain('vethlab')
})

test('a refused first deploy leaves nothing, and says in whose words', async () => {
  helper = await host.startHelper()
  const lab = labOf(`
vethlab: 1
name: refused
namespaces:
  host:
    forwarding: true
    bridges: { bridge0: { addresses: [192.168.1.1/24], ports: [veth1] } }
    nat: [{ masquerade: 192.168.1.0/24, out: bridge0 }]
  ns0:
    interfaces: { veth0: { addresses: [192.168.1.2/24] } }
    sysctls: { net.ipv4.ip_default_ttl: 9999 }
links: [[ns0:veth0, host:veth1]]
`)
  expect(await applyShown(helper.session, { lab })).toMatchObject({
    ok: false,
    failure: { code: 'step-refused', where: 'ns0', output: expect.stringMatching(/Invalid argument/) as string },
  })
  expect(await host.dump()).toEqual(before)
})

test('one session at a time has a lab on the machine', async () => {
  helper = await host.startHelper()
  good(await applyShown(helper.session, { lab: bridgeGateway }))
  const second = await host.startHelper()
  expect(second.session.left).toBeNull()
  // At the beginning, not after a plan has been read and agreed to; and whoever comes with one is refused all the same.
  const busy = { ok: false, failure: { code: 'host-busy' } }
  expect(await second.session.request('host/preflight', { lab: nat })).toMatchObject(busy)
  expect(await second.session.request('lab/apply', { lab: nat, former: 'standing' })).toMatchObject(busy)
  expect(await second.session.request('host/recover', {})).toMatchObject(busy)
  expect(await second.session.request('lab/clear', {})).toMatchObject({ ok: true })
  await second.session.close()
  expect(await host.run('ip', 'netns', 'list')).toContain('ns0')
  good(await helper.session.request('lab/clear', {}))
  // The lock is free as soon as nothing stands.
  const third = await host.startHelper()
  good(await third.session.request('host/preflight', { lab: nat }))
  good(await applyShown(third.session, { lab: bridgeGateway }))
  await third.session.close()
})

describe('the end of a session', () => {
  test.each(['SIGTERM', 'SIGHUP'] as const)('%s takes the lab down', async (signal) => {
    helper = await host.startHelper()
    good(await applyShown(helper.session, { lab: nat }))
    helper.kill(signal)
    await helper.gone
  })

  test('in the middle of a deploy it takes down what there is', async () => {
    helper = await host.startHelper()
    applyShown(helper.session, { lab: nat }).catch(() => {})
    await until('the deploy has begun', () => host.try('test', '-e', '/run/vethlab/left.json'))
  })

  test('a lab that is kept goes on in the next session, with its responders, until it is taken down', async () => {
    const lab = labOf(`
vethlab: 1
name: kept
namespaces:
  ns0:
    interfaces: { veth0: { addresses: [10.9.0.2/24] } }
    services: [{ listen: tcp, port: 80, reply: here }]
  host: { interfaces: { veth1: { addresses: [10.9.0.1/24] } }, forwarding: true }
links: [[ns0:veth0, host:veth1]]
checks: [{ name: answers, from: host, tcp: "10.9.0.2:80", expect: connected }]
`)
    const first = await host.startHelper()
    good(await applyShown(first.session, { lab }))
    good(await first.session.request('host/leave', { keep: true }))
    const standing = await still()
    await first.session.close()
    expect(await still()).toEqual(standing)
    expect(note()).toMatchObject({ lab: 'kept', kept: true })

    const second = await host.startHelper()
    expect(second.session.left).toMatchObject({ lab: 'kept', kept: true })
    expect(second.session.lab).toEqual(lab)
    expect(good(await second.session.request('lab/check', {})).checks).toMatchObject([{ ok: true }])
    // Nothing else was said: it stays.
    await second.session.close()
    expect(await still()).toEqual(standing)

    helper = await host.startHelper()
    expect(await applyShown(helper.session, { lab })).toMatchObject({ ok: true })
    good(await helper.session.request('host/leave', { keep: false }))
  })

  test('a kept lab is undone by lab/clear of the next session', async () => {
    const first = await host.startHelper()
    good(await applyShown(first.session, { lab: natUplink }))
    good(await first.session.request('host/leave', { keep: true }))
    first.kill('SIGKILL')
    await first.gone
    helper = await host.startHelper()
    expect(helper.session.left).toMatchObject({ lab: 'nat-uplink', kept: true })
    good(await helper.session.request('lab/clear', {}))
    expect(await host.dump()).toEqual(before)
  })
})

describe('a fix of a trace', () => {
  test('in a namespace of the lab is carried out; one of the machine itself is not', async () => {
    helper = await host.startHelper()
    const { session } = helper
    good(await applyShown(session, { lab: natUplink }))
    await host.run('ip', '-n', 'ns0', 'route', 'del', 'default')
    const inside = good(await session.request('trace/run', { from: 'ns0', to: '203.0.113.10', timeoutMs: 300 }))
    expect(inside.trace.diagnosis).toMatchObject({ code: 'no-route', fix: { namespace: 'ns0' } })
    expect(await session.request('trace/fix', { trace: inside.trace.id })).toMatchObject({ ok: true })

    await host.sh('iptables -I FORWARD -d 203.0.113.10 -j DROP')
    const outside = good(await session.request('trace/run', { from: 'ns0', to: '203.0.113.10', timeoutMs: 300 }))
    expect(outside.trace.diagnosis).toMatchObject({ code: 'firewall-drop', fix: { namespace: 'host' } })
    expect(await session.request('trace/fix', { trace: outside.trace.id })).toMatchObject({
      ok: false,
      failure: { code: 'not-ours' },
    })
    expect(await host.run('iptables', '-S', 'FORWARD')).toContain('-d 203.0.113.10')
    await host.sh('iptables -D FORWARD -d 203.0.113.10 -j DROP; nft delete table ip filter')
  })
})
