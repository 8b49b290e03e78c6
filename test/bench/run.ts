/**
 * Measures how fast labs are built, side by side in one run, because machines differ and drift: Vethlab, the same
 * commands as a script and as the tutorials write them, Mininet, and C that does nothing else. Then how soon a change and a film are seen, and what
 * capturing costs. Prints medians and ratios; `--out FILE` writes JSON.
 *
 * Usage: npm run bench [-- --quick] [-- --out FILE] [-- --only build|watch|trace]
 */
import { writeFileSync } from 'node:fs'
import { arch, cpus, release } from 'node:os'
import { compileFloor, floor, mininet, mininetMissing, script, tutorial, vethlab } from './stages.js'
import type { Shape } from './topology.js'
import { captureCost, filmTimes } from './trace.js'
import { watchLatency } from './watch.js'

/** Runs per size; the script at 500 nodes takes half a minute each time. */
const plan: readonly { readonly count: number; readonly runs: number; readonly slowRuns: number }[] = [
  { count: 10, runs: 7, slowRuns: 3 },
  { count: 100, runs: 7, slowRuns: 2 },
  { count: 500, runs: 3, slowRuns: 1 },
]
const quickPlan = [
  { count: 10, runs: 3, slowRuns: 1 },
  { count: 100, runs: 3, slowRuns: 1 },
]
const largest = { count: 1000, runs: 2 }

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
/** The kernel goes on freeing what the run before left; that is not the next run's time. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400))

async function repeat<T>(runs: number, once: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let run = 0; run < runs; run += 1) {
    results.push(await once())
    await settle()
  }
  return results
}

interface Row {
  readonly shape: Shape
  readonly count: number
  readonly builder: string
  readonly upMs: number
  readonly downMs: number | null
  readonly goneMs: number | null
  readonly runs: number
}

const quick = process.argv.includes('--quick')
const optionOf = (name: string): string | null => {
  const at = process.argv.indexOf(name)
  return at < 0 ? null : (process.argv[at + 1] ?? null)
}
const out = optionOf('--out')
const only = optionOf('--only')
const measures = (part: 'build' | 'watch' | 'trace'): boolean => only === null || only === part
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const rows: Row[] = []
const noMininet = mininetMissing()
const compiled = measures('build') ? compileFloor() : null
say(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Linux ${release()}, ${arch()}`)
if (noMininet && measures('build')) say(`Mininet is left out: ${noMininet}`)
if (!compiled && measures('build')) say('The C floor is left out: no C compiler')

async function measure(shape: Shape, count: number, runs: number, slowRuns: number): Promise<void> {
  const add = (builder: string, built: readonly { upMs: number; downMs: number | null; goneMs?: number }[]): void => {
    const downs = built.flatMap(({ downMs }) => (downMs === null ? [] : [downMs]))
    const gones = built.flatMap(({ goneMs }) => (goneMs === undefined ? [] : [goneMs]))
    const row: Row = {
      shape,
      count,
      builder,
      upMs: median(built.map(({ upMs }) => upMs)),
      downMs: downs.length > 0 ? median(downs) : null,
      goneMs: gones.length > 0 ? median(gones) : null,
      runs: built.length,
    }
    rows.push(row)
    say(
      `${shape.padEnd(5)}${String(count).padStart(5)}  ${builder.padEnd(9)}${row.upMs.toFixed(1).padStart(10)} ms` +
        (row.downMs === null ? '' : `   teardown call ${row.downMs.toFixed(1)} ms`) +
        (row.goneMs === null ? '' : `, all gone ${row.goneMs.toFixed(0)} ms`),
    )
  }
  add('vethlab', await repeat(runs, () => vethlab(shape, count)))
  if (compiled) add('C floor', await repeat(runs, () => floor(compiled.program, shape, count)))
  if (slowRuns > 0) {
    if (!noMininet) add('mininet', await repeat(slowRuns, () => mininet(shape, count)))
    add('script', await repeat(slowRuns, () => script(shape, count)))
    add('tutorial', await repeat(slowRuns, () => tutorial(shape, count)))
  }
}

try {
  for (const shape of measures('build') ? (['star', 'line'] as const) : []) {
    for (const { count, runs, slowRuns } of quick ? quickPlan : plan) await measure(shape, count, runs, slowRuns)
    if (!quick) await measure(shape, largest.count, largest.runs, 0)
  }
} finally {
  compiled?.remove()
}

const time = (shape: Shape, count: number, builder: string): number =>
  rows.find((row) => row.shape === shape && row.count === count && row.builder === builder)?.upMs ?? Number.NaN

interface Ratio {
  readonly name: string
  readonly value: number
  readonly atLeast?: number
  readonly atMost?: number
}

/** What the design asks for, and what this run reached. */
const ratios = (['star', 'line'] as const).flatMap((shape): Ratio[] => [
  {
    name: `${shape} 100: Mininet / Vethlab`,
    value: time(shape, 100, 'mininet') / time(shape, 100, 'vethlab'),
    atLeast: 15,
  },
  {
    name: `${shape} 100: tutorial / Vethlab`,
    value: time(shape, 100, 'tutorial') / time(shape, 100, 'vethlab'),
    atLeast: 25,
  },
  // How fast programs start differs between machines far more than how fast the kernel builds networks.
  {
    name: `${shape} 100: tutorial / C floor`,
    value: time(shape, 100, 'tutorial') / time(shape, 100, 'C floor'),
  },
  {
    name: `${shape} 100: script / Vethlab`,
    value: time(shape, 100, 'script') / time(shape, 100, 'vethlab'),
  },
  {
    name: `${shape} 100: Vethlab / C floor`,
    value: time(shape, 100, 'vethlab') / time(shape, 100, 'C floor'),
    atMost: 2,
  },
  {
    name: `${shape}: t(1000) / t(100)`,
    value: time(shape, 1000, 'vethlab') / time(shape, 100, 'vethlab'),
    atMost: shape === 'star' ? 20 : 14,
  },
])
if (rows.length > 0) say('')
for (const { name, value, ...wanted } of ratios) {
  if (Number.isNaN(value)) continue
  const { atLeast = null, atMost = null } = wanted
  const reached = (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost)
  const bound = atLeast !== null ? `at least ${atLeast}` : atMost !== null ? `at most ${atMost}` : null
  say(
    `${name.padEnd(32)}${value.toFixed(2).padStart(8)}   ${bound === null ? 'for comparison' : `${bound}   ${reached ? 'reached' : 'MISSED'}`}`,
  )
}

