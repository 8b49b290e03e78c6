import { expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { descendantsOfTest, dump, inside, loadStarter, loadText, openSession } from './sandbox.js'
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

test('a name that a terminal takes while the plan runs is refused where it is, and leaves nothing of the plan', async () => {
  const session = await openSession()
  const names = Array.from({ length: 60 }, (_, at) => `n${at}`)
  const file: LabFile = {
    ...{ vethlab: 1, name: 'taken' },
    namespaces: Object.fromEntries(names.map((name) => [name, {}])),
    links: names.map((name) => [`${name}:e`, `host:p-${name}`]),
  }
  const before = await dump(session)
  const helper = descendantsOfTest().find((line) => /^\d+ \S*node \S*helper\.js/.test(line))
  const pid = Number(helper?.split(' ')[0])
  // It stands still in the middle, so that the terminal is in time.
  let isBegun = false
  const begun = new Promise<void>((resolve) => {
    session.on('deploy/progress', () => {
      if (isBegun) return
      isBegun = true
      process.kill(pid, 'SIGSTOP')
      resolve()
    })
  })
  const applied = session.request('lab/apply', { lab: file, former: 'everything' })
  await begun
  await inside(session, 'host', 'ip', 'link', 'add', 'p-n59', 'type', 'bridge')
  process.kill(pid, 'SIGCONT')
  expect(await applied).toMatchObject({
    ok: false,
    failure: { code: 'step-refused', where: 'n59', command: expect.stringContaining('p-n59') as string },
  })
  expect(await inside(session, 'host', 'ip', 'link', 'show', 'p-n59')).toContain('p-n59')
  await inside(session, 'host', 'ip', 'link', 'del', 'p-n59')
  await patiently(async () => JSON.stringify(await dump(session)) === JSON.stringify(before))
  expect(await dump(session)).toEqual(before)
})

test('the 1024th port of a bridge is refused in the words of the kernel', async () => {
  const session = await openSession()
  const lab = (more: object[]): LabFile =>
    ({
      ...{ vethlab: 1, name: 'full' },
      namespaces: { sw: { bridges: { br0: { ports: more.length > 0 ? ['last'] : [] } } }, ns0: {} },
      links: more,
    }) as LabFile
  expect(await session.request('lab/apply', { lab: lab([]), former: 'everything' })).toMatchObject({ ok: true })
  // A bridge has 1023 ports (BR_MAX_PORTS, net/bridge/br_private.h); a cable with both ends in it takes two.
  const pairs = Array.from({ length: 511 }, (_, at) => `link add a${at} master br0 type veth peer name b${at}`)
  const ports = Array.from({ length: 511 }, (_, at) => `link set b${at} master br0`)
  const batch = [...pairs, ...ports, 'link add odd master br0 type veth peer name even'].join('\n')
  await inside(session, 'sw', 'sh', '-c', `echo '${batch}' | ip -batch -`)
  await until(
    'all of it is seen',
    () => (session.live.namespaces.find(({ name }) => name === 'sw')?.links.length ?? 0) > 1025,
  )
  const count = (): Promise<string> =>
    inside(session, 'sw', 'sh', '-c', 'ls /sys/class/net | wc -l; ip -o link show master br0 | wc -l')
  const before = await count()
  const applied = await session.request('lab/apply', { lab: lab([['ns0:eth0', 'sw:last']]), former: 'standing' })
  expect(applied).toMatchObject({
    ok: false,
    failure: { code: 'step-refused', where: 'sw', output: expect.stringMatching(/Exchange full|EXFULL/) as string },
  })
  expect(await count()).toBe(before)
  expect(await inside(session, 'ns0', 'ip', '-br', 'link')).not.toContain('eth0')
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
