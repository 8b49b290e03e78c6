/** The last picture of a failed trace on a laptop: one place, told everywhere, and nothing laid over what it is about. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open({ size: { width: 1280, height: 720 } })
  await window.ready()
  await window.openStarter('ns2 answers nobody')
  await window.deploy()
  await window.trace()
  await window.rest()
  await window.page.keyboard.press('End')
  await window.page.locator('.face.failed').waitFor()
})
afterAll(() => window.close())

const died = () => window.page.locator('.callouts .died:not(.unseen)')

test('headline, canvas, table and card name the same place, and the cause has a sentence of its own', async () => {
  const card = window.page.getByRole('complementary', { name: 'Why it failed' })
  await card.getByText('Trace failed in ns0').waitFor()
  await card.getByText('The cause lies in host.').waitFor()
  // What one has to know for the sentence is a click away.
  await card.locator('p', { hasText: 'Glossary' }).getByRole('button').first().click()
  await window.page.getByRole('dialog').getByRole('heading').waitFor()
  await window.page.keyboard.press('Escape')
  await window.page.getByRole('dialog').waitFor({ state: 'detached' })
  await died().getByText('It ended here: ARP of ns0 got no answer').waitFor()
  expect(await window.page.locator('.face.failed').getAttribute('data-namespace')).toBe('ns0')
  await window.page.locator('.face.failed').getByText('ARP got no answer').waitFor()
  const last = window.page.locator('tbody tr[data-hop]').last()
  expect(await last.innerText()).toContain('ICMP unreachable reported to ns0')
  // The table follows what is looked at: the row of the end is above the last.
  await window.page.locator('tbody').evaluate((body) => body.closest('.scroll')?.scrollBy(0, -72))
  const end = window.page.locator('tbody tr.end')
  await end.getByText('ended here').waitFor()
  expect(await end.innerText()).toContain('ns0 gave it up: ARP got no answer')
})

test('the words of the end stand inside the canvas and on no namespace, and the numbers, too', async () => {
  const canvas = await rectOf(window.page.locator('.canvas').first())
  const callout = await rectOf(died())
  expect(isWithin(callout, canvas)).toBe(true)
  const boxes = await rectsOf('.face:not(.failed) > .icon, .face .mark text, .face .failure, .badge-mark, .film .actor')
  expect(boxes.filter((each) => meet(each, callout))).toEqual([])
  const signs = await rectsOf('.badge-mark .disc, .face .failure')
  expect(signs.filter((each) => !isWithin(each, canvas))).toEqual([])
  // The red word of the box is covered neither by the packet nor by a number.
  const [word] = await rectsOf('.face .failure')
  const above = await rectsOf('.badge-mark .disc, .film .actor rect')
  expect(above.filter((each) => word && meet(each, word))).toEqual([])
})

interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
async function rectOf(place: ReturnType<LabWindow['page']['locator']>): Promise<Rect> {
  const rect = await place.boundingBox()
  if (!rect) throw new Error('is not drawn')
  return rect
}
const rectsOf = (selector: string): Promise<Rect[]> =>
  window.page.locator(selector).evaluateAll((all) =>
    all.map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect()
      return { x, y, width, height }
    }),
  )
const isWithin = (a: Rect, b: Rect): boolean =>
  a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height
const meet = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