const watch = measures('watch') ? await watchLatency(quick ? 20 : 100) : null
if (watch) say('')
for (const { kind, medianMs, worstMs, samples } of watch?.latencies ?? [])
  say(
    `${`change by ${kind}`.padEnd(22)} seen after ${medianMs.toFixed(1).padStart(6)} ms (median of ${samples}; worst ${worstMs.toFixed(1)}) at ${watch?.namespaces} namespaces`,
  )

/** From the reply to the complete film. */
const filmLimitMs = 50
const films = measures('trace') ? await filmTimes() : []
const cost = measures('trace') ? await captureCost() : null
if (cost) {
  say('')
  for (const { lab, hops, medianMs, worstMs, wholeMs, samples } of films)
    say(
      `${`film of ${hops} hops, ${lab}`.padEnd(36)} complete ${medianMs.toFixed(1).padStart(6)} ms after the reply (median of ${samples}; worst ${worstMs.toFixed(1)})   at most ${filmLimitMs}   ${medianMs <= filmLimitMs ? 'reached' : 'MISSED'}; from request to film ${wholeMs.toFixed(1)} ms`,
    )
  const { echoes, received, namespaces, frames, expected, dropped, floodMs, cpuMs, plainRttUs, capturedRttUs } = cost
  say(
    `flood of ${echoes} echoes (${received} answered) over ${namespaces - 2} routers: ${frames} of ${expected} frames captured in ${namespaces} namespaces, ${dropped} dropped   none   ${dropped === 0 && frames >= expected ? 'reached' : 'MISSED'}; ${floodMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of processor time`,
  )
  say(
    `round trip over ${namespaces - 2} routers: ${plainRttUs.toFixed(0)} µs plain, ${capturedRttUs.toFixed(0)} µs while captured, ${(capturedRttUs / plainRttUs).toFixed(2)} times`,
  )
}

if (out) {
  writeFileSync(
    out,
    `${JSON.stringify({ kernel: release(), cores: cpus().length, rows, ratios, watch, films, cost }, null, 2)}\n`,
  )
  say(`\nwritten to ${out}`)
}
