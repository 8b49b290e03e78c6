/** A network as it is drawn by hand, in four frames beside each other: two stations behind a router that hides them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyCanvas, Keys } from '../edit/empty-canvas.js'
import { withPalette } from './palette.js'
import { directory, type Studio } from './studio.js'

/** Of one frame in the strip (CSS pixels). */
const frameWidth = 560
/** Between frames, and around them. */
const air = 8

export async function drawnStrip(studio: Studio): Promise<void> {
  const { page, window } = studio
  const frames: Buffer[] = []
  const frame = async (): Promise<void> => {
    await studio.rest()
    await page.locator('[data-sonner-toast]').first().waitFor({ state: 'detached' })
    await page.keyboard.press('Shift+1')
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    frames.push(await page.getByRole('main').screenshot())
  }
  await emptyCanvas(window)
  const keys = new Keys(window)
  await keys.edit()
  await keys.make('r', 'r0')
  await keys.make('b', 'br0')
  await frame()
  await keys.make('Control+ArrowDown', 'ns0')
  await keys.walk('Alt+ArrowUp', 'br0')
  await keys.make('Control+ArrowRight', 'ns1')
  await frame()
  await keys.make('i', 'internet')
  await keys.press('v')
  const ends = page.getByRole('complementary', { name: 'Build' }).getByText('From internet to')
  await ends.waitFor()
  await keys.press('Tab', 'Enter')
  await ends.waitFor({ state: 'detached' })
  await keys.press('m')
  await page.getByRole('complementary', { name: 'Build' }).getByText('Out of', { exact: true }).waitFor()
  await keys.press('Enter')
  await window.inspector.getByText('10.0.1.0/24 is behind r0.').waitFor()
  await frame()
  await window.deploy()
  await frame()
  writeFileSync(join(directory, 'drawn-dark-en.png'), await sideBySide(studio, frames))
}

/** Two in a row. */
async function sideBySide({ window }: Studio, frames: readonly Buffer[]): Promise<Buffer> {
  const page = await window.context.newPage()
  try {
    const images = frames.map(
      (each) => `<img width="${frameWidth}" src="data:image/png;base64,${each.toString('base64')}">`,
    )
    const style = `margin:0;padding:${air}px;display:grid;grid-template-columns:repeat(2,max-content);gap:${air}px;width:max-content;background:#30363d`
    await page.setContent(`<!doctype html><body style="${style}">${images.join('')}</body>`)
    return await withPalette(page, await page.locator('body').screenshot())
  } finally {
    await page.close()
  }
}
