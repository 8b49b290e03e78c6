/**
 * Measures the window: its first paint, panning, how long a change in the kernel takes to be seen, and a gesture of the
 * editor until the kernel has it and it is drawn. Prints medians; `--out FILE` writes JSON. VETHLAB_BENCH_SIZES are the
 * namespaces of the labs that are drawn in (10,100,1000).
 *
 * Usage: npm run bench:ui [-- --out FILE]
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const at = process.argv.indexOf('--out')
const out = at < 0 ? undefined : process.argv[at + 1]
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project=bench-ui', '--reporter=dot', '--silent=false'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(out === undefined ? {} : { VETHLAB_BENCH_OUT: resolve(out) }) },
  },
)
process.exit(status ?? 1)
