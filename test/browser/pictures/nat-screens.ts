/** The lab "NAT to the Internet", built by following its guide, then looked at, traced, broken and mended. */
import { loadStarter } from '../../kernel/engine/sandbox.js'
import type { Studio } from './studio.js'

/** The step in which the learner follows a packet through NAT; everything before it is done then. */
const lastStep = 7

/** Types every step's commands as a learner would, has the step's checks run and answers its question. */
async function followGuide({ page, window, press }: Studio): Promise<void> {
  const { lab } = loadStarter('08-nat.vethlab.yaml')
  const current = page.locator('[aria-current=step]')
  for (const [index, { commands = [], ask }] of lab.guide.slice(0, lastStep).entries()) {
    await page.getByText(new RegExp(`Step ${index + 1} of|第 ${index + 1} 步`)).waitFor()
    await window.type('host', `clear; ${commands.join('; ')}`)
    const checks = current.locator('.check')
    for (let number = 0; number < (await checks.count()); number += 1) {
      await checks.nth(number).getByRole('button').click()
      await checks.nth(number).locator('.c-ok').waitFor()
    }
    if (ask) await current.locator('label').nth(ask.answer).click()
    await current.locator('.sr-only').first().waitFor({ state: 'attached' })
    if (index + 1 < lastStep) await press('n')
  }
}

/** Built, running, traced, broken: the screens that are shown in both themes and both languages. */
export async function mainScreens(studio: Studio): Promise<void> {
  const { page } = studio
  await studio.starter('08-nat')
  await followGuide(studio)
  await studio.tab(/^(Checks|检查)/).click()
  await page.getByRole('button', { name: /^(Run all|全部运行)$/ }).click()
  await studio.tab(/3\/3/).waitFor()
  await studio.rewindGuide()
  await studio.trace()
  await showRewriting(studio)
  await studio.picture('trace')
  await studio.press('Escape')
  await studio.rewindGuide()
  await studio.shell('ns0', 'clear; ping -c5 -i0.3 203.0.113.10', /rtt min/)
  await studio.select('namespace ns0')
  await studio.picture('main')
  await page.locator('aside.left .steps').evaluate((list) => list.scrollTo(0, list.scrollHeight))
  await studio.picture('guide-question')
  await studio.shell('ns0', 'clear; ip route del default', /[#$] *$/)
  await studio.press('n')
  await studio.trace()
  await page.locator('.callouts .callout').first().waitFor()
  await studio.picture('failure')
}

const showRewriting = async ({ page, rest }: Studio): Promise<void> => {
  const row = page.locator('tbody tr[data-hop]').filter({ hasText: /eth0/ }).filter({ hasText: '172.16.0.157' })
  await row.first().click()
  await rest()
}

/** What else can be done after that failure, and everything else of a running lab. Follows `mainScreens`. */
export async function runningScreens(studio: Studio): Promise<void> {
  const { page } = studio
  await page.getByRole('button', { name: /^(Earlier traces|之前的追踪)$/ }).click()
  await studio.picture('trace-history')
  await page
    .getByRole('group', { name: /^(Compare|与当前)/ })
    .getByRole('menuitem')
    .first()
    .click()
  await studio.rest()
  await studio.picture('compare')
  await page.getByRole('button', { name: /^(Close the comparison|结束比较|关闭比较)$/ }).click()
  await studio.press('Control+Enter')
  await page.locator('tbody tr[data-hop]').nth(8).waitFor({ state: 'attached' })
  await showRewriting(studio)
  await studio.picture('fixed')
  await studio.press('Escape')

  await studio.select('namespace host')
  await studio.picture('inspector-host')
  await studio.select('interface host:bridge0')
  await studio.picture('inspector-interface')
  await studio.press('2')
  await studio.picture('layer-2')
  await studio.press('3')
  await studio.picture('layer-3')
  await studio.press('1')

  await studio.tab(/^(Checks|检查)/).click()
  await page.getByRole('button', { name: /^(Run all|全部运行)$/ }).click()
  await studio.tab(/3\/3/).waitFor()
  await studio.picture('checks')
  await studio.tab(/^ns0/).click()
  await studio.shell('ns0', 'clear; ip -br addr; ip route', /scope link/)
  await page.keyboard.press('Control+Shift+f')
  await page.locator('.search input').fill('192.168.1')
  await page.keyboard.press('Enter')
  await studio.picture('terminal-search')
  await page.keyboard.press('Escape')

  await studio.press('Control+k')
  await page.locator('.palette-input').fill('te')
  await studio.picture('palette')
  await page.keyboard.press('Escape')
  await studio.press('?')
  await page.getByRole('dialog').waitFor()
  await studio.picture('shortcuts')
  await page.keyboard.press('Escape')
  await page.getByRole('navigation').getByRole('button').last().click()
  await page.getByRole('dialog').waitFor()
  await studio.picture('settings')
  await page.keyboard.press('Escape')
}
