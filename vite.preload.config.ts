import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/**
 * The desktop window's preload script: one CommonJS file, because a sandboxed one can load no modules. In a folder of
 * its own, as each build empties the folder it writes to.
 */
export default defineConfig({
  build: {
    ssr: true,
    target: 'chrome140',
    outDir: 'dist/preload',
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      input: { preload: fileURLToPath(new URL('electron/preload/preload.ts', import.meta.url)) },
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
  ssr: { noExternal: true, external: ['electron'] },
})
