/**
 * Runs inside network, mount and process namespaces of its own: a line of twenty routers, the kernel worker, plain ping.
 * Prints one JSON document; see `CaptureCost`.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { normalise } from '../../electron/core/lab/normalise.js'
import { diff } from '../../electron/core/plan/diff.js'
import { emptyLive } from '../../electron/core/plan/empty.js'
import type { KernelStep } from '../../electron/core/plan/step.js'
import { startKernelWorker } from '../../electron/helper/kernel/client.js'
import { lineOf20, type CaptureCost } from './trace.js'

const exec = promisify(execFile)
const echoes = 3000
/** Echoes of one round trip measurement, and how often both are measured in turns. */
const roundEchoes = 200
const rounds = 5
/** As the live film takes frames over (ms). */
const takeMs = 20
/** What may wait between two of those, on a machine that has other work. */
const maxFrames = 200_000

const worker = startKernelWorker()
await worker.request('open', { netnsDirectory: '/run/netns', watchedSysctls: [] })
const steps = diff(normalise(lineOf20.lab), emptyLive(), { former: null }).map(({ step }) => step as KernelStep)
const built = await worker.request('run', { steps, progress: false })
if (built.error) throw new Error(built.error.message)

async function ping(...options: readonly string[]): Promise<string> {
  const { stdout } = await exec('nsenter', [
    `--net=/run/netns/${lineOf20.from}`,
    '--',
    'ping',
    '-n',
    '-q',
    ...options,
    lineOf20.to,
  ])
  return stdout
}

async function roundTripUs(): Promise<number> {
  const average = /= [\d.]+\/([\d.]+)\//.exec(await ping('-c', String(roundEchoes), '-i', '0.002'))?.[1]
  return Number(average) * 1000
}

async function captured<T>(work: () => Promise<T>): Promise<{ result: T; frames: number; dropped: number }> {
  const { capture } = await worker.request('capture-start', { maxFrames })
  let frames = 0
  let dropped = 0
  let going = true
  const count = (taken: { frames: readonly unknown[]; dropped: number; beyond: number }): void => {
    frames += taken.frames.length
    dropped += taken.dropped + taken.beyond
  }
  const taking = (async () => {
    while (going) {
      count(await worker.request('capture-take', { capture }))
      await new Promise((resolve) => setTimeout(resolve, takeMs))
    }
  })()
  const result = await work()
  going = false
  await taking
  count(await worker.request('capture-stop', { capture }))
  return { result, frames, dropped }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

// Neighbours are found before anything is measured.
await ping('-c', '3', '-i', '0.2')
const plain: number[] = []
const with_: number[] = []
for (let round = 0; round < rounds; round += 1) {
  plain.push(await roundTripUs())
  with_.push((await captured(roundTripUs)).result)
}
const before = process.cpuUsage()
const begin = performance.now()
const flood = await captured(() => ping('-f', '-c', String(echoes)))
const floodMs = performance.now() - begin
const cpu = process.cpuUsage(before)
const received = Number(/(\d+) received/.exec(flood.result)?.[1])
const cables = lineOf20.namespaces - 1
const cost: CaptureCost = {
  echoes,
  received,
  namespaces: lineOf20.namespaces,
  frames: flood.frames,
  expected: (echoes + received) * cables * 2,
  dropped: flood.dropped,
  floodMs,
  cpuMs: (cpu.user + cpu.system) / 1000,
  plainRttUs: median(plain),
  capturedRttUs: median(with_),
}
process.stdout.write(`${JSON.stringify(cost)}\n`)
await worker.close()
