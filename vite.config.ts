import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { filmPage } from './vite.film.js'

const path = (to: string): string => fileURLToPath(new URL(to, import.meta.url))

/** The window: one page, served by the desktop shell and by the browser shell alike. */
export default defineConfig({
  root: path('renderer'),
  // Relative, because the desktop shell opens the page as a file and the browser shell behind any path.
  base: './',
  plugins: [svelte({ configFile: path('svelte.config.js') }), filmPage()],
  build: {
    outDir: path('dist/renderer'),
    emptyOutDir: true,
    target: 'chrome120',
    sourcemap: true,
    // Fonts stay files: data URLs would need a wider content security policy.
    assetsInlineLimit: 0,
    // One chunk, from this machine's own disk: the terminal, the graph and the schemas are needed at once.
    chunkSizeWarningLimit: 6000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
