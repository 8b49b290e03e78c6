/** `saver.ts` as a program of its own, for a process that a test can kill. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll } from 'vitest'

const directory = join('/tmp', `vethlab-saver-${process.pid}`)
let bundle: Promise<string> | null = null

// Of whichever test file imports this.
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Its path; made once. */
export function bundledSaver(): Promise<string> {
  bundle ??= build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'saver.ts'),
      outDir: directory,
      emptyOutDir: true,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'saver.mjs' } },
    },
    ssr: { noExternal: true },
  }).then(() => join(directory, 'saver.mjs'))
  return bundle
}
