/// <reference lib="dom" />
/** See run.mjs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { terminalFlow } from '../../../electron/core/rpc.js'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from '../../browser/window/window.js'
import { machine, rounded, summary, write } from './machine.js'
import { openStar } from './star.js'

const results: Record<string, unknown> = { date: new Date().toISOString(), machine: machine() }
const say = (text: string): void => void process.stdout.write(`${text}\n`)
say(JSON.stringify(results['machine']))

afterAll(() => write(results))

/** Notes when the gallery of labs is on the screen: everything a person can begin with. */
const watchPaint = `(() => {
  const look = () => {
    if (document.querySelector('[data-starter] svg .node') === null) return requestAnimationFrame(look)
    requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.useful = performance.now() }))
  }
  requestAnimationFrame(look)
})()`

test('first paint', async () => {
  const [useful, shell]: [number[], number[]] = [[], []]
  for (let run = 0; run < 5; run += 1) {
    const window = await LabWindow.open({ script: watchPaint })
    try {
      useful.push(await until('the gallery', () => window.page.evaluate<number | undefined>('globalThis.useful')))
      await window.untilShown('host', /host:.*# *$/)
      shell.push(await window.page.evaluate('performance.now()'))
    } finally {
      await window.close()
    }
  }
  results['firstPaint'] = { gallery: summary(useful), prompt: summary(shell) }
  say(`first useful paint after the address is opened: ${JSON.stringify(summary(useful))} ms (aim: below 1500)`)
  say(`prompt of the first shell: ${JSON.stringify(summary(shell))} ms`)
  expect(useful.length).toBe(5)
})

test('panning 300 namespaces', async () => {
  const window = await openStar(300)
  try {
    const pan = (milliseconds: number): Promise<{ rate: number; longest: number }> =>
      window.page.evaluate(async (duration) => {
        const graph = document.querySelector('main .graph') as unknown as {
          _cyreg: { cy: { panBy(by: { x: number; y: number }): void } }
        }
        const { cy } = graph._cyreg
        const frame = (): Promise<number> => new Promise(requestAnimationFrame)
        const started = await frame()
        let [last, longest, count] = [started, 0, 0]
        while (last - started < duration) {
          // To and fro, so that words and boxes come into view and leave it.
          const way = Math.sin((last - started) / 300) * 14
          cy.panBy({ x: way, y: way / 2 })
          const now = await frame()
          longest = Math.max(longest, now - last)
          last = now
          count += 1
        }
        return { rate: (count * 1000) / (last - started), longest }
      }, milliseconds)
    const rates: Record<string, unknown> = {}
    for (const zoom of ['fit', '100%'] as const) {
      if (zoom === '100%') await window.page.getByRole('button', { name: /back to 100%/ }).click()
      // Cytoscape fills its caches.
      await pan(1000)
      const runs = [await pan(2000), await pan(2000), await pan(2000)]
      const rate = summary(runs.map((run) => run.rate))
      rates[zoom] = { framesPerSecond: rate, longestFrameMs: summary(runs.map((run) => run.longest)) }
      say(`panning 300 namespaces, ${zoom}: ${JSON.stringify(rate)} frames/s (aim: above 50)`)
    }
    results['panning'] = rates
  } finally {
    await window.close()
  }
})

test('from the kernel to the screen at 100 namespaces', async () => {
  const window = await openStar(100)
  try {
    const { world, page } = window
    const helper = world.processes().find(({ command }) => /helper\.js/.test(command))
    if (!helper) throw new Error('no helper process')
    const nsenter = ['nsenter', `--target=${helper.pid}`, '--user', '--mount', '--net']
    const ip = async (...words: string[]): Promise<{ from: number; to: number }> => {
      const from = Date.now()
      const child = spawn(nsenter[0] as string, [...nsenter.slice(1), 'ip', ...words], { stdio: 'inherit' })
      const [code] = (await once(child, 'exit')) as [number]
      if (code !== 0) throw new Error(`ip ${words.join(' ')}: ${code}`)
      return { from, to: Date.now() }
    }
    const [fromStart, fromEnd]: [number[], number[]] = [[], []]
    for (let run = 0; run < 30; run += 1) {
      const name = `n${(run * 7) % 100}`
      const seen = page.evaluate(
        (namespace) =>
          new Promise<number>((resolve) => {
            const look = (): void => {
              const there = document.querySelector(`main .face[data-namespace="${namespace}"] .eye.off`) !== null
              if (!there) return void requestAnimationFrame(look)
              // This frame is painted when the next one begins.
              requestAnimationFrame(() => resolve(Date.now()))
            }
            requestAnimationFrame(look)
          }),
        name,
      )
      // The watch is set before the change is made.
      await page.evaluate('new Promise(requestAnimationFrame)')
      const { from, to } = await ip('-n', name, 'link', 'set', 'eth0', 'down')
      const at = await seen
      fromStart.push(at - from)
      fromEnd.push(Math.max(0, at - to))
      await ip('-n', name, 'link', 'set', 'eth0', 'up')
      await page.locator(`main .face[data-namespace="${name}"] .eye.off`).waitFor({ state: 'detached' })
    }
    results['eventToPixel'] = { sinceIpStarted: summary(fromStart), sinceIpEnded: summary(fromEnd) }
    say(
      `from the start of ip to the screen, 100 namespaces: ${JSON.stringify(summary(fromStart))} ms (aim: median below 100)`,
    )
    say(`from its end: ${JSON.stringify(summary(fromEnd))} ms`)
  } finally {
    await window.close()
  }
})

/** Bytes of the flood. A busy machine has no patience for all of it; ratios are the same with less. */
const floodBytes = Number(process.env['VETHLAB_BENCH_MB'] ?? 200) * 1_000_000

/** The same text into a page that is nothing but xterm, with as much under way as a terminal of ours has (seconds). */
async function bareXterm(window: LabWindow): Promise<number> {
  const page = await window.context.newPage()
  try {
    await page.setContent('<div id="screen" style="width: 1100px; height: 300px"></div>')
    const library = new URL('../../../node_modules/@xterm/xterm/', import.meta.url).pathname
    await page.addStyleTag({ path: `${library}css/xterm.css` })
    await page.addScriptTag({ path: `${library}lib/xterm.js` })
    return await page.evaluate(
      async ({ bytes, atOnce }) => {
        interface Bare {
          open(element: Element | null): void
          write(text: string, done: () => void): void
        }
        const { Terminal } = globalThis as unknown as { Terminal: new (options: object) => Bare }
        const terminal = new Terminal({ scrollback: 5000, cols: 150, rows: 15 })
        terminal.open(document.querySelector('#screen'))
        const piece = `${'y'.repeat(99)}\r\n`.repeat(320)
        const started = performance.now()
        let [left, underWay] = [Math.ceil(bytes / 100 / 320), 0]
        await new Promise<void>((resolve) => {
          const more = (): void => {
            for (; left > 0 && underWay < atOnce; left -= 1) {
              underWay += piece.length
              terminal.write(piece, () => {
                underWay -= piece.length
                if (left === 0 && underWay === 0) resolve()
                else more()
              })
            }
          }
          more()
        })
        return (performance.now() - started) / 1000
      },
      { bytes: floodBytes, atOnce: terminalFlow.pauseAbove },
    )
  } finally {
    await page.close()
  }
}

test('a flood in a terminal', async () => {
  const world = await World.ofUser()
  const file = world.file('home/big', Buffer.alloc(floodBytes, `${'y'.repeat(99)}\n`))
  const window = await LabWindow.open({}, world)
  try {
    await window.ready()
    const session = await window.context.newCDPSession(window.page)
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage')
      return (await session.send('Runtime.getHeapUsage')).usedSize / 2 ** 20
    }
    const memory = (): number =>
      world.processes().reduce((sum, { pid }) => {
        try {
          return sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
        } catch {
          return sum
        }
      }, 0)
    const before = { heap: await heap(), memory: memory() }
    await window.focusTerminal('host')
    const started = performance.now()
    await window.page.keyboard.type(`cat ${file}; echo all''through\n`)
    let [longest, most] = [0, 0]
    for (let round = 1; ; round += 1) {
      const asked = performance.now()
      await window.page.evaluate('new Promise(requestAnimationFrame)')
      longest = Math.max(longest, performance.now() - asked)
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (round % 10 > 0) continue
      most = Math.max(most, memory())
      if ((await window.screen('host')).includes('allthrough')) break
      if (performance.now() - started > 240_000) throw new Error('the flood took longer than 240 s')
    }
    const seconds = (performance.now() - started) / 1000
    const bare = await bareXterm(window)
    const flood = {
      megabytes: floodBytes / 1_000_000,
      seconds: rounded(seconds),
      bareXtermSeconds: rounded(bare),
      besideBareXterm: rounded(seconds / bare),
      longestFrameMs: Math.round(longest),
      heapGrowthMiB: Math.round((await heap()) - before.heap),
      programGrowthMiB: Math.round(most - before.memory),
    }
    results['flood'] = flood
    say(`cat of a flood: ${JSON.stringify(flood)}`)
  } finally {
    await window.close()
  }
})
