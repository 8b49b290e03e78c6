/** A network that was typed and not deployed: the fix is what the open lab says, where one is told. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { Rig } from './rig.js'

const { labFile } = parseLabText(
  `vethlab: 1
name: by-hand
namespaces:
  a: { interfaces: { eth0: { addresses: [192.168.1.2/24] } }, routes: [{ to: default, via: 192.168.1.1 }] }
  b: { forwarding: true, interfaces: { eth0: { addresses: [192.168.1.1/24] }, lo: { addresses: [203.0.113.10/24] } } }
links: [['a:eth0', 'b:eth0']]
`,
  'by-hand',
)
if (!labFile) throw new Error('the lab of this test has errors')

let rig: Rig
beforeAll(async () => {
  rig = await Rig.open()
  const cleared = await rig.session.request('lab/clear', {})
  if (!cleared.ok) throw new Error(cleared.failure.message)
  await rig.type(
    [
      'ip netns add a && ip netns add b',
      'ip link add eth0 netns a type veth peer name eth0 netns b',
      'ip -n a addr add 192.168.1.2/24 dev eth0 && ip -n b addr add 192.168.1.1/24 dev eth0',
      'ip -n b addr add 203.0.113.10/24 dev lo',
      'for n in a b; do ip -n $n link set lo up && ip -n $n link set eth0 up; done',
    ].join('\n'),
  )
})
afterAll(() => rig.close())

test('without a lab the route leads to what was asked for', async () => {
  const trace = await rig.trace('a', '203.0.113.10')
  expect(trace).toMatchObject({ lab: null, diagnosis: { code: 'no-route', namespace: 'a' } })
  expect(trace.diagnosis?.fix?.commands.join('\n')).toContain('203.0.113.0/24 via 192.168.1.1')
})

test('with one it is the route of the lab, and it is carried out as it was said', async () => {
  const trace = await rig.trace('a', '203.0.113.10', { lab: labFile })
  expect(trace).toMatchObject({ lab: 'by-hand', diagnosis: { code: 'no-route', namespace: 'a' } })
  const said = trace.diagnosis?.fix?.commands
  expect(said).toEqual([expect.stringContaining('route add default via 192.168.1.1')])
  expect((await rig.fix(trace)).commands).toEqual(said)
  expect(await rig.type('ip -n a route show default')).toContain('via 192.168.1.1')
  expect(await rig.trace('a', '203.0.113.10', { lab: labFile })).toMatchObject({ outcome: 'reply' })
})

test('a lab with errors is refused, and nothing is sent', async () => {
  const broken = { ...labFile, links: [['a:eth0', 'nowhere:eth0']] } as typeof labFile
  const answer = await rig.session.request('trace/run', { from: 'a', to: '203.0.113.10', lab: broken })
  expect(answer).toMatchObject({ ok: false, failure: { code: 'invalid-lab' } })
})
