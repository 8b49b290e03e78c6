/**
 * Runs every suite, one after the other, and ends with one line: `N passed, N failed, N skipped`.
 * Static checks count as one test each. Skipped tests are listed with their reasons.
 *
 * Usage: node test/run.mjs [SUITE...]   (default: all)
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)

const checks = {
  types: [
    ['core is pure and type-correct', bin('tsc'), ['-p', 'tsconfig.core.json']],
    ['everything on Node is type-correct', bin('tsc'), ['-p', 'tsconfig.json']],
  ],
  lint: [
    ['ESLint finds nothing', bin('eslint'), ['.']],
    ['Prettier would change nothing', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
    ['imports follow the architecture', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'electron', 'test']],
    ['shell scripts are clean', 'shellcheck', ['resources/sandbox-init.sh', '.ci/run']],
  ],
}
const vitestSuites = ['core', 'kernel']

const total = { passed: 0, failed: 0, skipped: 0 }
const reasons = []

function runCheck([name, program, args]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  if (status === 0) {
    total.passed += 1
    process.stdout.write(`  ok    ${name}\n`)
  } else {
    total.failed += 1
    process.stdout.write(`  FAIL  ${name}\n${stdout}${stderr}\n`)
  }
}

function runVitest(project) {
  const directory = mkdtempSync(join(tmpdir(), 'vethlab-tests-'))
  const report = join(directory, 'report.json')
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(bin('vitest'), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  let counted = 0
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
    for (const file of testResults) {
      if (file.assertionResults.length === 0 && file.status === 'failed') total.failed += 1
      for (const { status: outcome, fullName, meta } of file.assertionResults) {
        counted += 1
        if (outcome === 'passed') total.passed += 1
        else if (outcome === 'failed') total.failed += 1
        else {
          total.skipped += 1
          reasons.push(`${fullName}${meta?.reason ? `: ${meta.reason}` : ''}`)
        }
      }
    }
  } catch (error) {
    process.stdout.write(`  FAIL  no report of the ${project} suite: ${error.message}\n`)
  }
  // A suite that counts nothing, or fails without a failed test, must not pass for a green one.
  if (counted === 0 || (status !== 0 && total.failed === 0)) total.failed += 1
  rmSync(directory, { recursive: true, force: true })
}

const wanted = process.argv.slice(2)
const chosen = (name) => wanted.length === 0 || wanted.includes(name)
for (const [suite, list] of Object.entries(checks)) {
  if (!chosen(suite)) continue
  process.stdout.write(`\n${suite}\n`)
  for (const check of list) runCheck(check)
}
for (const suite of vitestSuites) {
  if (!chosen(suite)) continue
  process.stdout.write(`\n${suite}\n`)
  runVitest(suite)
}
if (reasons.length > 0) process.stdout.write(`\nSkipped:\n${reasons.map((reason) => `  ${reason}\n`).join('')}`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed === 0 ? 0 : 1)
