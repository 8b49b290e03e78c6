import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vite'
import node from '../../vite.node.config.js'

/** The benchmark beside the programs it measures. */
export default mergeConfig(node, {
  build: {
    emptyOutDir: false,
    sourcemap: false,
    rolldownOptions: {
      input: {
        bench: fileURLToPath(new URL('run.ts', import.meta.url)),
        'bench-capture': fileURLToPath(new URL('capture.ts', import.meta.url)),
      },
    },
  },
})
