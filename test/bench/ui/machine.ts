/** What the numbers were measured on, and what they are in one word. */
import { execFileSync } from 'node:child_process'
import { arch, cpus, loadavg, release } from 'node:os'
import { chromiumFile } from '../../browser/window/window.js'

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
