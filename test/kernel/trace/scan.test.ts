/** A thousand connections go by while one packet is filmed: the film is of that packet, and no longer than without them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildFilm } from '../../../renderer/trace/film.js'
import { until } from '../support/until.js'
import { Rig } from './rig.js'

const lab = `namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } } }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [['a:e0', 'r:e1'], ['r:e2', 'b:e3']]
`
/** Every port from 1 to 1000, one after the other; each is refused by a reset. */
const scan = 'for port in {1..1000}; do (: < /dev/tcp/10.2.0.2/$port) 2>/dev/null; done'
/** Over and over, in the background, until its file is gone. */
const begin = `: > /run/scans; ip netns exec a setsid bash -c 'while [ -e /run/scans ]; do ${scan}; done' >/dev/null 2>&1 </dev/null &`

let rig: Rig
beforeAll(async () => {
  rig = await Rig.open()
})
afterAll(() => rig.close())

test('the film of a trace during a port scan has the hops of its own packets', async () => {
  await rig.build(lab)
  await rig.type('ip netns exec a ping -c 1 -W 5 10.2.0.2')
  const quiet = await rig.trace('a', '10.2.0.2')
  const passed = async (): Promise<number> => {
    const [link] = JSON.parse(await rig.type('ip -n r -j -s link show e2')) as {
      stats64: { rx: { packets: number } }
    }[]
    return link?.stats64.rx.packets ?? 0
  }
  const before = await passed()
  await rig.type(begin)
  try {
    await until('a hundred ports have been tried', async () => (await passed()) > before + 100)
    for (let turn = 0; turn < 3; turn++) {
      const start = await passed()
      const traced = await rig.trace('a', '10.2.0.2')
      expect(traced.outcome).toBe('reply')
      // Strangers went by, and are not in it; a neighbour that is asked again may be.
      await until('it went on', async () => (await passed()) > start + 20)
      expect(traced.hops.length).toBeLessThanOrEqual(quiet.hops.length + 8)
      expect(buildFilm(traced.hops).steps.length).toBeLessThanOrEqual(buildFilm(quiet.hops).steps.length + 8)
    }
  } finally {
    await rig.type('rm -f /run/scans')
  }
  await until('the scan is over', async () => !(await rig.try('pgrep -f "^bash -c while .* /run/scans"')).output.trim())
})
