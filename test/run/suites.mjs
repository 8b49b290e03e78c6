/** What a run consists of: suites of vitest, and static checks, which count as one test each. */
import { join } from 'node:path'
import { root } from './root.mjs'
import { isRoot } from './user.mjs'

const bin = (name) => join(root, 'node_modules/.bin', name)

export const checks = {
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
        ...['dhcpcd.sh', 'jail.sh', 'lease.sh', 'no-op', 'prepare.sh', 'sudo'].map(
          (name) => `resources/script/${name}`,
        ),
        'resources/shell/bashrc',
        'resources/linux/vethlab',
        'resources/linux/elevate',
        ...['after-install', 'after-remove', 'allow-checkout', 'before-remove'].map(
          (name) => `resources/linux/${name}.sh`,
        ),
        'test/fixtures/frames/record.sh',
        'test/stock/init.sh',
        'test/stock/engines/setup.sh',
        '.ci/run',
      ],
    ],
  ],
}
/**
 * Suites of vitest. `engine` is the same for everybody: root runs it as root and as a user; what the labs are like hangs on
 * nobody, so root runs them as a user alone. The longest come first.
 */
export const suites = [
  { name: 'kernel', project: 'kernel' },
  { name: 'browser', project: 'browser' },
  { name: 'elevated', project: 'elevated' },
  { name: 'trace', project: 'trace' },
  { name: 'desktop', project: 'desktop' },
  { name: 'labs', project: 'labs', asUser: isRoot },
  { name: 'engine', project: 'engine' },
  { name: 'engine-as-user', project: 'engine', asUser: true },
  { name: 'core', project: 'core' },
  { name: 'packages', project: 'packages' },
  // Some labs by chance; `npm run fuzz:truth` goes on with others.
  { name: 'fuzz', project: 'fuzz' },
  { name: 'stock-brief', project: 'stock-brief' },
  // Takes most of an hour of emulated machines: only when it is named (`npm run test:stock`).
  { name: 'stock', project: 'stock', named: true },
]
