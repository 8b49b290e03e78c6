/**
 * Debian packages that the emulated machine is to have and this one need not: kept in the user's cache, unpacked there and
 * not installed, as a directory like a root (`VETHLAB_STOCK_LAYER` of machine.mjs). Debian's own package manager gives them.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Some hundred megabytes, from a mirror far away (milliseconds). */
const limitMs = 600_000

const run = (program: string, args: readonly string[], options: { readonly cwd?: string } = {}): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, ...options })

/**
 * @param names packages; what they need and this machine lacks comes along
 */
export function packageLayer(names: readonly string[]): { readonly layer: string } | { readonly reason: string } {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  try {
    // One by one, in the order in which they would be installed: `Inst NAME (VERSION ...)`.
    const plan = run('apt-get', ['--simulate', '--no-install-recommends', 'install', ...names])
    const wanted = [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].map(
      ([, name, version]) => `${name}=${version}`,
    )
    const key = createHash('sha256').update(wanted.join('\n')).digest('hex').slice(0, 16)
    const home = join(cache, 'vethlab', 'stock-packages', key)
    const layer = join(home, 'root')
    const ready = join(home, 'ready')
    if (existsSync(ready)) return { layer }
    rmSync(home, { recursive: true, force: true })
    mkdirSync(layer, { recursive: true })
    if (wanted.length > 0) run('apt-get', ['download', ...wanted], { cwd: home })
    for (const file of readdirSync(home).filter((name) => name.endsWith('.deb'))) {
      run('dpkg', ['-x', join(home, file), layer])
      rmSync(join(home, file))
    }
    mergeUsr(layer)
    writeFileSync(ready, '')
    return { layer }
  } catch (error) {
    const { stderr = '', message = '' } = error as { readonly stderr?: string; readonly message?: string }
    const said = (stderr || message).trim()
    return { reason: `the packages ${names.join(', ')} cannot be had: ${said.split('\n').at(-1)}` }
  }
}

/** A directory in a layer hides a link below it, and /bin, /lib and /sbin are links (Debian's merged /usr). */
function mergeUsr(layer: string): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64'].filter((each) => existsSync(join(layer, each)))) {
    cpSync(join(layer, name), join(layer, 'usr', name), { recursive: true, verbatimSymlinks: true })
    rmSync(join(layer, name), { recursive: true })
  }
}
