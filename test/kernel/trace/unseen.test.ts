/** What a fix that is only tried leaves: nothing in the kernel, and no word of it to the window. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveChange } from '../../../electron/core/live/state.js'
import { Rig } from './rig.js'

/** Behind the missing route stands a second fault, so that the trial asks for a neighbour in vain. */
const lab = `namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: 10.2.0.0/24, via: 10.1.0.1 }] }
  r:
    forwarding: true
    interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } }
    sysctls: { net.ipv4.neigh.e2.retrans_time_ms: 60 }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [['a:e0', 'r:e1'], ['r:e2', 'b:e3']]
`

let rig: Rig
beforeAll(async () => {
  rig = await Rig.open()
})
afterAll(() => rig.close())

test('a neighbour that only the trial has asked for stands in no table, and the window hears of no step of it', async () => {
  await rig.build(lab, 'ip -n a route del 10.2.0.0/24', 'ip -n b link set e3 arp off')
  const told: LiveChange[] = []
  const silence = rig.session.on('live/changed', ({ changes }) => void told.push(...changes))
  const trace = await rig.trace('a', '10.2.0.2')
  await rig.session.request('live/refresh', {})
  silence()
  expect(trace.diagnosis).toMatchObject({ code: 'no-route', namespace: 'a', fix: { tried: true } })
  expect(await rig.type('ip -n r neigh show')).not.toMatch(/^10\.2\.0\.2 /m)
  expect(await rig.type('ip -n a neigh show; ip -n b neigh show')).not.toMatch(/FAILED|INCOMPLETE/)
  const routes = told.flatMap((each) => (each.namespace === 'a' && !each.removed ? (each.routes ?? []) : []))
  expect(routes.filter(({ to }) => to === '10.2.0.0/24')).toEqual([])
  const asked = told.flatMap((each) => (each.removed ? [] : (each.neighbours ?? [])))
  expect(asked.filter(({ address }) => address === '10.2.0.2')).toEqual([])
})
