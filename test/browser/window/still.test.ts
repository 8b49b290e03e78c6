/// <reference lib="dom" />
/** The window is a frame: lists in it scroll, it never does, whatever is read, pressed or focused in it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
})
afterAll(() => window.close())

/** The last two are the first two for a person who zooms to 150%. */
const sizes = [
  { width: 1280, height: 720 },
  { width: 1440, height: 900 },
  { width: 853, height: 480 },
  { width: 960, height: 600 },
]
const guided = ['06-router', '05-bridge-gateway', '08-nat']

/** How far the page, or anything seen in it that is no list, has been scrolled or is larger than the window. */
const stillness = (): Promise<unknown> =>
  window.page.evaluate(() => {
    const page = document.scrollingElement as Element
    const moved = [...document.querySelectorAll('html, body, #app, .app, .app *')].filter(
      (each) =>
        (each.scrollTop !== 0 || each.scrollLeft !== 0) && !each.matches('.scroll, .strip, input, .mirror, .xterm *'),
    )
    return {
      scrolled: [page.scrollLeft, page.scrollTop],
      larger: [page.scrollWidth - innerWidth, page.scrollHeight - innerHeight],
      moved: moved.map((each) => each.className),
      top: document.querySelector('header')?.getBoundingClientRect().top,
    }
  })
const still = { scrolled: [0, 0], larger: [0, 0], moved: [], top: 0 }

describe.each(sizes)('at $width x $height', (size) => {
  test.each(guided)('no step of the guide of %s moves the window', async (id) => {
    await window.page.setViewportSize(size)
    await window.showLabs()
    await window.page.locator(`[data-starter="${id}"]`).click()
    const guide = window.page.getByRole('complementary', { name: 'Guide' })
    await guide.locator('[aria-current=step]').waitFor()
    const next = guide.getByRole('button', { name: 'Next step' })
    const steps = await guide.locator('.steps > li').count()
    expect(steps).toBeGreaterThan(3)
    for (let step = 1; step <= steps; step++) {
      await guide.getByText(`Step ${step} of ${steps}`).waitFor()
      expect(await stillness(), `step ${step}`).toEqual(still)
      if (step < steps) await next.click()
    }
    // Everything that can have the keyboard in the guide: the browser brings it into view by itself.
    await guide.locator('button:visible').first().focus()
    for (let press = 0; press < 24; press++) {
      await window.page.keyboard.press('Tab')
      expect(await stillness(), `after ${press + 1} times Tab`).toEqual(still)
    }
    // As far as a person reads back: each of the steps before.
    for (let step = steps - 1; step >= 1; step--) {
      await guide.getByRole('button', { name: 'Back', exact: true }).click()
      expect(await stillness(), `back at step ${step}`).toEqual(still)
    }
  })

  test('no list of the dock moves the window', async () => {
    await window.page.setViewportSize(size)
    for (const name of [/^Checks/, /^Commands/, /^Plan/, /^Trace/]) {
      await window.tab(name).first().click()
      await window.page.locator('.dock button:visible').last().focus()
      expect(await stillness(), String(name)).toEqual(still)
    }
  })
})
