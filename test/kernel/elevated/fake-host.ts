/**
 * A machine for tests of the elevated helper: a network namespace with mounts, processes, /run and /sys of its own, an
 * interface `up0` as its way out, and a neighbour behind it. Nothing in it reaches the machine that the tests run on.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'
import { expect } from 'vitest'
import { lineChannel } from '../../../electron/core/channel.js'
import { maxMessageBytes, type Params, type Results } from '../../../electron/core/rpc.js'
import { connect } from '../../../electron/session/connection.js'
import type { Session } from '../../../electron/session/session.js'
import { atRest } from '../support/at-rest.js'
import { build, root } from '../support/build.js'
import { patienceMs, until } from '../support/until.js'
import { isRoot } from '../support/user.js'

const exec = promisify(execFile)
const helperFile = fileURLToPath(new URL('../../../dist/node/helper.js', import.meta.url))
const dieAtFile = new URL('./die-at.mjs', import.meta.url).href
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** Waits as process 1 of the world; everything goes with it. */
const setUp = `
set -e
mount -t tmpfs -o mode=755 tmpfs /run
: >/run/xtables.lock
mount -t sysfs sysfs /sys
ip link set lo up
ip netns add neighbour
ip link add up0 type veth peer name far0 netns neighbour
ip addr add 198.51.100.2/24 dev up0
ip link set up0 up
ip -n neighbour addr add 198.51.100.1/24 dev far0
ip -n neighbour link set far0 up
ip -n neighbour link set lo up
ip -n neighbour addr add 203.0.113.10/32 dev lo
ip route add default via 198.51.100.1 metric 100
# Addresses must be settled before anything is compared.
sysctl -qw net.ipv6.conf.up0.disable_ipv6=1
: >/run/ready
exec sleep infinity
`

export interface ElevatedHelper {
  readonly session: Session
  /** The helper's own process, numbered as here. */
  readonly pid: number
  /** Resolves when it is gone. */
  readonly gone: Promise<void>
  kill(signal: NodeJS.Signals): void
}

export class FakeHost {
  private constructor(
    private readonly child: ChildProcess,
    private readonly pid: number,
  ) {}

