/**
 * Renders every screen of the running app into docs/screenshots/: real serve, real kernel, real Chromium. The main
 * screens in both themes and both languages, all others in dark English and light Chinese.
 * Run by `npm run screenshots`.
 */
import { describe, test } from 'vitest'
import { drawnStrip } from './drawn-strip.js'
import { fileScreens, firstScreens, refusedStepScreen } from './file-screens.js'
import { largeLab } from './large-lab.js'
import { mainScreens, runningScreens } from './nat-screens.js'
import { Studio } from './studio.js'
import type { Language, Theme } from './studio.js'

const all = [
  ['dark', 'en'],
  ['light', 'zh-CN'],
  ['light', 'en'],
  ['dark', 'zh-CN'],
] as const

async function take(
  theme: Theme,
  language: Language,
  shoot: (studio: Studio) => Promise<void>,
  options?: Parameters<typeof Studio.open>[2] & { readonly untidy?: boolean },
): Promise<void> {
  const studio = await Studio.open(theme, language, options)
  try {
    await shoot(studio)
  } finally {
    await studio.close({ untidy: options?.untidy ?? false })
  }
}

describe.each(all)('%s, %s', (theme, language) => {
  const whole = all.slice(0, 2).some(([one, other]) => one === theme && other === language)

  test('a lab that runs', () =>
    take(theme, language, async (studio) => {
      await studio.window.ready()
      await mainScreens(studio)
      if (whole) await runningScreens(studio)
    }))

  if (!whole) return

  test('labs as files', () =>
    take(theme, language, async (studio) => {
      await studio.window.ready()
      await firstScreens(studio)
      await fileScreens(studio)
    }))

  test('a step that is refused', () =>
    take(theme, language, async (studio) => {
      await studio.window.ready()
      await refusedStepScreen(studio)
    }))

  test('a large lab', () =>
    take(
      theme,
      language,
      async (studio) => {
        await studio.window.ready()
        await studio.deploy()
        await studio.rest()
        await studio.picture('large-lab')
      },
      { lab: { name: 'large', text: largeLab(60) } },
    ))

  test('a machine that refuses the sandbox', () => {
    const forbid =
      'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all "$@"'
    return take(
      theme,
      language,
      async (studio) => {
        await studio.page.locator('#refused-title').waitFor()
        await studio.page.getByText('sudo sysctl').first().waitFor()
        await studio.picture('refused-sandbox')
      },
      { before: ['unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c', forbid, 'sh'], untidy: true },
    )
  })
})

test('a network that is drawn by hand', () =>
  take('dark', 'en', async (studio) => {
    await studio.window.ready()
    await drawnStrip(studio)
  }))
