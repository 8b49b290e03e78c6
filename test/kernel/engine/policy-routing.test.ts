/** Routing tables, rules of policy routing, sources and MTUs of routes, in the kernel: built, read back, edited, taken back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LabFile, RouteEntry, RuleEntry } from '../../../electron/core/lab/schema.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { until } from '../support/until.js'
import { apply, expectAsSaid, throughAll } from './edited.js'
import { inside, openSession } from './sandbox.js'
import { inEnglish } from '../../../electron/core/words/said.js'

const samples = 25
const seed = 20261129

const tables = fc.constantFrom<RouteEntry['table'][]>(undefined, 'default', 'local', 7, 100, 4294967295)

const route: fc.Arbitrary<RouteEntry> = fc
  .record({
    to: fc.constantFrom('default', '10.9.0.0/16', '10.8.1.0/24', '10.7.7.7/32'),
    way: fc.constantFrom<RouteEntry>(
      { to: '', via: '10.0.1.9' },
      { to: '', via: '10.0.2.9', dev: 'e1' },
      { to: '', dev: 'e0' },
      { to: '', nexthops: [{ via: '10.0.1.9', weight: 3 }, { via: '10.0.2.9' }] },
      { to: '', nexthops: [{ dev: 'e1' }, { via: '10.0.1.9', dev: 'e0', weight: 256 }] },
      { to: '', type: 'blackhole' },
      { to: '', type: 'prohibit' },
    ),
    metric: fc.constantFrom(undefined, 50),
    table: tables,
    source: fc.constantFrom(undefined, '10.0.1.1', '10.0.2.1', '127.0.0.1'),
    mtu: fc.constantFrom(undefined, 1400, 65520),
  })
  .map(({ to, way, metric, table, source, mtu }): RouteEntry => {
    const isUnicast = way.type === undefined
    return {
      ...way,
      to: to === 'default' && way.via === undefined && way.nexthops === undefined ? '0.0.0.0/0' : to,
      ...(metric === undefined ? {} : { metric }),
      ...(table === undefined ? {} : { table }),
      ...(isUnicast && source !== undefined ? { source } : {}),
      ...(isUnicast && mtu !== undefined ? { mtu } : {}),
    }
  })

const routes = fc.uniqueArray(route, {
  maxLength: 6,
  selector: ({ to, metric, table }) => `${to.replace('default', '0.0.0.0/0')} ${metric} ${table}`,
})

const rule: fc.Arbitrary<RuleEntry> = fc
  .record({
    selector: fc.constantFrom<RuleEntry>(
      {},
      { from: '10.0.1.0/24' },
      { from: '10.0.1.9', to: '10.9.0.0/16' },
      { to: '10.9.0.0/16', not: true },
      { iif: 'e0' },
      { iif: 'lo', oif: 'e1' },
      { fwmark: 0xfffffffe },
      { from: 'fd00::/8' },
    ),
    end: fc.constantFrom<RuleEntry>(
      { table: 100 },
      { table: 4294967295 },
      { table: 'default' },
      { action: 'prohibit' },
    ),
    priority: fc.constantFrom(undefined, 1, 1000, 40000, 4294967295),
  })
  .map(({ selector, end, priority }) => ({ ...selector, ...end, ...(priority === undefined ? {} : { priority }) }))

const rules = fc.uniqueArray(rule, { maxLength: 5, selector: (each) => each.priority ?? JSON.stringify(each) })

const labOf = (own: NonNullable<NonNullable<LabFile['namespaces']>[string]>): LabFile => ({
  vethlab: 1,
  name: 'tables',
  namespaces: {
    r: { interfaces: { e0: { addresses: ['10.0.1.1/24'] }, e1: { addresses: ['10.0.2.1/24'] } }, ...own },
    a: { interfaces: { e0: { addresses: ['10.0.1.9/24'] } } },
    b: { interfaces: { e0: { addresses: ['10.0.2.9/24'] } } },
  },
  links: [
    ['r:e0', 'a:e0'],
    ['r:e1', 'b:e0'],
  ],
})

const random: fc.Arbitrary<LabFile> = fc.record({ routes, rules }).map(labOf)

test('random labs are built, edited into one another, read back and taken away again', async () => {
  const session = await openSession()
  await throughAll(session, 'tables', fc.sample(random, { numRuns: samples, seed }), (lab) =>
    expectAsSaid(session, lab),
  )
})

test('the kernel sends from the source and by the table that a route names', async () => {
  const session = await openSession()
  const lab = labOf({
    routes: [
      { to: '10.9.0.0/16', via: '10.0.1.9', source: '10.0.2.1', mtu: 1400 },
      { to: 'default', via: '10.0.2.9', table: 100 },
    ],
  })
  await apply(session, lab, 'everything')
  const get = (...words: string[]) => inside(session, 'r', 'ip', 'route', 'get', ...words)
  expect(await get('10.9.0.1')).toMatch(/via 10\.0\.1\.9 dev e0 src 10\.0\.2\.1[^]*mtu 1400/)
  await apply(session, {
    ...lab,
    namespaces: { ...lab.namespaces, r: { ...lab.namespaces?.['r'], rules: [{ to: '10.5.0.0/16', table: 100 }] } },
  })
  expect(await get('10.5.0.1')).toContain('via 10.0.2.9 dev e1 table 100')
})

test('a route with several next hops is taken back with its interface, and given again', async () => {
  const session = await openSession()
  const several = { to: '10.9.0.0/16', nexthops: [{ via: '10.0.1.9', weight: 2 }, { via: '10.0.2.9' }] }
  const six = { to: 'fd09::/64', table: 100, nexthops: [{ via: 'fd01::9' }, { via: 'fd02::9', weight: 4 }] }
  const lab = (e0: string, e1: string): LabFile => {
    const plain = labOf({ routes: [several, six] })
    const interfaces = { e0: { addresses: [e0, 'fd01::1/64'] }, e1: { addresses: [e1, 'fd02::1/64'] } }
    return { ...plain, namespaces: { ...plain.namespaces, r: { ...plain.namespaces?.['r'], interfaces } } }
  }
  await apply(session, lab('10.0.1.1/24', '10.0.2.1/24'), 'everything')
  await expectAsSaid(session, lab('10.0.1.1/24', '10.0.2.1/24'))
  expect(await inside(session, 'r', 'ip', 'route', 'show', '10.9.0.0/16')).toMatch(
    /via 10\.0\.1\.9 dev e0 weight 2[^]*via 10\.0\.2\.9 dev e1 weight 1/,
  )
  // An address that goes takes what is sent by its subnet along.
  await apply(session, lab('10.0.1.2/24', '10.0.2.2/24'))
  await expectAsSaid(session, lab('10.0.1.2/24', '10.0.2.2/24'))
  await inside(
    session,
    'r',
    'ip',
    'route',
    'add',
    '10.8.0.0/16',
    'nexthop',
    'via',
    '10.0.1.9',
    'nexthop',
    'via',
    '10.0.2.9',
  )
  await until('it has come', () =>
    session.live.namespaces.some(({ routes }) => routes.some(({ to }) => to === '10.8.0.0/16')),
  )
  await apply(session, lab('10.0.1.2/24', '10.0.2.2/24'), 'everything')
  await expectAsSaid(session, lab('10.0.1.2/24', '10.0.2.2/24'))
})

test('what somebody adds to a table in a terminal is seen at once', async () => {
  const session = await openSession()
  await apply(session, labOf({}), 'everything')
  await inside(session, 'r', 'ip', 'route', 'add', '10.9.0.0/16', 'via', '10.0.1.9', 'table', '100', 'mtu', '1300')
  const seen = () => session.live.namespaces.find(({ name }) => name === 'r')?.routes.find(({ table }) => table === 100)
  await until('the change has come', () => seen() !== undefined)
  expect(seen()).toMatchObject({ to: '10.9.0.0/16', via: '10.0.1.9', mtu: 1300 })
  const said = ['not', 'from', '10.0.1.0/24', 'ipproto', 'udp', 'lookup', '100', 'priority', '9']
  await inside(session, 'r', 'ip', 'rule', 'add', ...said)
  const policy = () =>
    session.live.namespaces.find(({ name }) => name === 'r')?.rules.find(({ priority }) => priority === 9)
  await until('the rule has come', () => policy() !== undefined)
  expect(policy()).toMatchObject({ not: true, from: '10.0.1.0/24', table: 100, others: ['ipproto 17'] })
  await inside(session, 'r', 'ip', 'rule', 'add', 'fwmark', '0x7/0xff', 'lookup', '100', 'priority', '10')
  await inside(session, 'r', 'ip', 'rule', 'add', 'fwmark', '0/0xff', 'lookup', '100', 'priority', '11')
  const marks = () =>
    (session.live.namespaces.find(({ name }) => name === 'r')?.rules ?? [])
      .filter(({ priority }) => priority === 10 || priority === 11)
      .map(({ fwmark, others }) => [fwmark, others])
  await until('the rules have come', () => marks().length === 2)
  expect(marks()).toEqual([
    [null, ['fwmark 0x7/0xff']],
    [null, ['fwmark 0x0/0xff']],
  ])
  // A lab file has no word for the protocol or a mask, and says so.
  expect(labFromLive(session.live, 'back').unexpressed.map(inEnglish)).toEqual([
    expect.stringMatching(/^r: ip rule add priority 9 not from/),
    'r: ip rule add priority 10 lookup 100 fwmark 0x7/0xff',
    'r: ip rule add priority 11 lookup 100 fwmark 0x0/0xff',
  ])
})
