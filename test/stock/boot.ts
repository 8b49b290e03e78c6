/** Boots the emulated machine for one bundled program, and takes what it has written. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, root } from '../kernel/support/build.js'
import { packageLayer } from './packages.js'

/** Exit status of machine.mjs where it has no machine to start. */
const cannotRun = 125

export interface Boot {
  /** Debian's packages that the machine has besides those of this one. */
  readonly packages?: readonly string[]
  /** Longest that it may run. */
  readonly seconds?: number
}

export async function boot<T>(
  program: string,
  { packages = [], seconds }: Boot = {},
): Promise<{ readonly seen: T } | { readonly reason: string }> {
  const given = packages.length === 0 ? { layer: undefined } : packageLayer(packages)
  if ('reason' in given) return given
  await build()
  const vite = join(root, 'node_modules/.bin/vite')
  const bundled = spawnSync(vite, ['build', '-c', 'test/stock/vite.config.ts', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (bundled.status !== 0) throw new Error(`${bundled.stdout}${bundled.stderr}`)
  const job = mkdtempSync(join(tmpdir(), 'vethlab-stock-'))
  try {
    const words = [`dist/stock/${program}.js`, '/job/seen.json', 'resources/labs']
    const env = {
      ...process.env,
      ...(given.layer === undefined ? {} : { VETHLAB_STOCK_LAYER: given.layer }),
      ...(seconds === undefined ? {} : { VETHLAB_STOCK_SECONDS: String(seconds) }),
    }
    const machine = spawn(process.execPath, ['test/stock/machine.mjs', job, process.execPath, ...words], {
      cwd: root,
      env,
    })
    const said: string[] = []
    for (const stream of [machine.stdout, machine.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const status = await new Promise<number | null>((resolve) => machine.once('close', resolve))
    if (status === cannotRun) return { reason: said.join('').trim() }
    if (status !== 0) throw new Error(`it ended with ${status}:\n${said.join('')}`)
    return { seen: JSON.parse(readFileSync(join(job, 'seen.json'), 'utf8')) as T }
  } finally {
    rmSync(job, { recursive: true, force: true })
  }
}
