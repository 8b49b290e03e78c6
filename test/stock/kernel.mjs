/**
 * Debian's stock kernel and what starts it, kept in the user's cache. Debian's own package manager gives the package, which
 * is unpacked there and not installed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** Program -> Debian package. */
const tools = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  cpio: 'cpio',
  depmod: 'kmod',
  modprobe: 'kmod',
  dpkg: 'dpkg',
  'apt-get': 'apt',
}
/** Names the newest stock kernel. */
const metaPackage = 'linux-image-amd64'
/** What the first process needs to reach the files: a shared directory, a layer over it, a console. */
const firstModules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_console']
const limitMs = 180_000

const path = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']
const find = (program) => path.map((directory) => join(directory, program)).find((file) => existsSync(file))
const run = (program, args, options = {}) =>
  execFileSync(find(program) ?? program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    ...options,
  })

/** @returns {{ kernel: string, initrd: string, modules: string } | { reason: string }} */
export function stockKernel() {
  const missing = [...new Set(Object.entries(tools).flatMap(([name, holder]) => (find(name) ? [] : [holder])))]
  if (missing.length > 0) return { reason: `the packages ${missing.join(', ')} are not installed` }
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const home = join(cache, 'vethlab', 'stock-kernel')
  const parts = () => {
    const boot = join(home, 'package', 'boot')
    const kernel = readdirSync(boot).find((name) => name.startsWith('vmlinuz-'))
    return {
      kernel: join(boot, kernel),
      initrd: join(home, 'initrd.gz'),
      modules: join(home, 'package', 'lib', 'modules'),
    }
  }
  // Made anew where this file's own parts have changed.
  const stamp = readFileSync(fileURLToPath(new URL('init.sh', import.meta.url)), 'utf8')
  const ready = join(home, 'ready')
  if (existsSync(ready) && readFileSync(ready, 'utf8') === stamp) return parts()
  try {
    if (!existsSync(join(home, 'package', 'boot'))) fetchPackage(home)
    makeInitrd(home, parts())
    writeFileSync(ready, stamp)
    return parts()
  } catch (error) {
    return {
      reason: `the stock kernel cannot be had: ${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    }
  }
}

function fetchPackage(home) {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  const said = run('apt-cache', ['depends', metaPackage])
  const image = /Depends: (linux-image-\S+)/.exec(said)?.[1]
  if (!image) throw new Error(`the package lists know no ${metaPackage}`)
  // Without root apt cannot drop its rights for a download, and says so on the way.
  run('apt-get', ['download', image], { cwd: home })
  const file = readdirSync(home).find((name) => name.endsWith('.deb'))
  run('dpkg', ['-x', join(home, file), join(home, 'package')])
  rmSync(join(home, file))
  const [version] = readdirSync(join(home, 'package', 'lib', 'modules'))
  run('depmod', ['-b', join(home, 'package'), version])
}

function makeInitrd(home, { initrd }) {
  const tree = join(home, 'initrd')
  rmSync(tree, { recursive: true, force: true })
  for (const name of ['bin', 'modules', 'proc', 'sys', 'dev', 'lower', 'upper', 'new'])
    mkdirSync(join(tree, name), { recursive: true })
  cpSync(find('busybox'), join(tree, 'bin', 'busybox'))
  copyFileSync(fileURLToPath(new URL('init.sh', import.meta.url)), join(tree, 'init'))
  chmodSync(join(tree, 'init'), 0o755)
  const root = join(home, 'package')
  const [version] = readdirSync(join(root, 'lib', 'modules'))
  const order = new Set()
  for (const name of firstModules) {
    const said = run('modprobe', ['-d', root, '-S', version, '--show-depends', name])
    // In the order in which they need each other.
    for (const [, file] of said.matchAll(/^insmod (\S+)/gm)) {
      if (!order.has(basename(file))) cpSync(file, join(tree, 'modules', basename(file)))
      order.add(basename(file))
    }
  }
  writeFileSync(join(tree, 'modules', 'order'), `${[...order].join('\n')}\n`)
  const names = spawnSync('find', ['.'], { cwd: tree }).stdout
  const archive = execFileSync(find('cpio'), ['-o', '-H', 'newc', '--quiet'], {
    cwd: tree,
    input: names,
    maxBuffer: 256 << 20,
  })
  writeFileSync(initrd, gzipSync(archive, { level: 1 }))
  rmSync(tree, { recursive: true })
}
