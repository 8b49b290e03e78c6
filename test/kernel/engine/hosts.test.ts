/** What a namespace knows of others before it asks, in the kernel: built, edited, read back, taken away. */
import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { until } from '../support/until.js'
import { apply, expectAsSaid, throughAll } from './edited.js'
import { inside, openSession } from './sandbox.js'
import { inEnglish } from '../../../electron/core/words/said.js'

type Entry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

const labOf = (own: Entry, other: Entry = {}): LabFile => ({
  vethlab: 1,
  name: 'hosts',
  namespaces: {
    r: { interfaces: { e0: { addresses: ['10.0.1.1/24'] }, e1: { addresses: ['10.0.2.1/24'] } }, ...own },
    a: { interfaces: { e0: { addresses: ['10.0.1.9/24'] } }, ...other },
    b: { interfaces: { e0: { addresses: ['10.0.2.9/24'] } } },
  },
  links: [
    ['r:e0', 'a:e0'],
    ['r:e1', 'b:e0'],
  ],
})

const gone = { address: '10.0.1.77', mac: '02:00:00:00:00:77', dev: 'e0' }
const proxied = { address: '10.0.1.20', dev: 'e0', proxy: true }
const addresses = (e0: string, mac?: string, up = true) => ({
  e0: { addresses: [e0], up, ...(mac === undefined ? {} : { mac }) },
  e1: { addresses: ['10.0.2.1/24'] },
})

test('static neighbours outlive all edits that make the kernel forget them, and go with their lab', async () => {
  const session = await openSession()
  const labs = [
    labOf({ neighbours: [gone, proxied], forwarding: true }),
    labOf({ neighbours: [gone, proxied], interfaces: addresses('10.0.1.2/24') }),
    labOf({ neighbours: [gone, proxied], interfaces: addresses('10.0.1.2/24', '02:00:00:00:00:01') }),
    labOf({ neighbours: [gone, proxied], interfaces: addresses('10.0.1.2/24', '02:00:00:00:00:01', false) }),
    labOf({
      neighbours: [
        { ...gone, mac: '02:00:00:00:00:78' },
        { address: 'fd01::9', mac: gone.mac, dev: 'e0' },
      ],
      interfaces: addresses('fd01::1/64'),
    }),
    labOf({}),
  ]
  await throughAll(session, 'hosts', labs, (lab) => expectAsSaid(session, lab))
  await apply(session, labs[0] as LabFile, 'everything')
  // Only who is asked for it answers, and only because it forwards.
  await inside(session, 'a', 'ip', 'route', 'add', '10.0.1.20', 'dev', 'e0')
  await inside(session, 'r', 'ip', 'route', 'add', '10.0.1.20', 'dev', 'e1')
  await inside(session, 'a', 'ping', '-c1', '-W1', '10.0.1.20').catch(() => {})
  expect(await inside(session, 'a', 'ip', 'neigh', 'show', '10.0.1.20')).toMatch(/lladdr/)
  expect(await inside(session, 'r', 'ip', 'neigh', 'show', '10.0.1.77')).toContain('02:00:00:00:00:77 PERMANENT')
})

