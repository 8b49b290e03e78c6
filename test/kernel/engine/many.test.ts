/** As many rules and services as a lab may have, and what is said where the machine cannot hold them. */
import { expect, test } from 'vitest'
import { diff } from '../../../electron/core/plan/diff.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { FirewallEntry, LabFile, ServiceEntry } from '../../../electron/core/lab/schema.js'
import { restoreText, type RuleLine } from '../../../electron/helper/ruleset.js'
import { inside, openSession } from './sandbox.js'
import { until } from '../support/until.js'

type Entry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

const drops = (count: number): FirewallEntry[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ chain: 'input', source: `10.${(at >> 8) & 255}.${at & 255}.1/32`, action: 'drop' },
  }))

const pair = (rest: Entry, rules: FirewallEntry[] = []): LabFile => ({
  ...{ vethlab: 1, name: 'many' },
  namespaces: {
    a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'] } }, firewall: rules, ...rest },
    b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'] } } },
  },
  links: [['a:eth0', 'b:eth0']],
})

const line = (table: string, at: number): RuleLine => ({ family: 'ipv4', table, line: `-A INPUT -s 10.0.0.${at}` })

test('rules go to the kernel in transactions that fit into the buffer of any machine', () => {
  const lines = [
    ...Array.from({ length: 700 }, (_, at) => line('filter', at)),
    ...Array.from({ length: 10 }, (_, at) => line('nat', at)),
  ]
  const { text, ruleAt, appliedBefore } = restoreText(lines)
  const transactions = text.split('COMMIT\n').filter((part) => part !== '')
  expect(transactions.map((part) => part.split('\n').filter((each) => each.startsWith('-A')).length)).toEqual([
    200, 200, 200, 100, 10,
  ])
  expect(transactions.map((part) => part.split('\n')[0])).toEqual(['*filter', '*filter', '*filter', '*filter', '*nat'])
  const written = text.split('\n')
  // Lines are counted from one.
  for (const at of [0, 199, 200, 699, 709])
    expect(ruleAt(written.findIndex((each, index) => each === lines[at]?.line && index > at) + 1)).toBe(at)
  expect([0, 199, 200, 699, 700, 709].map(appliedBefore)).toEqual([0, 0, 200, 600, 700, 700])
})

test('3000 firewall rules in one namespace are built, read back, and differ in nothing', async () => {
  const session = await openSession()
  const file = pair({}, drops(3000))
  expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
  const saved = await inside(session, 'a', 'iptables-save', '-t', 'filter')
  expect(saved.split('\n').filter((each) => each.startsWith('-A INPUT'))).toHaveLength(3000)
  expect(diff(normalise(file), session.live, { former: 'everything' }).map(({ text }) => text)).toEqual([])
})

test('a step that is refused behind many rules: all are undone, and that is what is said', async () => {
  const session = await openSession()
  await inside(session, 'host', 'sh', '-c', 'nc -l -k -p 4000 >/dev/null 2>&1 &')
  await until('somebody has the port', async () => (await inside(session, 'host', 'ss', '-Hltn')).includes(':4000'))
  const services: ServiceEntry[] = [{ listen: 'tcp', port: 4000, reply: 'x' }]
  const lab = pair({}, drops(450))
  const applied = await session.request('lab/apply', {
    former: 'everything',
    lab: { ...lab, namespaces: { ...lab.namespaces, host: { services } } },
  })
  expect(applied).toMatchObject({ ok: false, failure: { code: 'step-refused', where: 'host' } })
  expect(!applied.ok && applied.failure.message).toContain('Everything before it was undone.')
  expect(session.live.namespaces.map(({ name }) => name)).toEqual(['host'])
})

test('3000 services answer, and are told once', async () => {
  const session = await openSession()
  const services = Array.from({ length: 3000 }, (_, at) => ({
    ...{ listen: at % 2 ? 'udp' : 'tcp', port: 2000 + at, reply: 'here' },
  })) as ServiceEntry[]
  let told = 0
  session.on('live/changed', ({ changes }) => {
    for (const change of changes) if (!change.removed && change.services) told += 1
  })
  expect(await session.request('lab/apply', { lab: pair({ services }), former: 'everything' })).toMatchObject({
    ok: true,
  })
  expect(session.live.namespaces.find(({ name }) => name === 'a')?.services).toHaveLength(3000)
  expect(told).toBe(1)
  expect(await inside(session, 'b', 'nc', '-w', '2', '10.0.0.1', '4998')).toBe('here')
})
