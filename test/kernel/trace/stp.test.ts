/** Checks of a lab with spanning tree mean the network as it will be: they wait until its bridges forward. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bridge } from './fault-labs.js'
import { Rig } from './rig.js'

let rig: Rig
beforeAll(async () => void (rig = await Rig.open()))
afterAll(() => rig.close())

test('a check waits for ports that listen and learn', async () => {
  const lab = bridge().replace('ports: [p0, p1, p2] }', 'ports: [p0, p1, p2], stp: true }')
  // From the beginning, with the shortest delay that the kernel takes: 2 s.
  await rig.build(
    `${lab}checks: [{ from: ns0, ping: 10.0.0.2 }]`,
    'ip link set br0 type bridge stp_state 0',
    'ip link set br0 type bridge forward_delay 200',
    'ip link set br0 type bridge stp_state 1',
  )
  const port = () => rig.session.live.namespaces[0]?.links.find(({ name }) => name === 'p0')?.port?.state
  expect(port()).toMatch(/blocking|listening|learning/)
  const result = await rig.session.request('lab/check', {})
  expect(result.ok && result.checks.map(({ ok, actual }) => [ok, actual])).toEqual([[true, 'reply']])

  // That ports forward is a change of the tree: for a moment the kernel forgets sooner, which nobody has asked for.
  expect(await rig.type('ip -d -j link show br0')).toMatch(/"ageing_time":400,/)
  await rig.session.request('live/refresh', {})
  const br0 = rig.session.live.namespaces[0]?.links.find(({ name }) => name === 'br0')
  expect(br0?.bridge).toEqual({ stp: true, vlanFiltering: false, forwardDelay: 2 })
})
