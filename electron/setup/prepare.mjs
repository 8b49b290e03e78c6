/**
 * Makes a fresh checkout ready: system tools, dependencies, build. Runs before anything is installed, so it is plain
 * JavaScript and uses Node alone. What is there already is left alone; a machine that needs nothing waits for nothing.
 *
 * Usage: node electron/setup/prepare.mjs start|test
 * Ends with 3 where this machine lacks something that only its owner can install; the one command is printed.
 */
import { spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runStep } from './long-step.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Program -> Debian package. */
const toolsToStart = {
  ip: 'iproute2',
  bridge: 'iproute2',
  tc: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  nsenter: 'util-linux',
  sysctl: 'procps',
  ping: 'iputils-ping',
  newuidmap: 'uidmap',
  // The pseudo-terminal module is compiled on installation.
  make: 'make',
  'g++': 'g++',
  python3: 'python3',
}
const toolsToTest = {
  ...toolsToStart,
  tcpdump: 'tcpdump',
  conntrack: 'conntrack',
  dnsmasq: 'dnsmasq-base',
  udhcpc: 'udhcpc',
  dhcpcd: 'dhcpcd-base',
  ifconfig: 'net-tools',
  traceroute: 'traceroute',
  nc: 'netcat-openbsd',
  shellcheck: 'shellcheck',
  tshark: 'tshark',
  useradd: 'passwd',
  git: 'git',
  chromium: 'chromium',
  slirp4netns: 'slirp4netns',
  'desktop-file-validate': 'desktop-file-utils',
  'update-mime-database': 'shared-mime-info',
  xmllint: 'libxml2-utils',
  pkexec: 'pkexec',
  'dbus-daemon': 'dbus',
  'dbus-send': 'dbus',
  // For the machine with a stock kernel (test/stock/).
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  cpio: 'cpio',
  depmod: 'kmod',
}

const say = (text) => process.stderr.write(`vethlab: ${text}\n`)

function giveUp(text) {
  say(text)
  process.exit(3)
}

const run = (step, program, args, env = {}) =>
  runStep(step, program, args, { cwd: root, env: { ...process.env, ...env } })

const maySudo = () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0

const has = (program) =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    giveUp(`Node.js ${process.versions.node} is too old; version 20.19 or newer is needed.`)
  if (process.platform !== 'linux')
    giveUp('Vethlab builds networks in a Linux kernel; this machine runs something else.')
}

async function installTools(tools) {
  const packages = [...new Set(Object.entries(tools).flatMap(([program, holder]) => (has(program) ? [] : [holder])))]
  if (packages.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!has('apt-get'))
    giveUp(`These packages are missing (Debian names): ${packages.join(' ')}. Install them and start again.`)
  const prefix = process.getuid?.() === 0 ? [] : maySudo() ? ['sudo', '-n'] : null
  if (prefix === null) giveUp(`Some system tools are missing. Install them with:\n\n  sudo ${command}\n`)
  const takes = 'a minute or two, once'
  const lists = { doing: 'reading the lists of packages', takes, done: 'the lists of packages are read' }
  const names = packages.join(' ')
  const install = { doing: `installing system tools: ${names}`, takes, done: 'the system tools are installed' }
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  const [program, ...first] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  await run(lists, program, [...first, '-qq', 'update'], quiet)
  const status = await run(
    install,
    program,
    [...first, '-qq', 'install', '-y', '--no-install-recommends', ...packages],
    quiet,
  )
  if (status !== 0) giveUp(`The packages could not be installed. Try yourself:\n\n  sudo ${command}\n`)
}

/** Null where there is no such file. */
const lockedIn = (file) => {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages ?? {}
  } catch {
    return null
  }
}

/** npm notes in node_modules what it has put there. Times would lie: they are those of the checkout and of a copy. */
function areInstalled() {
  const installed = lockedIn('node_modules/.package-lock.json')
  if (installed === null) return false
  const { '': _, ...wanted } = lockedIn('package-lock.json') ?? {}
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => (optional && !installed[path]) || installed[path]?.version === version,
  )
}

/** Distributions install Node's headers beside it: what is compiled on installation needs no download then. */
function ownHeaders() {
  const prefix = join(dirname(process.execPath), '..')
  try {
    const header = readFileSync(join(prefix, 'include/node/node_version.h'), 'utf8')
    const [major, minor] = ['MAJOR', 'MINOR'].map((part) => header.match(`NODE_${part}_VERSION (\\d+)`)?.[1])
    return process.versions.node.startsWith(`${major}.${minor}.`) ? { npm_config_nodedir: prefix } : {}
  } catch {
    return {}
  }
}

async function installDependencies() {
  if (areInstalled()) return
  const step = {
    ...{ doing: 'installing dependencies', takes: 'a minute or two, once' },
    done: 'the dependencies are installed',
  }
  const headers = process.env.npm_config_nodedir === undefined ? ownHeaders() : {}
  const status = await run(step, 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], headers)
  if (status !== 0)
    giveUp(
      'npm ci failed; its reason is above. It needs the npm registry, and where this machine has no headers of Node ' +
        `${process.versions.node} (package libnode-dev, nodejs-dev or nodejs), nodejs.org for node-pty, which is compiled here.`,
    )
}

/** Everything the build reads, as one fingerprint. Times would lie after a checkout of another branch. */
function fingerprint() {
  const hash = createHash('sha256')
  const walk = (path) => {
    const stat = statSync(join(root, path))
    if (stat.isDirectory()) {
      for (const entry of readdirSync(join(root, path)).sort()) walk(join(path, entry))
    } else
      hash
        .update(path)
        .update('\0')
        .update(readFileSync(join(root, path)))
  }
  for (const path of [
    'electron',
    'renderer',
    'package-lock.json',
    'vite.node.config.ts',
    'vite.preload.config.ts',
    'vite.config.ts',
    'vite.film.ts',
  ]) {
    if (existsSync(join(root, path))) walk(path)
  }
  return hash.digest('hex')
}

async function build() {
  const stamp = join(root, 'dist/.built-from')
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const step = { doing: 'building', takes: 'about a minute, once after each change', done: 'built' }
  if ((await run(step, 'npm', ['run', '--silent', 'build'])) !== 0) giveUp('The build failed; its reason is above.')
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stamp, wanted)
}

const purpose = process.argv[2] === 'test' ? 'test' : 'start'
checkNode()
await installTools(purpose === 'test' ? toolsToTest : toolsToStart)
await installDependencies()
await build()
