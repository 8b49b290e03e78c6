import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { filmPage } from './vite.film.js'

const entry = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Modules with machine code, or that only exist inside Electron, stay what they are; all else is bundled. */
const external = [/^node:/, ...builtinModules, 'koffi', 'node-pty', 'electron']

/** Everything that runs on Node: one file per process or thread, in `dist/node/`. */
export default defineConfig({
  plugins: [filmPage()],
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/node',
    emptyOutDir: true,
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        cli: entry('electron/cli/main.ts'),
        helper: entry('electron/helper/main.ts'),
        main: entry('electron/main/main.ts'),
        keeper: entry('electron/session/running/keeper.ts'),
        'kernel-worker': entry('electron/helper/kernel/worker.ts'),
        'namespace-maker': entry('electron/helper/kernel/spares/maker.ts'),
      },
      external,
      checks: { pluginTimings: false },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true, external: ['koffi', 'node-pty', 'electron'] },
})
