/**
 * The page of film files, as a module whose text it is: script and style stand in the page, and its security policy
 * allows these two by their hashes and nothing else. Built once by each build that asks for it.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, type Plugin, type Rolldown } from 'vite'
import { filmPlace } from './electron/core/film/film-file.js'

const path = (to: string): string => fileURLToPath(new URL(to, import.meta.url))
const name = 'virtual:film-page'

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

async function buildPage(): Promise<string> {
  const built = (await build({
    configFile: false,
    root: path('renderer'),
    logLevel: 'warn',
    plugins: [svelte({ configFile: path('svelte.config.js') })],
    build: {
      write: false,
      target: 'chrome120',
      cssCodeSplit: false,
      rolldownOptions: {
        input: path('renderer/film/main.ts'),
        output: { format: 'iife', codeSplitting: false },
        checks: { pluginTimings: false },
      },
    },
  })) as Rolldown.RolldownOutput
  const script = built.output.find(({ type }) => type === 'chunk') as Rolldown.OutputChunk
  const sheet = built.output.find(({ fileName }) => fileName.endsWith('.css')) as Rolldown.OutputAsset
  // What the elements hold must not end them.
  const code = script.code.trim().replaceAll('</script', '<\\/script')
  const style = String(sheet.source).trim()
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(code)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<title>Vethlab</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="app"></div>',
    filmPlace,
    `<script>${code}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

export function filmPage(): Plugin {
  return {
    name: 'film-page',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: async (id) => (id === `\0${name}` ? `export default ${JSON.stringify(await buildPage())}` : null),
  }
}
