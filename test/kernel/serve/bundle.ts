/** `saver.ts` as a program of its own, for a process that a test can kill. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'

let bundle: Promise<string> | null = null
export function bundledSaver(): Promise<string> {
  bundle ??= (async () => {
    const { build } = await import('vite')
    const out = join('/tmp', `vethlab-saver-${process.pid}`)
    await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: join(import.meta.dirname, 'saver.ts'),
        outDir: out,
        emptyOutDir: true,
        rolldownOptions: { output: { format: 'es', entryFileNames: 'saver.mjs' } },
      },
      ssr: { noExternal: true },
    })
    process.once('exit', () => rmSync(out, { recursive: true, force: true }))
    return join(out, 'saver.mjs')
  })()
  return bundle
}
