/** A network is changed while it is used: what has nothing to do with a change does not feel it. */
import { expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { until } from '../support/until.js'
import { inside, openSession } from './sandbox.js'

type Namespaces = NonNullable<LabFile['namespaces']>

const station = (address: string): Namespaces[string] => ({ interfaces: { eth0: { addresses: [address] } } })
const edits = 100

/** Beside the path from a to b, whatever `turn` makes of r and its neighbours. */
function edited(turn: number): LabFile {
  const has = (part: number): boolean => (turn >> part) % 2 === 1
  const port = { addresses: [`10.1.${turn}.1/24`], ...(has(1) && { mtu: 1400 }), ...(has(2) && { up: false }) }
  return {
    ...{ vethlab: 1, name: 'edited' },
    namespaces: {
      a: station('10.0.0.1/24'),
      b: station('10.0.0.2/24'),
      r: {
        forwarding: has(0),
        interfaces: { eth0: port },
        ...(has(3) && { bridges: { br0: { addresses: ['10.2.0.1/24'] } } }),
        ...(has(4) && { nat: [{ masquerade: '10.2.0.0/24', out: 'eth0' }] }),
        ...(has(5) && { firewall: [{ chain: 'forward', source: '10.3.0.0/24', action: 'drop' }] }),
      },
      [`c${turn % 3}`]: station(`10.1.${turn}.2/24`),
    },
    links: [
      ['a:eth0', 'b:eth0'],
      ['r:eth0', `c${turn % 3}:eth0`],
    ],
  }
}

test(`a ping every 10 ms loses nothing during ${edits} changes of other parts`, async () => {
  const session = await openSession()
  const apply = (turn: number) => session.request('lab/apply', { lab: edited(turn), former: 'everything' })
  expect(await apply(0)).toMatchObject({ ok: true })
  const counting = inside(
    ...([session, 'a', 'sh', '-c'] as const),
    'ping -n -i 0.01 -w 300 10.0.0.2 & echo $! > /run/counting; wait',
  )
  await until('the ping is under way', () =>
    inside(session, 'host', 'cat', '/run/counting').then(
      (pid) => pid.trim() !== '',
      () => false,
    ),
  )
  for (let turn = 1; turn <= edits; turn++) expect(await apply(turn)).toMatchObject({ ok: true })
  await inside(session, 'host', 'sh', '-c', 'kill -INT "$(cat /run/counting)"')
  const answered = [...(await counting).matchAll(/icmp_seq=(\d+)/g)].map(([, number]) => Number(number))
  // Each of the changes took its time.
  expect(answered.length).toBeGreaterThan(edits)
  expect(answered).toEqual(answered.map((_, at) => at + 1))
})
