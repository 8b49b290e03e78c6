import { expect, test } from 'vitest'
import { diff } from '../../../electron/core/plan/diff.js'
import { dump, inside, loadStarter, loadText, openSession } from './sandbox.js'
import { patiently, until } from '../support/until.js'

const refusedLab = `
vethlab: 1
name: refused
namespaces:
  host:
    bridges: { bridge0: { addresses: [192.168.1.1/24], ports: [veth1] } }
    nat: [{ masquerade: 192.168.1.0/24, out: bridge0 }]
  ns0:
    interfaces: { veth0: { addresses: [192.168.1.2/24] } }
    routes:
      - { to: 10.0.0.0/8, via: 192.168.1.1 }
    sysctls: { net.ipv4.ip_default_ttl: 9999 }
links: [[ns0:veth0, host:veth1]]
`

test('a refused step undoes the whole deploy and is told in the words of the kernel', async () => {
  const session = await openSession()
  const before = await dump(session)
  const { file } = loadText(refusedLab)
  const applied = await session.request('lab/apply', { lab: file, former: 'everything' })
  expect(applied).toMatchObject({
    ok: false,
    failure: {
      code: 'step-refused',
      where: 'ns0',
      command: 'ip netns exec ns0 sysctl -w net.ipv4.ip_default_ttl=9999',
      output: expect.stringMatching(/Invalid argument/) as string,
      message: expect.stringContaining('Everything before it was undone') as string,
    },
  })
  await patiently(async () => JSON.stringify(await dump(session)) === JSON.stringify(before))
  expect(await dump(session)).toEqual(before)
  expect(session.live.namespaces.map(({ name }) => name)).toEqual(['host'])
})

test('a refused edit leaves the running lab as it was', async () => {
  const session = await openSession()
  const { file, lab } = loadStarter('08-nat.vethlab.yaml')
  expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
  // The kernel looks after carriers once a second at most, and sets queues and states then.
  await until('every link is seen to be up', () =>
    session.live.namespaces.every(({ links }) =>
      links.every(({ kind, operstate }) => (kind !== 'veth' && kind !== 'bridge') || operstate === 'up'),
    ),
  )
  const before = await dump(session)
  const broken = structuredClone(file)
  broken.namespaces = {
    ...broken.namespaces,
    ns1: { interfaces: { veth2: { addresses: ['192.168.1.9/24'] } }, routes: [{ to: 'default', via: '192.168.1.1' }] },
    ns7: { sysctls: { 'net.ipv4.ip_default_ttl': 9999 } },
  }
  expect(await session.request('lab/apply', { lab: broken, former: 'everything' })).toMatchObject({
    ok: false,
    failure: { code: 'step-refused' },
  })
  expect(await dump(session)).toEqual(before)
  expect(diff(lab, session.live, { former: 'everything' }).map(({ text }) => text)).toEqual([])
  const checked = await session.request('lab/check', {})
  expect(checked.ok && checked.checks.every(({ ok }) => ok)).toBe(true)
})

test('an edit touches only what it changed', async () => {
  const session = await openSession()
  const { file } = loadStarter('08-nat.vethlab.yaml')
  await session.request('lab/apply', { lab: file, former: 'everything' })
  const ran: string[] = []
  session.on('command/ran', ({ commands }) => ran.push(...commands.map(({ text }) => text)))
  const edited = structuredClone(file)
  edited.namespaces = {
    ...edited.namespaces,
    ns1: { interfaces: { veth2: { addresses: ['192.168.1.4/24'] } }, routes: [{ to: 'default', via: '192.168.1.1' }] },
  }
  const flow = (await inside(session, 'ns0', 'ip', '-j', 'link', 'show', 'veth0')).trim()
  expect(await session.request('lab/apply', { lab: edited, former: 'everything' })).toMatchObject({ ok: true })
  expect(ran.every((text) => text.includes('ns1'))).toBe(true)
  expect(ran).toContain('ip -n ns1 addr add 192.168.1.4/24 dev veth2')
  expect(ran).toContain('ip -n ns1 addr del 192.168.1.3/24 dev veth2')
  expect(ran).toHaveLength(4)
  expect((await inside(session, 'ns0', 'ip', '-j', 'link', 'show', 'veth0')).trim()).toBe(flow)
})

test('what a stranger made stays when the lab is deployed again, unless all is to be replaced', async () => {
  const session = await openSession()
  const { file } = loadStarter('06-router.vethlab.yaml')
  await session.request('lab/apply', { lab: file, former: 'everything' })
  await inside(session, 'host', 'ip', 'netns', 'add', 'mine')
  await inside(session, 'ns0', 'ip', 'addr', 'add', '10.9.9.9/32', 'dev', 'lo')
  await session.request('lab/apply', { lab: file, former: 'standing' })
  expect(await inside(session, 'host', 'ip', 'netns', 'list')).toContain('mine')
  expect(await inside(session, 'ns0', 'ip', 'addr')).toContain('10.9.9.9')
  await session.request('lab/apply', { lab: file, former: 'everything' })
  expect(await inside(session, 'host', 'ip', 'netns', 'list')).not.toContain('mine')
  expect(await inside(session, 'ns0', 'ip', 'addr')).not.toContain('10.9.9.9')
})

test('a rate is built everywhere, and a delay that this kernel cannot do refuses the lab before any step', async () => {
  const session = await openSession()
  const netem = session.capabilities.features.find(({ name }) => name === 'netem')
  const slow = (impair: string) =>
    loadText(`
vethlab: 1
name: slow
namespaces: { ns0: {}, ns1: {} }
links:
  - { ends: [ns0:a, ns1:b], impair: { ${impair} } }
`).file
  expect(await session.request('lab/apply', { lab: slow('rate: 10mbit'), former: 'everything' })).toMatchObject({
    ok: true,
  })
  expect(await inside(session, 'ns0', 'tc', 'qdisc', 'show', 'dev', 'a')).toMatch(/qdisc tbf .* rate 10Mbit/)
  const before = await dump(session)
  const applied = await session.request('lab/apply', { lab: slow('delay: 20ms'), former: 'everything' })
  expect(applied.ok).toBe(netem?.available === true)
  if (applied.ok) expect(await inside(session, 'ns0', 'tc', 'qdisc', 'show', 'dev', 'a')).toContain('netem delay 20ms')
  else {
    expect(applied.failure).toMatchObject({ code: 'kernel-lacks', where: 'ns0:a' })
    expect(applied.failure.message).toContain('(module sch_netem), needed for "ns0:a" and 1 more')
    expect(await dump(session)).toEqual(before)
  }
})

test('a lab that was stopped can be deployed again at once', async () => {
  const session = await openSession()
  const { file } = loadStarter('08-nat.vethlab.yaml')
  for (let round = 0; round < 5; round += 1) {
    expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
    expect(await session.request('lab/clear', {})).toMatchObject({ ok: true })
  }
})
