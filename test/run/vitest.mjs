/** Runs one suite of vitest, or some of its files, and reads what came of each file. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run, say } from './program.mjs'
import { root } from './root.mjs'
import { becomeUser } from './user.mjs'

/** What a test has seen, without the files and lines that lead through libraries. */
const head = (message) =>
  (message ?? '')
    .split('\n')
    .filter((line) => !line.includes('node_modules') && !line.includes('node:internal'))
    .slice(0, 12)
    .join('\n      ')

/**
 * @param {{ name: string, project: string, asUser?: boolean }} suite
 * @param {readonly string[]} files of the suite, by their names in the checkout; all where there are none
 * @returns what came of each file, by its name, the one of the suite itself being ''
 */
export async function runVitest({ name, project, asUser }, files = []) {
  const found = new Map()
  const user = asUser ? becomeUser() : { prefix: [], cwd: root }
  if (user === null)
    return found.set('', {
      ...nothing(),
      skipped: [{ test: 'all of it', reason: 'No unprivileged account could be made' }],
    })
  say(name, files.length === 0 ? 'begins' : `tries again: ${files.join(' ')}`)
  const directory = mkdtempSync(join(tmpdir(), 'vethlab-tests-'))
  chmodSync(directory, 0o777)
  const report = join(directory, 'report.json')
  const [program, ...args] = [
    ...user.prefix,
    process.execPath,
    join(user.cwd, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--configLoader=runner',
    `--project=${project}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ]
  const environment = asUser ? { ...process.env, HOME: directory, TMPDIR: tmpdir(), XDG_RUNTIME_DIR: '' } : process.env
  const status = await run(program, args, { env: environment }, (line) => say(name, line))
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
    for (const file of testResults) found.set(relative(user.cwd, file.name), outcomeOf(file))
  } catch (error) {
    say(name, `  FAIL  no report of this suite: ${error.message}`)
  }
  rmSync(directory, { recursive: true, force: true })
  // A suite that counts nothing, or fails without a failed test, must not pass for a green one.
  const all = [...found.values()]
  const counted = all.reduce((sum, { passed, failed, skipped }) => sum + passed + failed.length + skipped.length, 0)
  if (counted === 0 || (status !== 0 && all.every(({ failed }) => failed.length === 0)))
    found.set('', { ...nothing(), failed: [`ended with status ${status} after ${counted} tests`] })
  return found
}

const nothing = () => ({ passed: 0, failed: [], skipped: [] })

function outcomeOf({ assertionResults, status, message }) {
  const outcome = nothing()
  // Its set-up has failed.
  if (assertionResults.length === 0 && status === 'failed') outcome.failed.push(head(message))
  for (const { status: came, fullName, meta, failureMessages } of assertionResults)
    if (came === 'passed') outcome.passed += 1
    else if (came === 'failed') outcome.failed.push(`${fullName}: ${head(failureMessages[0])}`)
    else outcome.skipped.push({ test: fullName, reason: meta?.reason ?? 'Set aside in its file' })
  return outcome
}
