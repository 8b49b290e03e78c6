/** What an import has made and left out, in both languages and both themes: all of it said, and to be used by anybody. */
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { dropFiles } from '../../support/drop.js'
import { violations } from './axe.js'
import { LabWindow } from './window.js'

/** More than the dialog shows at once, of everything. */
const script = [
  'for n in $(seq 1 40); do ip netns add "a-namespace-with-a-long-name-$n"; done',
  ...Array.from({ length: 20 }, (_, n) => `ip -n gone${n} link set lo up`),
  'ip rule add from 10.0.0.1',
  'frobnicate the network',
  'ip addr add 10.0.0.1/24',
  'iptables -P FORWARD DROP',
  'tc qdisc add dev lo root htb',
  'modprobe dummy',
  'for i in $(hostname); do ip netns add "x$i"; done',
].join('\n')

const looks = [
  { locale: 'en-US', leftOut: /^Left out \((\d+)\)$/ },
  { locale: 'zh-CN', leftOut: /^未导入的内容（(\d+)）$/ },
]

test.each(looks)('the dialog of an import, in $locale', async ({ locale, leftOut }) => {
  const window = await LabWindow.open({ locale })
  try {
    await window.ready()
    await dropFiles(window.page, [window.world.file('large.sh', script)])
    const dialog = window.page.getByRole('dialog')
    await dialog.getByRole('heading', { name: leftOut }).waitFor()
    for (const colorScheme of ['dark', 'light'] as const) {
      await window.page.emulateMedia({ colorScheme })
      expect(await violations(window), colorScheme).toEqual([])
    }
    // In a low window the list of what was left out scrolls; the buttons stay within, and a few of its lines in sight.
    await window.page.setViewportSize({ width: 1280, height: 720 })
    const bottom = async (what: Locator): Promise<number> => {
      const box = await what.boundingBox()
      return box ? box.y + box.height : NaN
    }
    expect(await bottom(dialog.getByRole('button').last())).toBeLessThan((await bottom(dialog)) - 10)
    expect((await dialog.locator('ul').boundingBox())?.height).toBeGreaterThan(75)
    const notices = await dialog.locator('li').allInnerTexts()
    expect(notices.length).toBeGreaterThan(5)
    // How many there are is said above them, and that some lie below is seen until they are reached.
    const heading = await dialog.getByRole('heading', { name: leftOut }).innerText()
    expect(leftOut.exec(heading)?.[1]).toBe(String(notices.length))
    const fades = (): Promise<boolean> =>
      dialog.locator('ul').evaluate((list) => getComputedStyle(list).maskImage.includes('gradient'))
    await until('the lines that are cut to fade', fades)
    await dialog.locator('ul').evaluate((list) => list.scrollTo(0, list.scrollHeight))
    await until('the last line to be whole', async () => !(await fades()))
    const isChinese = locale === 'zh-CN'
    // What is quoted is the script's own; every sentence around it is the window's.
    for (const notice of notices) expect(/\p{Script=Han}/u.test(notice), notice).toBe(isChinese)
    if (isChinese)
      for (const notice of notices) expect(notice.replace(/"[^"]*"|`[^`]*`/g, '')).not.toMatch(/ [a-z]+ [a-z]+ [a-z]+ /)
  } finally {
    await window.close()
  }
})
