/** A bridge of which every port is taken in a terminal, where the lab file cannot know: the kernel refuses one more. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Hand, random } from '../../fuzz/editor/hand.js'
import { dump, inside, netnsOf } from '../../kernel/engine/sandbox.js'
import { World } from '../../kernel/support/world.js'
import { boxOf, placesOf } from '../window/picture.js'
import { LabWindow } from '../window/window.js'

const lab = `vethlab: 1
name: full
namespaces:
  sw: { bridges: { br0: {} } } # all of its ports
`

let window: LabWindow
let hand: Hand
beforeAll(async () => {
  const world = await World.ofUser()
  const file = world.file('home/full.vethlab.yaml', lab)
  window = await LabWindow.open({ file }, world)
  hand = new Hand(window, file, random(1))
  await window.ready()
  await window.deploy()
  await window.rest()
  await hand.press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
})
afterAll(() => window.close())

const picture = (): Promise<unknown> => placesOf(window.page)

test('the 1024th port is refused: lab, picture, history and kernel are as before, and it is said at the bridge', async () => {
  await hand.press('n')
  await hand.named()
  await hand.settled()
  // A bridge has 1023 ports (BR_MAX_PORTS, net/bridge/br_private.h); a cable with both ends in it takes two.
  const pairs = Array.from({ length: 511 }, (_, at) => `link add a${at} master br0 type veth peer name b${at}`)
  const ports = Array.from({ length: 511 }, (_, at) => `link set b${at} master br0`)
  const batch = [...pairs, ...ports, 'link add odd master br0 type veth peer name even'].join('\n')
  await inside(hand.sandbox, 'sw', 'sh', '-c', `echo '${batch}' | ip -batch -`)
  for (const each of ['a0', 'b510', 'odd', 'even'])
    await hand.item(`interface sw:${each}`).waitFor({ state: 'attached' })
  const [network, drawn] = [await dump(hand.sandbox), await picture()]
  await hand.select('interface sw:br0')
  await hand.press('Control+ArrowDown')
  const words = /Taken back: add ns1 beside sw:br0.*(?:Exchange full|EXFULL)/s
  const callout = window.page.locator('.callout[role=alert]').filter({ hasText: words })
  await callout.waitFor()
  const line = await window.page.locator('.leader circle').boundingBox()
  const box = await boxOf(window.page, 'sw')
  const end = { x: (line?.x ?? 0) + (line?.width ?? 0) / 2, y: (line?.y ?? 0) + (line?.height ?? 0) / 2 }
  expect(end.x).toBeGreaterThanOrEqual(box.x - 9)
  expect(end.x).toBeLessThanOrEqual(box.x + box.width + 9)
  expect(end.y).toBeGreaterThanOrEqual(box.y - 9)
  expect(end.y).toBeLessThanOrEqual(box.y + box.height + 9)
  // What is saved is what is written: all of the gesture is out of the text.
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
  await expect.poll(picture).toEqual(drawn)
  expect(await dump(hand.sandbox)).toEqual(network)
  await window.rest()
  await hand.press('Control+z')
  await window.page.getByText('Undone: add ns0').first().waitFor()
  await callout.waitFor({ state: 'detached' })
  await expect.poll(() => netnsOf(hand.sandbox)).toEqual(['sw'])
  expect(window.errors).toEqual([])
})
