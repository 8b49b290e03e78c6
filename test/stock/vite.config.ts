import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vite'
import node from '../../vite.node.config.js'

/** What runs in the emulated machine, in one file beside the programs: reading many files is slow there. */
export default mergeConfig(node, {
  build: {
    emptyOutDir: false,
    sourcemap: false,
    rolldownOptions: {
      input: { 'stock-inherited': fileURLToPath(new URL('inherited.ts', import.meta.url)) },
    },
  },
})
