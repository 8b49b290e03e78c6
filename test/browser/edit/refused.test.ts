/**
 * What cannot be done: the lab's text, its history and the kernel are as before the gesture, and it is said of which object
 * and why. And gestures by chance, all of them taken back.
 */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Hand, helperOf, random } from '../../fuzz/editor/hand.js'
import { sequence } from '../../fuzz/editor/sequence.js'
import { drawnLab } from '../../support/drawn-lab.js'
import { dump, inside, netnsOf } from '../../kernel/engine/sandbox.js'
import { skipBecause } from '../../kernel/support/skip.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow
let path: string
let hand: Hand
beforeAll(async () => {
  const world = await World.ofUser()
  path = world.file('home/drawn.vethlab.yaml', drawnLab)
  window = await LabWindow.open({ file: path }, world)
  hand = new Hand(window, path, random(1))
  await window.ready()
  await window.deploy()
  await window.rest()
  await hand.press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
})
afterAll(() => window.close())

const refusal = (words: RegExp) =>
  window.page.locator('[data-sonner-toast][data-type=error]').filter({ hasText: words })
const undone = (what: string) => window.page.getByText(`Undone: ${what}`)
/** Nothing of the gesture stays, and Undo takes back the one before it. */
async function expectRefused(gesture: () => Promise<unknown>, words: RegExp): Promise<void> {
  hand.expected = words
  await hand.select('namespace right')
  await hand.press('Control+ArrowDown')
  await hand.named()
  await hand.settled()
  const [text, network] = [hand.text, await dump(hand.sandbox)]
  await gesture()
  await refusal(words).first().waitFor()
  await window.button('Deployed').waitFor()
  await window.rest()
  await hand.save()
  expect(hand.text).toBe(text)
  expect(await dump(hand.sandbox)).toEqual(network)
  await refusal(words).first().waitFor({ state: 'detached' })
  await hand.press('Control+z')
  await undone('add ns0 beside right').first().waitFor()
  await hand.settled()
  expect(hand.text).toBe(drawnLab)
}

test('gestures by chance leave the kernel as the file says, and all of them are taken back', async () => {
  await sequence(window, path, { seed: 7, gestures: 6, afresh: false })
})

test('an impairment that this kernel lacks is refused before any step', async (context) => {
  const has = await inside(
    hand.sandbox,
    'left',
    'tc',
    'qdisc',
    'add',
    'dev',
    'lo',
    'root',
    'netem',
    'delay',
    '1ms',
  ).then(
    () => true,
    () => false,
  )
  if (has) return skipBecause(context, 'this kernel has netem')
  await expectRefused(async () => {
    await hand.select('interface left:eth0')
    await hand.press('Shift+F10')
    await window.page.getByRole('menuitem', { name: /^Impair/ }).click()
    const field = window.inspector.getByLabel('Delay').first()
    await field.fill('20ms')
    await field.press('Enter')
  }, /sch_netem.*left:eth0/s)
})

test('a file that is changed outside while a cable is in the air: neither is lost', async () => {
  await hand.whole()
  const [from, to] = [await hand.body('left'), await hand.body('right')]
  const { mouse } = window.page
  await mouse.move(from.x, from.y + 13)
  await mouse.down()
  await mouse.move(to.x, to.y, { steps: 4 })
  await window.page.getByText('Release to plug into right').waitFor()
  writeFileSync(path, drawnLab.replace('  # asks', '  outside: {}\n  # asks'))
  await hand.item('namespace outside').waitFor({ state: 'attached' })
  await mouse.up()
  await hand.item('interface left:eth1').waitFor({ state: 'attached' })
  await window.button(/^Deploy changes/).waitFor()
  await hand.save()
  expect(hand.text).toContain('outside: {}')
  expect(hand.text).toContain('[left:eth1, right:eth1]')
  expect(await netnsOf(hand.sandbox)).not.toContain('outside')
  await window.deploy()
  await hand.settled()
})

test('a helper that is killed in the middle of a gesture: the lab is as before it, and can be built again', async () => {
  const text = hand.text
  const helper = helperOf(window)
  await hand.select('namespace right')
  process.kill(helper, 'SIGSTOP')
  await hand.press('Control+ArrowDown')
  await hand.named()
  process.kill(helper, 'SIGKILL')
  await window.status.filter({ hasText: 'Sandbox ended' }).waitFor()
  hand.expected = /The helper has ended/
  await refusal(hand.expected).first().waitFor()
  await window.rest()
  await hand.save()
  expect(hand.text).toBe(text)
  await window.button('Start the sandbox again').click()
  await window.deploy()
  await hand.settled()
  expect(window.errors).toEqual([])
})
