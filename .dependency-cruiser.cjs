/** Who may import whom. The text behind it is docs/architecture.md. */
const ours = '^(electron|renderer|test)/'
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: ours, pathNot: [from, ...allowed] },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads to a file or an installed package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    only(
      'core-stands-alone',
      '^electron/core/',
      [],
      'core is shared by every process and by the window: it imports nothing of ours.',
    ),
    {
      name: 'core-is-pure',
      comment: 'core does no I/O.',
      severity: 'error',
      from: { path: '^electron/core/' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'helper-sees-core',
      '^electron/helper/',
      ['^electron/(core|process)/'],
      'The privileged process depends on nothing but core, and on what every process begins with.',
    ),
    only('process-stands-alone', '^electron/process/', []),
    only('session-sees-core', '^electron/session/', ['^electron/core/']),
    only(
      'cli-sees-session-and-core',
      '^electron/cli/',
      ['^electron/(core|process|session)/', '^electron/browser/server\\.ts$'],
      '`serve` starts the browser shell.',
    ),
    only('main-sees-session-and-core', '^electron/main/', ['^electron/(core|session)/']),
    only('browser-sees-session-and-core', '^electron/browser/', ['^electron/(core|session)/']),
    only('preload-stands-alone', '^electron/preload/', []),
    only('renderer-sees-core', '^renderer/', ['^electron/core/']),
    {
      name: 'electron-only-in-its-shell',
      severity: 'error',
      from: { pathNot: '^(electron/(main|preload)|test/desktop)/' },
      to: { path: '^(node_modules/)?electron($|/(index|package))' },
    },
    {
      name: 'programs-start-in-two-places',
      comment: 'child_process only in helper/run.ts and session/; tests and set-up are no part of the product.',
      severity: 'error',
      from: { pathNot: '^(electron/helper/run\\.ts$|electron/session/|electron/setup/|test/|[^/]+$)' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'koffi-only-in-the-kernel-worker',
      severity: 'error',
      from: { pathNot: '^(electron/helper/kernel/|electron/process/|test/)' },
      to: { path: '(^|/)koffi(/|$)' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|release)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default', 'svelte'],
      extensions: ['.ts', '.js', '.mjs', '.svelte', '.json'],
    },
  },
}
