import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vite'
import node from '../../vite.node.config.js'

/** What runs in the emulated machine, in few files beside the programs: reading many files is slow there. */
export default mergeConfig(node, {
  build: {
    emptyOutDir: false,
    sourcemap: false,
    rolldownOptions: {
      input: Object.fromEntries(
        ['brief', 'inherited', 'rungs'].map((name) => [
          `stock-${name}`,
          fileURLToPath(new URL(`${name}.ts`, import.meta.url)),
        ]),
      ),
    },
  },
})
