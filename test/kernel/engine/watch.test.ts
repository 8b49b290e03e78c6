import { expect, test } from 'vitest'
import type { LiveNamespace } from '../../../electron/core/live/state.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import type { Session } from '../../../electron/session/session.js'
import { inside, loadStarter, loadText, openSession } from './sandbox.js'
import { atRest } from '../support/at-rest.js'
import { until } from '../support/until.js'

const at = (session: Session, name: string): LiveNamespace | undefined =>
  session.live.namespaces.find((namespace) => namespace.name === name)

test('changes made by ip, bridge, sysctl, iptables, nft and ip netns show in the live state', async () => {
  const session = await openSession()
  await session.request('lab/apply', { lab: loadStarter('08-nat.vethlab.yaml').file, former: 'everything' })
  const seen: readonly (readonly [readonly [string, ...string[]], () => boolean])[] = [
    [
      ['ns0', 'ip', 'link', 'set', 'veth0', 'down'],
      () => at(session, 'ns0')?.links.find(({ name }) => name === 'veth0')?.up === false,
    ],
    [
      ['ns0', 'ip', 'link', 'set', 'veth0', 'up'],
      () => at(session, 'host')?.links.find(({ name }) => name === 'veth1')?.carrier === true,
    ],
    [
      ['ns0', 'ip', 'addr', 'add', '10.1.2.3/24', 'dev', 'lo'],
      () => at(session, 'ns0')?.addresses.some(({ address }) => address === '10.1.2.3/24') ?? false,
    ],
    [
      ['ns0', 'ip', 'route', 'add', '10.5.0.0/16', 'via', '192.168.1.1'],
      () => at(session, 'ns0')?.routes.some(({ to, via }) => to === '10.5.0.0/16' && via === '192.168.1.1') ?? false,
    ],
    [
      ['ns0', 'ip', 'rule', 'add', 'from', '10.1.2.3', 'table', '77'],
      () => at(session, 'ns0')?.rules.some(({ table }) => table === 77) ?? false,
    ],
    [
      ['ns0', 'ip', 'neigh', 'add', '192.168.1.77', 'lladdr', '02:00:00:00:00:77', 'dev', 'veth0'],
      () =>
        at(session, 'ns0')?.neighbours.some(
          ({ address, state }) => address === '192.168.1.77' && state === 'PERMANENT',
        ) ?? false,
    ],
    [
      ['host', 'bridge', 'fdb', 'add', '02:00:00:00:00:99', 'dev', 'veth1', 'master', 'static'],
      () =>
        at(session, 'host')?.fdb.some(({ mac, master }) => mac === '02:00:00:00:00:99' && master === 'bridge0') ??
        false,
    ],
    [
      ['host', 'sysctl', '-qw', 'net.ipv4.ip_forward=0'],
      () => at(session, 'host')?.sysctls['net.ipv4.ip_forward'] === '0',
    ],
    [
      ['ns1', 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1'],
      () => at(session, 'ns1')?.sysctls['net.ipv4.conf.all.rp_filter'] === '1',
    ],
    [
      ['host', 'iptables', '-A', 'FORWARD', '-s', '192.168.1.3', '-j', 'DROP'],
      () =>
        at(session, 'host')?.ruleset.iptables.some(
          ({ chain, rule }) => chain === 'FORWARD' && rule === '-s 192.168.1.3/32 -j DROP',
        ) ?? false,
    ],
    [
      ['host', 'iptables', '-t', 'nat', '-F', 'POSTROUTING'],
      () =>
        at(session, 'host')?.ruleset.iptables.every(({ chain, rule }) => chain !== 'POSTROUTING' || rule === null) ??
        false,
    ],
    [
      ['ns1', 'nft', 'add', 'table', 'inet', 'mine'],
      () => JSON.stringify(at(session, 'ns1')?.ruleset.nft).includes('"mine"'),
    ],
    [['host', 'ip', 'netns', 'add', 'fresh'], () => at(session, 'fresh') !== undefined],
    [
      ['host', 'ip', 'link', 'add', 'x0', 'type', 'veth', 'peer', 'name', 'x1', 'netns', 'fresh'],
      () => at(session, 'host')?.links.find(({ name }) => name === 'x0')?.peer?.namespace === 'fresh',
    ],
    [
      ['host', 'ip', 'netns', 'del', 'fresh'],
      () =>
        at(session, 'fresh') === undefined && !(at(session, 'host')?.links.some(({ name }) => name === 'x0') ?? true),
    ],
  ]
  for (const [[namespace, program, ...args], shows] of seen) {
    await inside(session, namespace, program as string, ...args)
    await until(`${namespace}: ${program ?? ''} ${args.join(' ')} shows`, shows)
  }
})

test('a storm of 5000 changes ends in the state that the kernel has', async () => {
  const session = await openSession()
  await session.request('lab/apply', {
    former: 'everything',
    lab: loadText('vethlab: 1\nname: storm\nnamespaces: { ns0: {}, ns1: {} }\nlinks: [[ns0:a, ns1:b]]\n').file,
  })
  const lines: string[] = []
  for (let round = 0; round < 1000; round += 1) {
    const address = `10.${round >> 8}.${round & 255}.1/32`
    lines.push(
      `addr add ${address} dev a`,
      `link set dev a down`,
      `link set dev a up`,
      `route add blackhole 172.${16 + (round >> 8)}.${round & 255}.0/24`,
    )
    lines.push(round % 3 === 0 ? `addr del ${address} dev a` : `addr change ${address} dev a`)
  }
  // In parts: one argument of a program holds 128 KiB at most.
  for (let start = 0; start < lines.length; start += 1000)
    await inside(
      session,
      'ns0',
      'sh',
      '-c',
      `ip -batch - <<'LINES'\n${lines.slice(start, start + 1000).join('\n')}\nLINES`,
    )
  const kernel = async (): Promise<readonly string[]> =>
    (
      JSON.parse(await inside(session, 'ns0', 'ip', '-j', '-4', 'addr', 'show', 'dev', 'a')) as {
        addr_info?: { local: string; prefixlen: number }[]
      }[]
    )
      .flatMap(({ addr_info }) => addr_info ?? [])
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
      .sort()
  const expected = await kernel()
  expect(expected.length).toBe(666)
  const mirrored = (): readonly string[] =>
    (at(session, 'ns0')?.addresses ?? [])
      .filter(({ dev, family }) => dev === 'a' && family === 'ipv4')
      .map(({ address }) => address)
      .sort()
  await until('the mirror has every address', () => mirrored().length === expected.length)
  expect(mirrored()).toEqual(expected)
  expect(at(session, 'ns0')?.routes.filter(({ type }) => type === 'blackhole').length).toBe(1000)
  // The kernel looks after carriers once a second at most: the last word on both ends comes later than the commands.
  await until('both ends of the cable are up', () =>
    (['ns0', 'ns1'] as const).every((name) =>
      at(session, name)?.links.some(({ kind, operstate }) => kind === 'veth' && operstate === 'up'),
    ),
  )
  // Whoever reads everything again finds nothing that the pushes had missed.
  const pushed = await atRest('what is told', () => Promise.resolve(JSON.stringify(session.live.namespaces)))
  const { live } = await session.request('live/refresh', {})
  expect(JSON.parse(JSON.stringify(live.namespaces))).toEqual(JSON.parse(pushed))
})

test('a service shows in the live state however soon after its namespace it is started', async () => {
  const session = await openSession()
  const lab = (reply: string): string =>
    `vethlab: 1\nname: services\nnamespaces:\n${[0, 1, 2, 3]
      .map((n) => `  ns${n}: { services: [{ listen: tcp, port: 80, reply: ${reply} }] }`)
      .join('\n')}\n`
  // Taken down and built anew under the same names: what is said of the old must not hide what the new has.
  for (const reply of ['one', 'two', 'three']) {
    const applied = await session.request('lab/apply', { lab: loadText(lab(reply)).file, former: 'everything' })
    expect(applied.ok).toBe(true)
    await until('every service', () =>
      [0, 1, 2, 3].every((n) => at(session, `ns${n}`)?.services.some((each) => each.reply === reply)),
    )
    const again = await session.request('lab/clear', {})
    expect(again.ok).toBe(true)
  }
})

test('a service with an address answers there only, before the address comes and after it has gone for a moment', async () => {
  const session = await openSession()
  const lab = (addresses: string): string => `vethlab: 1
name: there-only
namespaces:
  a:
    interfaces: { lo: { addresses: [${addresses}] } }
    services:
      - { listen: tcp, port: 80, reply: first, address: 10.0.0.1 }
      - { listen: tcp, port: 80, reply: second, address: 10.0.0.2 }
      - { listen: tcp, port: 80, reply: sixth, address: "fd00::1" }
      - { listen: udp, port: 53, address: 10.0.0.2 }
`
  const both = '10.0.0.1/32, 10.0.0.2/32, "fd00::1/128"'
  const ask = (address: string) =>
    inside(session, 'a', 'bash', '-c', `exec 3<>/dev/tcp/${address}/80 && timeout 5 cat <&3`)
  for (const addresses of [both, '10.0.0.1/32, "fd00::1/128"', both])
    expect(
      await session.request('lab/apply', { lab: loadText(lab(addresses)).file, former: 'standing' }),
    ).toMatchObject({ ok: true })
  expect(await ask('10.0.0.1')).toBe('first')
  expect(await ask('10.0.0.2')).toBe('second')
  expect(await ask('fd00::1')).toBe('sixth')
  await expect(ask('127.0.0.1')).rejects.toThrow('Connection refused')
  expect(await inside(session, 'a', 'ss', '-Hlun')).toContain('10.0.0.2:53')
  const back = labFromLive(session.live, 'back')
  expect(back.lab.namespaces?.['a']?.services).toEqual(
    loadText(lab(both)).file.namespaces?.['a']?.services?.map((each) => ({ reply: '', ...each })),
  )
})
