/** A check that cannot fail proves nothing: each is shown a planted error and must find it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const run = (cwd: string, program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(`${root}node_modules/.bin/${program}`, args, { cwd, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

test('the type check finds each planted error', () => {
  const { status, output } = run(root, 'tsc', '-p', 'test/fixtures/type-canary/tsconfig.json')
  expect(status).not.toBe(0)
  expect(
    [...output.matchAll(/planted\.ts\((\d+),\d+\): error (TS\d+)/g)].map(([, line, code]) => `${line} ${code}`),
  ).toEqual(['2 TS2322', '3 TS7006', '6 TS2375', '7 TS2322'])
})

test('the check of core finds Node and the browser in it', () => {
  const { status, output } = run(root, 'tsc', '-p', 'test/fixtures/type-canary/tsconfig.core.json')
  expect(status).not.toBe(0)
  expect(output).toMatch(/impure\.ts\(2,\d+\): error TS2591/)
  expect(output).toMatch(/impure\.ts\(3,\d+\): error TS2584/)
  expect(output).toMatch(/planted\.ts\(2,\d+\): error TS2322/)
})

test('the import rule finds what must not be imported', () => {
  const { status, output } = run(
    `${root}test/fixtures/import-canary`,
    'depcruise',
    '--config',
    `${root}.dependency-cruiser.cjs`,
    'electron',
  )
  expect(status).not.toBe(0)
  for (const rule of ['core-is-pure', 'core-stands-alone', 'cli-sees-session-and-core', 'programs-start-in-two-places'])
    expect(output).toContain(`error ${rule}`)
})
