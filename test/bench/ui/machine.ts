/** What the numbers were measured on, and what they are in one word. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, release } from 'node:os'
import { chromiumFile } from '../../support/chromium.js'

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

export const rounded = (value: number): number => Math.round(value * 10) / 10

export const summary = (values: readonly number[]) => ({
  median: rounded(median(values)),
  least: rounded(Math.min(...values)),
  most: rounded(Math.max(...values)),
  samples: values.length,
})

export const machine = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  linux: release(),
  arch: arch(),
  browser: execFileSync(chromiumFile ?? 'chromium', ['--version'], { encoding: 'utf8' }).trim(),
  rendering: 'software, headless, 1440x900',
  /** Other work on the machine when the measurement began. */
  load: rounded(loadavg()[0] ?? 0),
})

/** Into the file of `--out`, beside what another bench of the same run has put there. */
export function write(results: Readonly<Record<string, unknown>>): void {
  const out = process.env['VETHLAB_BENCH_OUT']
  if (out === undefined) return
  const before = existsSync(out) ? (JSON.parse(readFileSync(out, 'utf8')) as object) : {}
  writeFileSync(out, `${JSON.stringify({ ...before, ...results }, null, 2)}\n`)
}
