/** Names, leases and router advertisements of a lab, from the one dnsmasq of the namespace that serves them. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { differences } from '../../../electron/core/change/difference.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { DnsmasqProcesses } from '../../../electron/helper/dnsmasq.js'
import { until } from '../support/until.js'
import { inside, loadText, openSession } from './sandbox.js'

const lab = (records: string, more = ''): string => `vethlab: 1
name: served
namespaces:
  server:
    forwarding: true
    interfaces: { eth0: { addresses: [10.0.0.1/24, "fd00:1::1/64"] } }
    services:
      - { listen: tcp, port: 80, reply: hello }
      - { dns: { records: ${records} } }
${more}
  client:
    interfaces: { eth0: { accept-ra: true } }
    resolver: { nameservers: [10.0.0.1], search: [lab] }
links: [[server:eth0, client:eth0]]
`
const servers = `      - { dhcp: { interface: eth0, range: [10.0.0.100, 10.0.0.199], router: 10.0.0.1, nameservers: [10.0.0.1] } }
      - { ra: { interface: eth0, prefix: "fd00:1::/64" } }`

/** Of this process and all below it: a sandbox's programs are its children. */
const dnsmasqs = (pid: number | null): number =>
  execFileSync('ps', ['-e', '-o', 'comm=,pidns='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('dnsmasq') && line.endsWith(` ${pidNamespace(pid)}`)).length

const pidNamespace = (pid: number | null): string =>
  execFileSync('readlink', [`/proc/${pid ?? 0}/ns/pid`], { encoding: 'utf8' }).replace(/\D/g, '')

test('names, leases and prefixes are served, read back, and end with what is changed and with the lab', async () => {
  const session = await openSession()
  const { file } = loadText(lab('{ web.lab: 10.0.0.80, Six.lab: ["fd00:1::80", 10.0.0.81] }', servers))
  const apply = (wanted: typeof file) => session.request('lab/apply', { lab: wanted, former: 'standing' })
  expect(await apply(file)).toMatchObject({ ok: true })
  expect(dnsmasqs(session.anchorPid)).toBe(1)

  const named = (name: string) =>
    inside(session, 'host', 'ip', 'netns', 'exec', 'client', 'getent', 'hosts', name).catch(() => 'none')
  // The client has no address but by the lease.
  const lease = await inside(session, 'client', 'udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-s', '/bin/true')
    .then(() => 'leased')
    .catch((error: Error) => error.message)
  expect(lease).toBe('leased')
  await inside(session, 'client', 'ip', 'addr', 'add', '10.0.0.150/24', 'dev', 'eth0')
  expect(await named('web')).toMatch(/^10\.0\.0\.80\s+web\.lab/)
  expect(await named('SIX.lab')).toContain('fd00:1::80')
  expect(await named('localhost.lab')).toBe('none')
  await until('an address of the advertised prefix', () =>
    session.live.namespaces.some(
      ({ name, addresses }) => name === 'client' && addresses.some(({ address }) => address.startsWith('fd00:1:')),
    ),
  )
  await inside(session, 'client', 'ip', 'addr', 'del', '10.0.0.150/24', 'dev', 'eth0')
  await until('the address to be gone', () =>
    session.live.namespaces.every(({ addresses }) => !JSON.stringify(addresses).includes('10.0.0.150')),
  )

  const back = labFromLive(session.live, 'back')
  expect(back.unexpressed).toEqual([])
  expect(back.lab.namespaces?.['server']?.services).toEqual([
    { listen: 'tcp', port: 80, reply: 'hello' },
    { dns: { records: { 'web.lab': '10.0.0.80', 'six.lab': ['fd00:1::80', '10.0.0.81'] } } },
    ...(file.namespaces?.['server']?.services ?? []).slice(2),
  ])
  expect(diff(normalise(back.lab), session.live, { former: 'everything' }).map(({ text }) => text)).toEqual([])

  const fewer = loadText(lab('{ web.lab: 10.0.0.90 }'))
  expect(await apply(fewer.file)).toMatchObject({ ok: true })
  await inside(session, 'client', 'ip', 'addr', 'add', '10.0.0.150/24', 'dev', 'eth0')
  expect(await named('web')).toMatch(/^10\.0\.0\.90\s/)
  expect(dnsmasqs(session.anchorPid)).toBe(1)
  await inside(session, 'client', 'ip', 'addr', 'del', '10.0.0.150/24', 'dev', 'eth0')

  // Somebody else ends it: that is a difference, which puts it back.
  await inside(session, 'host', 'pkill', '-x', 'dnsmasq')
  await until('nobody to serve', () => session.live.namespaces.every(({ dnsmasq }) => !dnsmasq))
  expect(differences(fewer.lab, fewer.lab, session.live)).toMatchObject([{ kind: 'missing', namespace: 'server' }])
  expect(await apply(fewer.file)).toMatchObject({ ok: true, steps: 1 })

  // A refused one is told in its own words, and what stood is there again.
  const other = fewer.file.namespaces?.['client'] ?? {}
  const taken = {
    ...fewer.file,
    namespaces: { ...fewer.file.namespaces, client: { ...other, services: [{ dns: {} }] } },
  }
  await inside(session, 'client', 'dnsmasq', '--conf-file=', '--user=', '--group=', '--pid-file=', '--no-resolv')
  const refused = await apply(taken)
  expect(refused.ok ? '' : refused.failure.message).toMatch(
    /dnsmasq: failed to create listening socket.* Address already in use/,
  )
  expect(dnsmasqs(session.anchorPid)).toBe(2)
  expect(diff(fewer.lab, session.live, { former: fewer.lab }).map(({ text }) => text)).toEqual([])
  await inside(session, 'host', 'pkill', '-x', '-f', 'dnsmasq .*--no-resolv$')

  expect(await session.request('lab/clear', {})).toMatchObject({ ok: true })
  await until('no process', () => dnsmasqs(session.anchorPid) === 0)
})

test('what is dropped before it is ready ends at once, and did not start', async () => {
  const processes = new DnsmasqProcesses(() => {})
  // It has nothing to serve, and opens no socket.
  const starting = processes.start('host', { dns: null, dhcp: [], ra: [] })
  await new Promise((resolve) => setImmediate(resolve))
  expect(processes.drop('host')).toBe(true)
  await expect(starting).rejects.toThrow('dnsmasq: host is gone')
  expect([processes.namespaces, processes.servedIn('host')]).toEqual([[], null])
  const children = (): string =>
    execFileSync('ps', ['--ppid', String(process.pid), '-o', 'comm='], { encoding: 'utf8' })
  await until('it is gone', () => !/dnsmasq|setpriv/.test(children()))
})
