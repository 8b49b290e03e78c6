/**
 * Renders every screen of the running app into docs/screenshots/: real serve, real kernel, real Chromium, both themes,
 * both languages. Run by `npm run screenshots`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { root } from '../../kernel/support/build.js'
import { LabWindow } from '../window/window.js'

const directory = join(root, 'docs/screenshots')

/** What a person sees, and how they come to see it. Names become file names. */
const words = {
  en: {
    locale: 'en-US',
    nat: /NAT to the Internet/,
    checks: 'Checks',
    commands: 'Commands',
    labs: 'Labs',
    deploy: /^Deploy(?!ed)/,
    deployed: 'Deployed',
    trace: /^Trace/,
    address: /Address|To|Target/,
  },
  'zh-CN': {
    locale: 'zh-CN',
    nat: /通过 NAT 访问互联网/,
    checks: '检查',
    commands: '命令',
    labs: '实验',
    deploy: /^部署/,
    deployed: '已部署',
    trace: /^追踪/,
    address: /地址|目标/,
  },
} as const

async function takePictures(theme: 'dark' | 'light', language: keyof typeof words): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const say = words[language]
  const window = await LabWindow.open({ theme, locale: say.locale })
  const { page } = window
  const picture = async (name: string): Promise<void> => {
    // Toasts come and go; the picture is of what stays.
    await page
      .locator('[data-sonner-toast]')
      .first()
      .waitFor({ state: 'detached' })
      .catch(() => {})
    await page.screenshot({ path: join(directory, `${name}-${theme}-${language}.png`) })
  }
  try {
    await window.tab('host').waitFor()
    await window.untilShown('host', /host:.*# *$/)
    await picture('welcome')
    await page.getByRole('button', { name: say.nat }).first().click()
    await page.getByRole('button', { name: say.deploy }).waitFor()
    await picture('planned')
    await page.getByRole('button', { name: say.deploy }).click()
    await page.getByRole('button', { name: say.deployed, exact: true }).waitFor()
    await window.type('ns0', 'ping -c3 -i0.2 203.0.113.10')
    await picture('main')
    await window.tab(say.checks).click()
    await picture('checks')
    await window.tab(say.commands).click()
    await picture('commands')
  } finally {
    await window.close()
  }
}

describe.each(['dark', 'light'] as const)('%s', (theme) => {
  test.each(['en', 'zh-CN'] as const)('every screen in %s', (language) => takePictures(theme, language))
})
