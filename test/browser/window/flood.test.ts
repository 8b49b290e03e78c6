/** Output without an end, drawn by the window: it goes on answering, and its memory stays where it was. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/A veth pair/)
  await window.deploy()
})
afterAll(() => window.close())

/** Live objects of the page's scripts, MiB, after everything that can go has gone. */
async function heap(): Promise<number> {
  const session = await window.context.newCDPSession(window.page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 2 ** 20
}

/** Resident memory of everything that the program has started: server, sandbox, helper, shells; MiB. */
const programMemory = (): number =>
  window.world
    .processes()
    .map(({ pid }) => {
      try {
        return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
      } catch {
        return 0
      }
    })
    .reduce((sum, each) => sum + each, 0)

/** Characters that the page has taken in so far. */
const counting = `globalThis.taken = 0
const send = WebSocket.prototype.send
WebSocket.prototype.send = function (data) {
  const found = /"terminal\\/acknowledge".*?"characters":(\\d+)/.exec(String(data))
  if (found) globalThis.taken += Number(found[1])
  return send.call(this, data)
}`
const taken = (): Promise<number> => window.page.evaluate('globalThis.taken')

test('yes in one shell: another shell, the canvas and the window go on; memory does not grow with it', async () => {
  await window.page.evaluate(counting)
  const [heapBefore, memoryBefore] = [await heap(), programMemory()]
  await window.focusTerminal('ns0')
  await window.untilShown('ns0', /# *$/)
  await window.page.keyboard.type('yes "a line of a flood 网络 0123456789"\n')
  await until('5 million characters', async () => (await taken()) > 5_000_000)
  // In the middle of it: the window answers, and a change in the kernel is drawn.
  await window.tab('Commands').click()
  await window.page.getByRole('log').waitFor()
  expect(await window.type('host', 'ip netns add meanwhile; echo host-answers')).toContain('host-answers')
  await window.page.locator('main .face[data-namespace="meanwhile"]').waitFor({ state: 'attached' })
  const middle = await taken()
  await until('it still flows', async () => (await taken()) > middle + 1_000_000)
  await window.focusTerminal('ns0')
  await window.page.keyboard.press('Control+c')
  await window.untilShown('ns0', /\^C[\s\S]*# *$/)
  // Control-C makes the kernel throw away what it had not handed over yet, and that may end inside a character.
  expect((await window.screen('ns0')).replace(/\ufffd+\^C/, '^C')).not.toContain('\ufffd')
  // 5000 lines of scrollback are about 6 MiB; 12 million characters and more have come through.
  expect((await heap()) - heapBefore).toBeLessThan(40)
  expect(programMemory() - memoryBefore).toBeLessThan(120)
  expect(await window.type('ns0', 'echo still-here')).toContain('still-here')
  expect(window.errors).toEqual([])
})
