/** Addresses by DHCP: a server and two clients, what came with their leases, and the end of all of it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { differences } from '../../../electron/core/change/difference.js'
import { keepChanges } from '../../../electron/core/change/keep.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { root } from '../support/build.js'
import { skipBecause } from '../support/skip.js'
import { until } from '../support/until.js'
import { inside, loadText, openSession, skipLacking } from './sandbox.js'

const lab = (more: { readonly a?: string; readonly server?: string } = {}): string => `vethlab: 1
name: leased
namespaces:
  server:
    interfaces: { eth0: { addresses: [10.0.0.1/24] }, far: { addresses: [10.9.0.1/24] } }
    services:
      - { listen: tcp, port: 80, reply: hello }
${more.server ?? '      - { dhcp: { interface: eth0, range: [10.0.0.100, 10.0.0.101], router: 10.0.0.1, nameservers: [10.0.0.1] } }\n      - { dns: { records: { web.lab: 10.9.0.1 } } }'}
  host: { bridges: { br0: { ports: [p0, p1, p2] } } }
  a:
    interfaces: { eth0: { ${more.a ?? 'dhcp4: true'} } }
  b:
    interfaces: { eth0: { dhcp4: true } }
    resolver: { nameservers: [10.9.9.9] }
links: [[server:eth0, host:p0], [a:eth0, host:p1], [b:eth0, host:p2]]
checks:
  - { from: a, ping: 10.9.0.1 }
  - { from: b, tcp: 10.0.0.1:80 }
  - { from: a, dns: web.lab, answer: 10.9.0.1 }
`

const pidNamespace = (pid: number | null): string =>
  execFileSync('readlink', [`/proc/${pid ?? 0}/ns/pid`], { encoding: 'utf8' }).replace(/\D/g, '')

/** Of this sandbox. */
const clients = (pid: number | null): number =>
  execFileSync('ps', ['-e', '-o', 'comm=,pidns='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('udhcpc') && line.endsWith(` ${pidNamespace(pid)}`)).length

test('two clients get leases that are no difference, lose and get them, and leave nothing', async (context) => {
  const session = await openSession()
  const { file, lab: made } = loadText(lab())
  skipLacking(context, session, file)
  const apply = (wanted: typeof file) => session.request('lab/apply', { lab: wanted, former: 'standing' })
  const at = (name: string) => session.live.namespaces.find((each) => each.name === name)
  const leaseOf = (name: string) => at(name)?.dhcp?.[0]?.lease
  const planned = (wanted: typeof made) => diff(wanted, session.live, { former: 'everything' }).map(({ text }) => text)

  expect(await apply(file)).toMatchObject({ ok: true })
  expect(clients(session.anchorPid)).toBe(2)
  await until('two leases', () => Boolean(leaseOf('a') && leaseOf('b')))
  expect([leaseOf('a')?.address, leaseOf('b')?.address].toSorted()).toEqual(['10.0.0.100/24', '10.0.0.101/24'])
  expect(leaseOf('a')).toMatchObject({
    server: '10.0.0.1',
    seconds: 3600,
    routers: ['10.0.0.1'],
    nameservers: ['10.0.0.1'],
  })
  await until(
    'the default route of the lease',
    () => at('a')?.routes.some(({ protocol }) => protocol === 'dhcp') ?? false,
  )
  expect(await inside(session, 'host', 'ip', 'netns', 'exec', 'a', 'cat', '/etc/resolv.conf')).toContain(
    'nameserver 10.0.0.1\n',
  )
  // The lab's own resolver goes before the lease's.
  expect(await inside(session, 'host', 'ip', 'netns', 'exec', 'b', 'cat', '/etc/resolv.conf')).toContain(
    'nameserver 10.9.9.9',
  )
  const checked = await session.request('lab/check', {})
  expect(checked.ok ? checked.checks.map(({ ok }) => ok) : checked).toEqual([true, true, true])

  // What a lease brought is nobody's difference, and is read back as the wish for one.
  expect(planned(made)).toEqual([])
  const back = labFromLive(session.live, 'back')
  expect(back.unexpressed).toEqual([])
  expect(back.lab.namespaces?.['a']).toMatchObject({ interfaces: { eth0: { dhcp4: true } } })
  expect(JSON.stringify(back.lab.namespaces?.['a'])).not.toMatch(/10\.0\.0\./)
  expect(planned(normalise(back.lab))).toEqual([])

  const noClient = (): boolean =>
    session.live.namespaces.every(({ dhcp }) => !dhcp?.length) &&
    ['a', 'b'].every((name) => at(name)?.addresses.every(({ address }) => !/^10\.0\.0\.10/.test(address)) ?? false)
  // Somebody ends a client: a difference, which puts it back, or is kept.
  await inside(session, 'a', 'pkill', '-x', 'udhcpc')
  await until('no client, and nothing of a lease', noClient)
  const [lost] = differences(made, made, session.live).filter(({ namespace }) => namespace === 'a')
  expect(lost).toMatchObject({ kind: 'missing', what: 'dhcp eth0' })
  expect(lost && keepChanges(file, lost, session.live)).toEqual([
    { op: 'link-set', namespace: 'a', name: 'eth0', keys: { dhcp4: null } },
  ])
  expect(await apply(file)).toMatchObject({ ok: true, steps: 2 })
  await until('two leases again', () => Boolean(leaseOf('a') && leaseOf('b')))

  // There and back by an edit: an address of its own, then a lease again.
  const fixed = loadText(lab({ a: 'addresses: [10.0.0.7/24]' }))
  expect(await apply(fixed.file)).toMatchObject({ ok: true })
  await until('its own address alone', () => {
    const own = at('a')?.addresses.filter(({ dev, family }) => dev === 'eth0' && family === 'ipv4') ?? []
    return own.length === 1 && own[0]?.address === '10.0.0.7/24'
  })
  expect(at('a')?.files?.['resolv.conf']).toBeUndefined()
  expect(planned(fixed.lab)).toEqual([])
  expect(clients(session.anchorPid)).toBe(1)
  expect(await apply(file)).toMatchObject({ ok: true })
  await until('a lease again', () => Boolean(leaseOf('a')))
  expect(leaseOf('a')?.address).toMatch(/^10\.0\.0\.10[01]\/24$/)

  // One address for two: who comes second waits, and is told why.
  const narrow = loadText(lab({ server: '      - { dhcp: { interface: eth0, range: [10.0.0.100, 10.0.0.100] } }' }))
  expect(await apply(fixed.file)).toMatchObject({ ok: true })
  await inside(session, 'b', 'pkill', '-x', 'udhcpc')
  await until('no client, and nothing of a lease', noClient)
  expect(await apply(narrow.file)).toMatchObject({ ok: true })
  await until('one lease for one address', () => ['a', 'b'].filter((name) => leaseOf(name)).length === 1)
  const [waits = ''] = ['a', 'b'].filter((name) => !leaseOf(name))
  expect(waits).not.toBe('')
  const cause = async (from: string) => {
    const traced = await session.request('trace/run', { from, to: '10.0.0.1', protocol: 'icmp' })
    return traced.ok ? traced.trace.diagnosis : traced
  }
  expect(await cause(waits)).toMatchObject({
    code: 'no-lease',
    interface: 'eth0',
    message: { key: 'no-lease-full' },
    fix: null,
  })

  // Without a server nobody answers; it comes, and the lease comes.
  const none = loadText(lab({ server: '' }))
  expect(await apply(none.file)).toMatchObject({ ok: true })
  await inside(session, 'host', 'ip', 'netns', 'exec', 'a', 'pkill', '-x', 'udhcpc')
  await until('no client, and nothing of a lease', noClient)
  for (const name of ['a', 'b']) await inside(session, name, 'ip', 'address', 'flush', 'dev', 'eth0')
  expect(await apply(none.file)).toMatchObject({ ok: true })
  expect(await cause('a')).toMatchObject({ code: 'no-lease', namespace: 'a', message: { key: 'no-lease-nobody' } })
  expect(await apply(file)).toMatchObject({ ok: true })
  await until('leases for both', () => Boolean(leaseOf('a') && leaseOf('b')))

  // A server need not say for how long (RFC 2131, 4.3.1, asks for it; some forget).
  const script = join(root, 'resources/script/lease.sh')
  await inside(session, 'server', 'env', 'interface=far', 'ip=10.8.0.7', 'mask=24', 'sh', script, 'bound')
  expect(await inside(session, 'server', 'ip', 'address', 'show', 'dev', 'far')).toMatch(
    /inet 10\.8\.0\.7\/24 [^\n]*dynamic far\n\s*valid_lft 3[56]\d\dsec/,
  )

  expect(await session.request('lab/clear', {})).toMatchObject({ ok: true })
  await until('no process', () => clients(session.anchorPid) === 0)
  expect(await inside(session, 'host', 'ls', '/etc/netns').catch(() => '')).toBe('')
})

test('a machine that has dhcpcd alone asks by it, and one that has neither is refused', (context) => {
  const paths = ['udhcpc', 'dhcpcd'].map((name) => ['/usr/sbin', '/usr/bin'].map((directory) => `${directory}/${name}`))
  const [udhcpc = [], dhcpcd = []] = paths.map((places) => places.filter((path) => existsSync(path)))
  if (process.getuid?.() !== 0) skipBecause(context, 'programs are hidden by root alone')
  if (dhcpcd.length === 0) skipBecause(context, 'dhcpcd is not installed')
  /** As on a machine without those programs. */
  const check = (hidden: readonly string[]) => {
    const hide = hidden.map((path) => `mount --bind /dev/null ${path} && `).join('')
    const words = ['--mount', 'sh', '-c', `${hide}exec "$0" dist/node/cli.js check --json -`, process.execPath]
    return spawnSync('unshare', words, { cwd: root, input: lab(), encoding: 'utf8', timeout: 60_000 })
  }
  const asked = check(udhcpc)
  expect(asked.stderr).toBe('')
  expect(JSON.parse(asked.stdout)).toMatchObject({ ok: true, checks: [{ ok: true }, { ok: true }, { ok: true }] })
  const refused = check([...udhcpc, ...dhcpcd])
  expect(refused.status).toBe(3)
  expect(refused.stdout + refused.stderr).toContain('no udhcpc or dhcpcd (which ask for addresses by DHCP)')
})
