/** Labs as files: the gallery, a plan, what differs, and every dialog. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../kernel/support/until.js'
import type { Studio } from './studio.js'

export async function firstScreens(studio: Studio): Promise<void> {
  await studio.picture('welcome')
  await studio.act('new')
  await studio.picture('empty-canvas')
}

export async function fileScreens(studio: Studio): Promise<void> {
  const { page, window } = studio
  await studio.starter('06-router')
  await studio.window.showLabs()
  await studio.act('plan')
  await studio.picture('planned')
  await studio.deploy()
  await studio.tab(/^(Commands|命令)/).click()
  await studio.picture('commands')
  await studio.shell(
    'host',
    'ip -n ns0 link set veth0 down; ip netns add extra; ip -n ns-router addr add 10.9.9.1/24 dev veth3',
    /dev veth3\s+\S+[#$] *$/,
  )
  await studio.tab(/^(Differences|差异)/).click()
  await studio.picture('differences')
  await page.locator('.crumb .lab-menu-trigger').click()
  await studio.picture('lab-menu')
  await page.keyboard.press('Escape')

  await studio.press('Control+Shift+s')
  await page.getByRole('dialog').waitFor()
  await studio.picture('dialog-save')
  await page.getByRole('dialog').getByRole('textbox').fill('two-subnets')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await studio.press('Control+o')
  await page.getByRole('dialog').waitFor()
  await studio.picture('dialog-open')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await studio.dragNamespace('ns0')
  await studio.starter('02-veth-pair')
  await page.getByRole('dialog').waitFor()
  await studio.picture('dialog-unsaved')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  const state = join(window.world.home, 'state')
  await until(
    'the kept work',
    () =>
      existsSync(state) &&
      readdirSync(state, { recursive: true, withFileTypes: true }).some(
        (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes('layout:'),
      ),
  )
  window.server.child.kill('SIGKILL')
  await window.server.ended
  page.on('dialog', (asked) => void asked.accept())
  await page.goto('about:blank')
  await window.startAgain()
  await page.getByRole('dialog').waitFor()
  await window.ready()
  await studio.picture('dialog-recovered')
  await page.getByRole('dialog').getByRole('button').first().click()
}

/** A step that the kernel refuses, in its own words. */
export async function refusedStepScreen(studio: Studio): Promise<void> {
  const key = '/proc/sys/net/ipv4/ip_forward'
  await studio.starter('07-host-router')
  await studio.shell('host', `clear; mount --bind ${key} ${key} && mount -o remount,bind,ro ${key}`, /[#$] *$/)
  await studio.press('Control+Enter')
  await studio.page.getByRole('alert').first().waitFor()
  await studio.picture('refused-step')
}
