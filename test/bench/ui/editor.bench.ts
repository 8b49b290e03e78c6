/// <reference lib="dom" />
/**
 * A gesture on a lab that runs: from the key until the object is drawn, and until it is drawn as what the kernel has. See
 * run.mjs.
 */
import { afterAll, expect, test } from 'vitest'
import type { LabWindow } from '../../browser/window/window.js'
import { rounded, summary, write } from './machine.js'
import { openStar } from './star.js'

const results: Record<string, unknown> = {}
const say = (text: string): void => void process.stdout.write(`${text}\n`)
afterAll(() => write({ gestures: results }))

const sizes = (process.env['VETHLAB_BENCH_SIZES'] ?? '10,100,1000').split(',').map(Number)
/** Of each size; of the largest, few are enough to tell. */
const roundsOf = (count: number): number => (count < 1000 ? 12 : 5)

interface Timed {
  /** Milliseconds from the key to the frame that has it. */
  readonly drawn: number
  /** To the frame after the one that shows it as what the kernel has. */
  readonly solid: number
}

/** What the page's clock says: it is set off by the key itself, and looks in every frame. */
async function timed(
  window: LabWindow,
  key: string,
  what: { readonly name: string; readonly comes: boolean },
): Promise<Timed> {
  const { page } = window
  const seen = page.evaluate(
    ({ name, comes }) =>
      new Promise<Timed>((resolve) => {
        const watch = (from: number): void => {
          let drawn: number | null = null
          const look = (): void => {
            const face = document.querySelector(`main .face[data-namespace="${name}"]`)
            const isGoing = face === null || face.classList.contains('leaving')
            const isSolid = comes ? face?.classList.contains('live') === true : face === null
            if (drawn === null && (comes ? face !== null : isGoing)) drawn = performance.now()
            if (!isSolid) return void requestAnimationFrame(look)
            // This frame is painted when the next one begins.
            requestAnimationFrame(() =>
              resolve({ drawn: (drawn ?? performance.now()) - from, solid: performance.now() - from }),
            )
          }
          requestAnimationFrame(look)
        }
        const pressed = ({ key: which }: KeyboardEvent): void => {
          if (which === 'Control') return
          removeEventListener('keydown', pressed, true)
          watch(performance.now())
        }
        addEventListener('keydown', pressed, true)
      }),
    what,
  )
  // The watch is set before the key is pressed.
  await page.evaluate('new Promise(requestAnimationFrame)')
  await page.keyboard.press(key)
  return seen
}

/** Two frames of a page with nothing on it, on the same machine at the same time: what nothing can be faster than. */
async function emptyPage(window: LabWindow): Promise<number[]> {
  const page = await window.context.newPage()
  try {
    return await page.evaluate(async () => {
      const frame = (): Promise<number> => new Promise(requestAnimationFrame)
      const found: number[] = []
      for (let run = 0; run < 30; run += 1) {
        const from = performance.now()
        await frame()
        await frame()
        found.push(performance.now() - from)
      }
      return found
    })
  } finally {
    await page.close()
  }
}

test.each(sizes)('a gesture at %i namespaces', async (count) => {
  const window = await openStar(count)
  try {
    const { page } = window
    await window.rest()
    await page.keyboard.press('e')
    await window.status.filter({ hasText: 'Editing' }).waitFor()
    const [drop, undo]: [Timed[], Timed[]] = [[], []]
    for (let round = 0; round < roundsOf(count); round += 1) {
      await window.rest()
      // The names of the star are n0, n1, ...: this one is new.
      drop.push(await timed(window, 'n', { name: 'ns0', comes: true }))
      await window.button('Deployed').waitFor()
      await window.rest()
      undo.push(await timed(window, 'Control+z', { name: 'ns0', comes: false }))
      await window.button('Deployed').waitFor()
    }
    const bare = await emptyPage(window)
    const of = (all: readonly Timed[], which: keyof Timed) => summary(all.map((each) => each[which]))
    const found = {
      newNamespaceDrawn: of(drop, 'drawn'),
      newNamespaceSolid: of(drop, 'solid'),
      undoneInKernel: of(undo, 'solid'),
      emptyPage: summary(bare),
      besideEmptyPage: rounded(of(drop, 'solid').median / summary(bare).median),
    }
    results[count] = found
    say(`a gesture at ${count} namespaces (aim: median below 100 ms): ${JSON.stringify(found)}`)
    expect(drop.length).toBe(roundsOf(count))
  } finally {
    await window.close()
  }
})
