/**
 * Runs every suite, some at a time, and ends with one line: `N passed, N failed, N skipped`.
 * Static checks count as one test each. At the end stand the tests that failed, those that had to be tried again, and those
 * that were skipped with their reasons.
 *
 * Usage: node test/run.mjs [SUITE...]   (default: all)
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)

const checks = {
  types: [
    ['core is pure and type-correct', bin('tsc'), ['-p', 'tsconfig.core.json']],
    ['everything on Node is type-correct', bin('tsc'), ['-p', 'tsconfig.json']],
    ['the window is type-correct', bin('svelte-check'), ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings']],
  ],
  lint: [
    ['ESLint finds nothing', bin('eslint'), ['.']],
    ['Prettier would change nothing', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
    [
      'imports follow the architecture',
      bin('depcruise'),
      ['--config', '.dependency-cruiser.cjs', 'electron', 'renderer', 'test'],
    ],
    [
      'shell scripts are clean',
      'shellcheck',
      [
        'resources/sandbox-init.sh',
        ...['jail.sh', 'no-op', 'prepare.sh', 'sudo'].map((name) => `resources/script/${name}`),
        'resources/shell/bashrc',
        'resources/linux/vethlab',
        'resources/linux/elevate',
        ...['after-install', 'after-remove', 'allow-checkout', 'before-remove'].map(
          (name) => `resources/linux/${name}.sh`,
        ),
        'test/fixtures/frames/record.sh',
        'test/stock/init.sh',
        '.ci/run',
      ],
    ],
  ],
}
/** Suites of vitest. `engine` is the same for everybody: root runs it as root and as a user. The longest come first. */
const suites = [
  { name: 'kernel', project: 'kernel' },
  { name: 'browser', project: 'browser' },
  { name: 'trace', project: 'trace' },
  { name: 'desktop', project: 'desktop' },
  { name: 'engine', project: 'engine' },
  { name: 'engine-as-user', project: 'engine', asUser: true },
  { name: 'core', project: 'core' },
  { name: 'packages', project: 'packages' },
  // Some labs by chance; `npm run fuzz:truth` goes on with others.
  { name: 'fuzz', project: 'fuzz' },
  // Boots an emulated machine, which wants one to itself: only when it is named (`npm run test:stock`).
  { name: 'stock', project: 'stock', named: true },
]

/** Tests hold beside other work, so suites need not wait for each other: more than half of their time is waiting. */
const lanes = Math.min(3, availableParallelism() + 1)

const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []
const reasons = []
const retried = []

const children = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    for (const child of children) child.kill(signal)
    process.kill(process.pid, signal)
  })

/** Runs a program; each line it says is handed on at once. Resolves with its status, null where it was killed. */
function run(program, args, options, online) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    for (const stream of [child.stdout, child.stderr]) {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop()
        lines.forEach(online)
      })
      stream.on('end', () => rest && online(rest))
    }
    child.on('error', (error) => online(error.message))
    child.on('close', (status) => {
      children.delete(child)
      resolve(status)
    })
  })
}

async function runCheck(suite, [name, program, args]) {
  const lines = []
  const status = await run(program, args, {}, (line) => lines.push(line))
  total[status === 0 ? 'passed' : 'failed'] += 1
  if (status !== 0) failures.push(`${suite}: ${name}`)
  const verdict = status === 0 ? [`  ok    ${name}`] : [`  FAIL  ${name}`, ...lines]
  for (const line of verdict) say(suite, line)
}

const say = (suite, line) => process.stdout.write(`${suite.padEnd(14)} ${line}\n`)

const isRoot = process.getuid() === 0
const account = 'vethlab-test'

/** What comes before a program to run it as somebody who is not root, even where a checkout is root's own. */
function becomeUser() {
  const known = () => spawnSync('id', ['-u', account]).status === 0
  if (!known()) spawnSync('useradd', ['--create-home', '--shell', '/bin/bash', account])
  if (!known()) return null
  const prefix = ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--init-groups']
  const readable = spawnSync(prefix[0], [...prefix.slice(1), 'test', '-r', join(root, 'package.json')]).status === 0
  if (readable) return { prefix, cwd: root }
  // A second view of the same files, in a mount namespace of its own that ends with the run.
  const view = 'mount --bind "$0" /mnt && cd /mnt && exec "$@"'
  return { prefix: ['unshare', '--mount', 'sh', '-c', view, root, ...prefix], cwd: '/mnt' }
}

const firstLine = (message) => (message ?? '').split('\n')[0]

async function runVitest({ name, project, asUser }) {
  say(name, 'begins')
  const user = asUser ? becomeUser() : { prefix: [], cwd: root }
  if (user === null) {
    total.skipped += 1
    reasons.push(`${name}: no unprivileged account could be made`)
    return
  }
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
  ]
  const environment = asUser ? { ...process.env, HOME: directory, TMPDIR: tmpdir(), XDG_RUNTIME_DIR: '' } : process.env
  const status = await run(program, args, { env: environment }, (line) => say(name, line))
  let counted = 0
  let failed = 0
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
    for (const file of testResults) {
      if (file.assertionResults.length === 0 && file.status === 'failed') {
        failed += 1
        failures.push(`${name}: ${file.name.replace(`${user.cwd}/`, '')}: ${firstLine(file.message)}`)
      }
      for (const { status: outcome, fullName, meta, failureMessages } of file.assertionResults) {
        counted += 1
        if (outcome === 'passed') {
          total.passed += 1
          if (failureMessages.length > 0) retried.push(`${name}: ${fullName}: ${firstLine(failureMessages[0])}`)
        } else if (outcome === 'failed') {
          failed += 1
          failures.push(`${name}: ${fullName}: ${firstLine(failureMessages[0])}`)
        } else {
          total.skipped += 1
          reasons.push(`${fullName}${meta?.reason ? `: ${meta.reason}` : ''}`)
        }
      }
    }
  } catch (error) {
    say(name, `  FAIL  no report of this suite: ${error.message}`)
  }
  // A suite that counts nothing, or fails without a failed test, must not pass for a green one.
  if (counted === 0 || (status !== 0 && failed === 0)) {
    failed += 1
    failures.push(`${name}: ended with status ${status} after ${counted} tests`)
  }
  total.failed += failed
  rmSync(directory, { recursive: true, force: true })
}

const wanted = process.argv.slice(2)
const chosen = (name) => wanted.length === 0 || wanted.includes(name)
const jobs = [
  ...suites
    .filter(({ name, named, asUser }) => chosen(name) && !(named && wanted.length === 0) && (!asUser || isRoot))
    .map((suite) => () => runVitest(suite)),
  ...Object.entries(checks)
    .filter(([suite]) => chosen(suite))
    .flatMap(([suite, list]) => list.map((check) => () => runCheck(suite, check))),
]
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job()
  }),
)
for (const [heading, list] of [
  ['Failed', failures],
  ['Passed when tried again', retried],
  ['Skipped', reasons],
])
  if (list.length > 0) process.stdout.write(`\n${heading}:\n${list.map((each) => `  ${each}\n`).join('')}`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed === 0 ? 0 : 1)
