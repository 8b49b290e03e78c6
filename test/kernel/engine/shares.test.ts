/** Macvlans in the kernel, in their parent's namespace and in others: built, edited, read back, traced, taken away. */
import { expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { apply, expectAsSaid, throughAll } from './edited.js'
import { inside, openSession } from './sandbox.js'

type Macvlans = NonNullable<NonNullable<NonNullable<LabFile['namespaces']>[string]>['macvlans']>

const labOf = (macvlans: Macvlans, mtu?: number): LabFile => ({
  vethlab: 1,
  name: 'shares',
  namespaces: {
    r: { interfaces: { e0: { addresses: ['10.0.0.1/24'], ...(mtu === undefined ? {} : { mtu }) } }, macvlans },
    s: { interfaces: { e0: { addresses: ['10.0.0.2/24'], ...(mtu === undefined ? {} : { mtu }) } } },
    a: {},
    b: { interfaces: { mv1: { addresses: ['10.0.0.12/24'] } } },
  },
  links: [['r:e0', 's:e0']],
})

const shared: Macvlans = {
  mv0: { link: 'e0', in: 'a', addresses: ['10.0.0.11/24'] },
  mv1: { link: 'e0', mode: 'bridge', in: 'b' },
  // A name of its own where it is, and another's where its parent is.
  e0: { link: 'e0', mode: 'bridge', in: 'a', up: false },
}

test('macvlans are as said through all edits, and go with their lab', async () => {
  const session = await openSession()
  const labs: LabFile[] = [
    labOf(shared),
    labOf({
      ...shared,
      mv0: { link: 'e0', in: 'a', addresses: ['10.0.0.21/24'], mtu: 1400, mac: '02:00:00:00:00:21' },
    }),
    labOf({ mv0: { link: 'e0', mode: 'private', in: 'a', mtu: 9000 }, mv1: { link: 'e0', in: 'b' } }, 9000),
    labOf({ mv0: { link: 'e0', mode: 'private', in: 'a' }, mv1: { link: 'e0', in: 'b', mtu: 1300 } }, 1400),
    labOf({ mv0: { link: 'e0', mode: 'passthru', addresses: ['10.0.0.31/24'] } }),
    labOf({}),
  ]
  await throughAll(session, 'shares', labs, (lab) => expectAsSaid(session, lab))
})

test('siblings hear each other, the cable hears both, and the parent itself neither, which is said with its cause', async () => {
  const session = await openSession()
  await apply(session, labOf(shared), 'everything')
  const film = async (from: string, to: string) => {
    const run = await session.request('trace/run', { from, to, protocol: 'icmp' })
    if (!run.ok) throw new Error(run.failure.message)
    const { hops, outcome, diagnosis } = run.trace
    const seen = hops
      .filter(({ leg, observed }) => leg === 'request' && observed)
      .map(({ namespace, interface: name, direction }) => `${namespace}:${name} ${direction}`)
    return { outcome, seen, end: hops.findLast(({ leg }) => leg === 'request')?.event, diagnosis }
  }
  expect(await film('a', '10.0.0.12')).toMatchObject({
    ...{ outcome: 'reply', end: 'delivered' },
    // The parent is shown what it does not carry.
    seen: ['a:mv0 out', 'r:e0 in', 'b:mv1 in'],
  })
  expect(await film('a', '10.0.0.2')).toMatchObject({
    ...{ outcome: 'reply', end: 'delivered' },
    seen: ['a:mv0 out', 'r:e0 out', 's:e0 in'],
  })
  const { outcome, diagnosis } = await film('a', '10.0.0.1')
  expect([outcome, diagnosis?.code, diagnosis?.namespace, diagnosis?.interface]).toEqual([
    ...['unreachable', 'same-subnet-apart', 'a', 'mv0'],
  ])
  expect(diagnosis?.cause).toBe(
    'mv0 of a is a macvlan on e0 of r: both are in 10.0.0.0/24 and share a cable, but the kernel passes nothing from one to the other.',
  )
  expect(diagnosis?.evidence.map(({ output }) => output).join('\n')).toContain('macvlan mode bridge')
})

test('a macvlan that somebody moves is found where it is', async () => {
  const session = await openSession()
  await apply(session, labOf({}), 'everything')
  await inside(session, 'r', 'ip', 'link', 'add', 'link', 'e0', 'name', 'mv9', 'type', 'macvlan', 'mode', 'vepa')
  await inside(session, 'r', 'ip', 'link', 'set', 'mv9', 'netns', 'b')
  const found = () => {
    const link = session.live.namespaces.find(({ name }) => name === 'b')?.links.find(({ name }) => name === 'mv9')
    const parent = session.live.namespaces
      .find(({ name }) => name === link?.share?.parent.namespace)
      ?.links.find(({ index }) => index === link?.share?.parent.index)
    return `${link?.share?.mode} ${link?.share?.parent.namespace}:${parent?.name}`
  }
  await expect.poll(found).toBe('vepa r:e0')
})
