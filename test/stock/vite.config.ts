import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vite'
import node from '../../vite.node.config.js'

/**
 * What runs in the emulated machine, in few files, as reading many is slow there; with programs of its own beside it, as
 * other suites run those in `dist/node/` meanwhile.
 */
export default mergeConfig(node, {
  build: {
    outDir: 'dist/stock',
    emptyOutDir: true,
    sourcemap: false,
    rolldownOptions: {
      input: Object.fromEntries(
        ['brief', 'inherited', 'rungs', 'engines/engines'].map((name) => [
          `stock-${basename(name)}`,
          fileURLToPath(new URL(`${name}.ts`, import.meta.url)),
        ]),
      ),
    },
  },
})
