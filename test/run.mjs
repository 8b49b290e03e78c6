/**
 * Runs every suite, some at a time, and ends with one line: `N passed, N failed, N skipped`.
 * Static checks count as one test each. At the end stand the tests that were skipped, by their reasons, those that had to be
 * tried again, and last, where whoever reads only the end of a log sees them, those that failed.
 *
 * Usage: node test/run.mjs [SUITE...]   (default: all)
 */
import { availableParallelism } from 'node:os'
import { run, say } from './run/program.mjs'
import { checks, suites } from './run/suites.mjs'
import { isRoot } from './run/user.mjs'
import { runVitest } from './run/vitest.mjs'

/** Tests hold beside other work, so suites need not wait for each other: more than half of their time is waiting. */
const lanes = Math.min(4, availableParallelism() + 2)

const total = { passed: 0, failed: 0, skipped: 0 }
/** Of each suite, what came of its files. */
const outcomes = new Map()
const lists = { 'Passed when tried again': [], Failed: [] }
/** Tests that were skipped, by their reasons. */
const skips = new Map()

async function runCheck(suite, [name, program, args]) {
  const lines = []
  const status = await run(program, args, {}, (line) => lines.push(line))
  total[status === 0 ? 'passed' : 'failed'] += 1
  if (status !== 0) lists.Failed.push(`${suite}: ${name}`, ...lines.slice(0, 12).map((line) => `    ${line}`))
  const verdict = status === 0 ? [`  ok    ${name}`] : [`  FAIL  ${name}`, ...lines]
  for (const line of verdict) say(suite, line)
}

/**
 * A machine shared with others loses a packet, or a second, once in a while. Where nobody stands by, files with a failed test
 * are tried once more, from their beginning and with the machine to themselves: what one test leaves behind is the next one's.
 */
async function tryAgain(suite, found) {
  const failed = [...found].filter(([file, { failed: tests }]) => file !== '' && tests.length > 0)
  if (failed.length === 0) return
  const again = await runVitest(
    suite,
    failed.map(([file]) => file),
  )
  for (const [file, { failed: tests }] of failed) {
    const outcome = again.get(file)
    if (!outcome) continue
    found.set(file, outcome)
    if (outcome.failed.length === 0)
      lists['Passed when tried again'].push(...tests.map((test) => `${suite.name}: ${test}`))
  }
}

const wanted = process.argv.slice(2)
const chosen = (name) => wanted.length === 0 || wanted.includes(name)
const jobs = [
  ...suites
    .filter(({ name, named, asUser }) => chosen(name) && !(named && wanted.length === 0) && (!asUser || isRoot))
    .map((suite) => async () => void outcomes.set(suite, await runVitest(suite))),
  ...Object.entries(checks)
    .filter(([suite]) => chosen(suite))
    .flatMap(([suite, list]) => list.map((check) => () => runCheck(suite, check))),
]
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job()
  }),
)
for (const [suite, found] of outcomes) {
  if (process.env.CI) await tryAgain(suite, found)
  for (const { passed, failed, skipped } of found.values()) {
    total.passed += passed
    total.failed += failed.length
    total.skipped += skipped.length
    lists.Failed.push(...failed.map((test) => `${suite.name}: ${test}`))
    for (const { test, reason } of skipped) skips.set(reason, [...(skips.get(reason) ?? []), `${suite.name}: ${test}`])
  }
}
if (skips.size > 0) process.stdout.write('\nSkipped:\n')
for (const [reason, tests] of skips)
  process.stdout.write(`  ${reason}\n${tests.map((test) => `    ${test}\n`).join('')}`)
for (const [heading, list] of Object.entries(lists))
  if (list.length > 0) process.stdout.write(`\n${heading}:\n${list.map((each) => `  ${each}\n`).join('')}`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed === 0 ? 0 : 1)