  static async start(): Promise<FakeHost> {
    await build()
    // Who is not root here is root there: of a user namespace around it, which owns all of it.
    const user = isRoot ? [] : ['--user', '--map-root-user']
    const words = [
      ...user,
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--propagation',
      'private',
    ]
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...words, 'sh', '-c', setUp], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: environment,
    })
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
    const pid = await until('the world has a process 1', () => {
      if (child.exitCode !== null) throw new Error(`the world ended: ${stderr}`)
      return firstChild(child.pid as number)
    })
    const host = new FakeHost(child, pid)
    await until('the world is ready', async () => {
      if (child.exitCode !== null) throw new Error(`the world ended: ${stderr}`)
      return host.try('test', '-e', '/run/ready')
    })
    return host
  }

  /** A file of the world, as it is reached from here. */
  path = (file: string): string => `/proc/${this.pid}/root${file}`

  words(...command: readonly string[]): string[] {
    return [
      ...['--target', String(this.pid), ...(isRoot ? [] : ['--user', '--preserve-credentials'])],
      ...['--net', '--mount', '--pid', '--', ...command],
    ]
  }

  /** Runs a program in the world; its output. */
  async run(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await exec('nsenter', this.words(program, ...args), {
      env: environment,
      maxBuffer: 64 * 1024 * 1024,
      timeout: 60_000,
    })
    return stdout
  }

  sh = (script: string): Promise<string> => this.run('sh', '-ec', script)

  async try(program: string, ...args: string[]): Promise<boolean> {
    return this.run(program, ...args).then(
      () => true,
      () => false,
    )
  }

  /** The helper as root starts it, with its channel on descriptor 3. `dieAt`: where it is ended (die-at.mjs). */
  async startHelper(dieAt?: string): Promise<ElevatedHelper> {
    const preload = dieAt === undefined ? [] : ['--import', dieAtFile]
    const child = spawn('nsenter', this.words(process.execPath, ...preload, helperFile, 'elevated'), {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      cwd: root,
      env: { ...environment, UV_THREADPOOL_SIZE: '8', ...(dieAt === undefined ? {} : { DIE_AT: dieAt }) },
    })
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const socket = child.stdio[3] as Socket
    socket.on('error', () => {})
    const channel = lineChannel(socket, maxMessageBytes)
    const session = await connect(channel, {
      limit: patienceMs,
      anchorPid: () => null,
      lastWords: () => stderr,
      async end() {
        channel.end()
        await gone
        if (stderr !== '') throw new Error(`the helper said: ${stderr}`)
      },
      gone,
    })
    if (session === null) throw new Error(`the helper did not answer: ${stderr}`)
    const pid = firstChild(child.pid as number)
    if (pid === null) throw new Error('nsenter has no child')
    return {
      session,
      pid,
      gone,
      kill(signal) {
        process.kill(pid, signal)
        // nsenter(1) stops with the program that it waits for, and would not hear of its end.
        if (signal !== 'SIGKILL') return
        const wake = setInterval(() => child.kill('SIGCONT'), 10)
        void gone.then(() => clearInterval(wake))
      },
    }
  }

  /** Puts a program of the test's own into a directory of the world's programs; helpers that start later find it. */
  async addTool(name: string, script: string, directory = '/usr/sbin'): Promise<void> {
    await this.sh(`
      mkdir -p /run/tools${directory}/upper /run/tools${directory}/work
      mountpoint -q ${directory} || mount -t overlay overlay -o ${isRoot ? '' : 'userxattr,'}lowerdir=${directory},upperdir=/run/tools${directory}/upper,workdir=/run/tools${directory}/work ${directory}
      cat >${directory}/${name} <<'END'
#!/bin/sh
${script}
END
      chmod 755 ${directory}/${name}`)
  }

  /** Everything that a lab could change, in one text by section: equal before and after, or somebody left something. */
  async dump(): Promise<Record<string, readonly string[]>> {
    const text = await this.sh(dumpScript)
    const sections: Record<string, string[]> = {}
    let section: string[] = []
    for (const line of text.split('\n')) {
      const heading = /^=== (.*)/.exec(line)
      if (heading) sections[heading[1] ?? ''] = section = []
      else if (line !== '' && !volatile.test(line)) section.push(steady(line))
    }
    return sections
  }

  /**
   * The same once it stays the same: the kernel looks after carriers and addresses in its own time (linkwatch,
   * net/core/link_watch.c).
   */
  async dumpAtRest(): ReturnType<FakeHost['dump']> {
    // Looking for duplicates of an address begins after up to a second, and lasts one (addrconf_dad_kick).
    await until('no address is tentative', async () => !(await this.sh('ip -6 addr show tentative')))
    return atRest('the machine is at rest', () => this.dump())
  }

  /** Waits until the machine is as it was; what differs for good is told by section. */
  async expectDump(wanted: Awaited<ReturnType<FakeHost['dump']>>): Promise<void> {
    let now = await this.dump()
    await until('the machine is as it was', async () => isDeepStrictEqual((now = await this.dump()), wanted)).catch(
      () => {},
    )
    expect(now).toEqual(wanted)
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('close', () => resolve()))
    if (this.child.exitCode === null && this.child.signalCode === null) {
      process.kill(this.pid, 'SIGKILL')
      await ended
    }
  }
}

const dumpScript = `
echo "=== addr"; ip -j addr | sed 's/},{"ifindex"/},\\n{"ifindex"/g'
echo "=== route"; ip -j route show table all; ip -j -6 route show table all
echo "=== rule"; ip -j rule; ip -j -6 rule
echo "=== netns"; ls -A /run/netns; ip netns list
echo "=== iptables"; iptables-save; echo "=== ip6tables"; ip6tables-save
echo "=== legacy"; iptables-legacy-save || true; ip6tables-legacy-save || true
echo "=== nft"; nft list ruleset
echo "=== sysctl"; cd /proc/sys; grep -rs "" net || true
echo "=== files"; ls -A /run/vethlab 2>/dev/null || true
`

/** Counts, and what the kernel moves by itself. */
const volatile = /^#|^net\/netfilter\/nf_conntrack_count|^net\/core\/netdev_rss_key|^journal$/
const steady = (line: string): string =>
  line
    .replace(/\[\d+:\d+\]/g, '[]')
    .replace(/packets \d+ bytes \d+/g, '')
    .replace(/"(valid|preferred)_life_time":\d+/g, '')

/** Null where it has none. */
export function firstChild(pid: number): number | null {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]
    return first ? Number(first) : null
  } catch {
    return null
  }
}

/** An answer that must be one; the error says what came instead. */
export function good<R extends { readonly ok: boolean }>(result: R): Extract<R, { readonly ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<R, { readonly ok: true }>
}

/** As a person does it: looks at the plan, and has that carried out. */
export async function applyShown(
  session: Session,
  params: Omit<Params<'lab/apply'>, 'former'>,
): Promise<Results['lab/apply']> {
  const { lab, uplink } = params
  const looked = await session.request('host/preflight', { lab, ...(uplink === undefined ? {} : { uplink }) })
  const shown = looked.ok ? { shown: looked.preflight.shown } : {}
  return session.request('lab/apply', { ...params, ...shown, former: 'standing' })
}
