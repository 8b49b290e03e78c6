/** What a namespace knows of others before it asks, in the kernel: built, edited, read back, taken away. */
import { expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { apply, expectAsSaid, throughAll } from './edited.js'
import { inside, openSession } from './sandbox.js'

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
