/**
 * What cannot be done: the lab's text, its history, the picture and the kernel are as before the gesture, and why is said at
 * the object. And gestures by chance, all of them taken back.
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Hand, helperOf, random } from '../../fuzz/editor/hand.js'
import { sequence } from '../../fuzz/editor/sequence.js'
import { drawnLab } from '../../support/drawn-lab.js'
import { dump, inside, netnsOf } from '../../kernel/engine/sandbox.js'
import { skipBecause } from '../../kernel/support/skip.js'
import { World } from '../../kernel/support/world.js'
import { violations } from '../window/axe.js'
import { boxOf, placesOf } from '../window/picture.js'
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

const refusal = (words: RegExp) => window.page.locator('.callout[role=alert]').filter({ hasText: words })
const undone = (what: string) => window.page.getByText(`Undone: ${what}`)

/** The end of the line from a callout is in, or on the border of, the box of a namespace. */
async function expectSaidAt(namespace: string): Promise<void> {
  const line = await window.page.locator('.leader circle').boundingBox()
  if (!line) throw new Error('no line from the callout')
  const [x, y] = [line.x + line.width / 2, line.y + line.height / 2]
  const box = await boxOf(window.page, namespace)
  const isIn = x >= box.x - 9 && x <= box.x + box.width + 9 && y >= box.y - 9 && y <= box.y + box.height + 9
  expect(isIn, `${x} ${y} of ${namespace}, ${JSON.stringify(box)}`).toBe(true)
}

const picture = (): Promise<unknown> => placesOf(window.page)

/** As the person in a terminal of the sandbox: it is theirs what is made there. */
const asUser = (...words: readonly string[]): Promise<unknown> =>
  promisify(execFile)('nsenter', [`--target=${helperOf(window)}`, '--user', '--mount', '--net', '--pid', ...words])

interface Refused {
  readonly gesture: () => Promise<unknown>
  /** Takes what was in its way out of the way again. */
  readonly clear?: () => Promise<unknown>
  readonly words: RegExp
  /** The namespace that it is said at. */
  readonly at: string
}
/** Nothing of the gesture stays, and Undo takes back the one before it. */
async function expectRefused({ gesture, clear, words, at }: Refused): Promise<void> {
  hand.expected = words
  await hand.select('namespace right')
  await hand.press('Control+ArrowDown')
  await hand.named()
  await hand.settled()
  const [text, network, drawn] = [hand.text, await dump(hand.sandbox), await picture()]
  await gesture()
  await refusal(words).waitFor()
  await expectSaidAt(at)
  await clear?.()
  await window.button('Deployed').waitFor()
  await window.rest()
  await hand.save()
  expect(hand.text).toBe(text)
  expect(await dump(hand.sandbox)).toEqual(network)
  await expect.poll(picture).toEqual(drawn)
  await hand.press('Control+z')
  await undone('add ns0 beside right').first().waitFor()
  await refusal(words).waitFor({ state: 'detached' })
}

test('gestures by chance leave the kernel as the file says, and all of them are taken back', async () => {
  await sequence(window, path, { seed: 7, gestures: 6, afresh: false })
})

test('what a gesture has changed is no difference that a save asks about, however late the next frame is', async () => {
  await hand.select('namespace left', 'namespace right')
  await window.page.evaluate(() => {
    const frame = globalThis.requestAnimationFrame.bind(globalThis)
    const held: FrameRequestCallback[] = []
    globalThis.requestAnimationFrame = (call) => held.push(call)
    Object.assign(globalThis, {
      release: () => {
        globalThis.requestAnimationFrame = frame
        for (const call of held) frame(call)
      },
    })
  })
  const forwards = window.inspector.getByLabel('Forwards packets')
  await forwards.evaluate((box: HTMLInputElement) => box.click())
  const dirty = window.page.getByTitle('Has changes that are not saved')
  await dirty.waitFor()
  await window.button('Deployed').waitFor()
  await hand.press('Control+s')
  await dirty.waitFor({ state: 'detached' })
  expect(await window.page.getByRole('dialog').count()).toBe(0)
  await window.page.evaluate('release()')
  await window.rest()
  await hand.press('Control+z')
  await undone('set Forwards packets of 2 objects').first().waitFor()
  await hand.settled()
  expect(hand.text).toBe(drawnLab)
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
  await expectRefused({
    gesture: async () => {
      await hand.select('interface left:eth0')
      await hand.press('Shift+F10')
      await window.page.getByRole('menuitem', { name: /^Impair/ }).click()
      const field = window.inspector.getByLabel('Delay').first()
      await field.fill('20ms')
      await field.press('Enter')
    },
    words: /Taken back: set .*sch_netem.*left:eth0/s,
    at: 'left',
  })
  await hand.settled()
  expect(hand.text).toBe(drawnLab)
})

test('a name that was taken in a terminal meanwhile', async () => {
  await expectRefused({
    gesture: async () => {
      // As an `ip netns add` leaves it that was broken off: no namespace that anybody could know of.
      await asUser('touch', '/run/netns/ns1')
      await hand.select('namespace left')
      // Its name can be typed over until the kernel refuses it, which may be at once.
      await hand.press('Control+ArrowDown')
    },
    clear: () => asUser('rm', '/run/netns/ns1'),
    words: /Taken back: add ns1 beside left.*File exists.*ip netns add ns1/s,
    at: 'left',
  })
  await hand.settled()
  expect(hand.text).toBe(drawnLab)
})

test('what the lab’s own rules refuse is said at its object, and Esc takes the words away', async () => {
  await hand.select('interface r:eth1')
  await hand.press('m')
  const words = /Not done: NAT out of r:eth1.*is masqueraded already/s
  await refusal(words).waitFor()
  await expectSaidAt('r')
  expect(await violations(window)).toEqual([])
  await hand.press('Escape')
  await refusal(words).waitFor({ state: 'detached' })
  await window.status.filter({ hasText: 'Editing' }).waitFor()
  expect(hand.text).toBe(drawnLab)
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
  await refusal(hand.expected).waitFor()
  await expectSaidAt('right')
  await window.rest()
  await hand.save()
  expect(hand.text).toBe(text)
  await window.button('Start the sandbox again').click()
  await window.deploy()
  await hand.settled()
  expect(window.errors).toEqual([])
})