test('flags, queue lengths and groups are as said, and as the kernel makes them where nothing is', async () => {
  const session = await openSession()
  const flagged = (settings: object): LabFile =>
    labOf({
      neighbours: [gone],
      bridges: { br0: { promisc: true, group: 7 } },
      interfaces: {
        e0: { addresses: ['10.0.1.1/24', 'fd01::1/64'], ...settings },
        e1: { addresses: ['10.0.2.1/24'] },
        alone: { arp: true },
      },
    })
  const labs = [
    flagged({ arp: false, multicast: false, promisc: true, txqueuelen: 500, group: 3, 'accept-ra': false }),
    flagged({ arp: true, txqueuelen: 1, 'accept-ra': true }),
    flagged({}),
  ]
  const shown = async () => JSON.parse(await inside(session, 'r', 'ip', '-j', '-d', 'link', 'show', 'e0')) as [object]
  const seen: unknown[] = []
  await throughAll(session, 'hosts', labs, async (lab) => {
    await expectAsSaid(session, lab)
    seen.push([await shown(), await inside(session, 'r', 'sysctl', '-n', 'net.ipv6.conf.e0.accept_ra')])
  })
  expect(seen).toMatchObject([
    [[{ txqlen: 500, group: '3' }], '0\n'],
    [[{ txqlen: 1, group: 'default' }], '1\n'],
    [[{ txqlen: 1000, group: 'default' }], '1\n'],
  ])
  const flags = seen.map((each) => (each as [[{ flags: string[] }]])[0][0].flags.toSorted())
  expect(flags).toEqual([
    ['BROADCAST', 'LOWER_UP', 'NOARP', 'PROMISC', 'UP'],
    ['BROADCAST', 'LOWER_UP', 'MULTICAST', 'UP'],
    ['BROADCAST', 'LOWER_UP', 'MULTICAST', 'UP'],
  ])
})

const known: Entry = {
  resolver: { nameservers: ['10.0.1.1'], search: ['lab'] },
  hosts: { '10.0.1.1': ['gateway', 'gateway.lab'] },
}

test('a namespace has names of its own, which its programs and terminals see, and nothing of it stays', async () => {
  const etc = () => (existsSync('/etc/netns') ? readdirSync('/etc/netns') : null)
  const before = etc()
  const session = await openSession()
  const labs = [
    labOf({}, known),
    labOf({}, { ...known, hosts: { '10.0.1.7': ['web'] } }),
    labOf({}, { hosts: { '10.0.1.7': ['web'] } }),
  ]
  for (const lab of labs) {
    await apply(session, lab)
    await expectAsSaid(session, lab)
  }
  const a = () => session.live.namespaces.find(({ name }) => name === 'a')
  expect(a()?.files?.['resolv.conf']).toBeUndefined()
  await apply(session, labOf({}, known))
  expect(await inside(session, 'host', 'ip', 'netns', 'exec', 'a', 'getent', 'hosts', 'gateway.lab')).toMatch(
    /^10\.0\.1\.1\s+gateway/,
  )
  const opened = await session.request('terminal/open', { namespace: 'a', columns: 80, rows: 24 })
  if (!opened.ok) throw new Error(opened.failure.message)
  let screen = ''
  session.on('terminal/data', ({ data }) => (screen += data))
  await session.request('terminal/input', {
    terminal: opened.terminal.id,
    data: 'cat /etc/resolv.conf; getent hosts gateway; ip -o addr show e0\n',
  })
  await until('the shell has answered', () => /nameserver 10\.0\.1\.1[^]*gateway\.lab[^]*10\.0\.1\.9\/24/.test(screen))
  expect(await inside(session, 'host', 'ls', '/etc/netns')).toBe('a\n')
  // Somebody else's words in the file are read back as far as a lab has words for them.
  await inside(session, 'host', 'sh', '-c', 'echo "options ndots:2" >>/etc/netns/a/resolv.conf')
  await session.request('live/refresh', {})
  await until('it was read', () => a()?.files?.['resolv.conf']?.includes('ndots') === true)
  expect(labFromLive(session.live, 'back').unexpressed.map(inEnglish)).toEqual([
    '/etc/netns/a/resolv.conf: options ndots:2',
  ])
  // A pipe that nobody writes to holds nobody up.
  await inside(session, 'host', 'sh', '-c', 'rm /etc/netns/a/hosts && mkfifo /etc/netns/a/hosts')
  await session.request('live/refresh', {})
  await until('it was read again', async () => a()?.files?.hosts === undefined)
  expect((await session.request('lab/clear', {})).ok).toBe(true)
  await inside(session, 'host', 'sh', '-c', 'rm -rf /etc/netns')
  expect(await inside(session, 'host', 'sh', '-c', 'ls /etc/netns 2>/dev/null || echo none')).toBe('none\n')
  await apply(session, labOf({}, known), 'everything')
  await session.close()
  expect(etc()).toEqual(before)
})
