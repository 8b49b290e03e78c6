/**
 * `npm run fuzz:truth -- [--seed N] [--labs N] [--lanes N]`: labs by chance against an independent builder and judge.
 * `npm run fuzz:predict -- ...`: predictions against films, in the starter labs and in labs by chance.
 * `npm run fuzz:class -- ...`: variants by seed, each proved in a kernel, and a class of submissions graded.
 * `npm run fuzz:editor -- [--seed N] [--labs N]`: gestures by chance in the window, a lab drawn and taken back for each seed.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const number = { type: 'string' }
const { values, positionals } = parseArgs({
  options: { seed: number, labs: number, lanes: number },
  allowPositionals: true,
})
const [what = 'truth'] = positionals
const project = { predict: 'predictions', class: 'class', editor: 'fuzz-editor' }[what] ?? 'fuzz'
const wanted = { seed: '1', labs: what === 'editor' ? '20' : '1000', lanes: '2', ...values }
for (const [name, value] of Object.entries(wanted)) {
  if (/^[1-9][0-9]{0,8}$/.test(value)) continue
  process.stderr.write(`--${name} takes a number from 1, not "${value}".\n`)
  process.exit(2)
}
const env = {
  ...process.env,
  VETHLAB_FUZZ_SEED: wanted.seed,
  VETHLAB_FUZZ_LABS: wanted.labs,
  VETHLAB_FUZZ_LANES: wanted.lanes,
}
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--configLoader=runner', `--project=${project}`],
  { cwd: root, stdio: 'inherit', env },
)
process.exit(status ?? 1)
