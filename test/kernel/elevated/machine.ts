/**
 * A machine to be root on: a network namespace that plays the default one, with a /run, a system bus and a polkit of its
 * own. What is done there as root is done to nobody's real network.
 */
import { spawn, spawnSync, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { root } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot, unprivilegedUser } from '../support/user.js'
import { World } from '../support/world.js'

export interface Started {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  /** Its exit code. */
  readonly ended: Promise<number | null>
  stderr(): string
}

/** What a machine must have for these tests, and why not where it has not. */
export function reasonAgainst(...programs: readonly string[]): string | null {
  if (!isRoot) return 'needs root, to make a machine of its own'
  const path = '/usr/sbin:/usr/bin:/sbin:/bin'
  const missing = programs.find((name) => spawnSync('which', [name], { env: { PATH: path } }).status !== 0)
  return missing === undefined ? null : `needs ${missing}`
}

/** A /run of its own, a name for the namespace, and lo as on any machine; then it waits until it is told to end. */
const prepare = [
  'mount -t tmpfs -o mode=755 tmpfs /run',
  'mkdir -p /run/dbus /run/user',
  // What the machine's own /etc says of polkit is no business of the tests; neither is its sysfs.
  'mount -t tmpfs -o mode=755 tmpfs /etc/polkit-1',
  'mkdir /etc/polkit-1/rules.d',
  'mount -t sysfs sysfs /sys',
  'ip link set lo up',
  'echo ready',
  'exec cat',
].join(' && ')

export class Machine {
  readonly world: World
  private bus: ChildProcess | null = null
  private polkit: ChildProcess | null = null

  private constructor(
    world: World,
    private readonly anchor: ChildProcess,
    readonly network: string,
  ) {
    this.world = world
  }

  static async make(): Promise<Machine> {
    const world = await World.ofUser()
    const anchor = spawn('unshare', ['--net', '--mount', '--propagation', 'private', 'sh', '-c', prepare], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve, reject) => {
      anchor.stdout.once('data', () => resolve())
      anchor.once('exit', () => reject(new Error('the machine could not be made')))
    })
    return new Machine(world, anchor, readlinkSync(`/proc/${anchor.pid}/ns/net`))
  }

  get user(): { readonly uid: number; readonly gid: number; readonly name: string } {
    return this.world.user ?? unprivilegedUser()
  }

  /** Words before a command that make it one of root's on this machine. */
  get inside(): readonly string[] {
    return ['nsenter', '--target', String(this.anchor.pid), '--net', '--mount', '--']
  }

  /** The same for the user. */
  get insideAsUser(): readonly string[] {
    const { uid, gid } = this.user
    return [...this.inside, 'setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--']
  }

  /** Starts a program of the user's, or of root's as after su(1), with the environment of the user's world. */
  start(as: 'user' | 'root', words: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
    const [program = '', ...args] = [...(as === 'user' ? this.insideAsUser : this.inside), ...words]
    const child = spawn(program, args, { cwd: '/', env: this.world.environment(environment), stdio: 'pipe' })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()))
    child.stdin.on('error', () => {})
    const ended = new Promise<number | null>((resolve) => child.once('close', (status) => resolve(status)))
    return { child, ended, stderr: () => stderr }
  }

  /** Runs a command as root; its output, with what it said against it. */
  ask(...words: readonly string[]): string {
    const [program = '', ...args] = [...this.inside, ...words]
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }
    const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 })
    return stdout + stderr
  }

  /** Everything that an elevated helper could change, in one text. */
  dump(): string {
    const steady = (text: string): string => text.replace(/"(valid|preferred)_life_time":\d+/g, '"$1":0')
    return [
      steady(this.ask('ip', '-j', '-d', 'addr')),
      this.ask('ip', '-j', 'route', 'show', 'table', 'all'),
      this.ask('ip', '-6', '-j', 'route', 'show', 'table', 'all'),
      this.ask('ip', '-j', 'rule'),
      // The directories of the journal and its lock may stay, with nothing written down.
      this.ask('sh', '-c', 'ls -A /run | grep -vx vethlab; find /run/vethlab -type f ! -name lock 2>/dev/null'),
      this.ask('sh', '-c', 'ls /run/netns 2>/dev/null'),
      this.ask('iptables-save').replace(/^#.*$/gm, ''),
      this.ask('nft', 'list', 'ruleset'),
      this.ask('sysctl', '-e', 'net.ipv4.ip_forward', 'net.ipv4.conf', 'net.ipv6.conf', 'net.bridge'),
    ].join('\n')
  }

  /** Processes in this machine's own network, or elsewhere on it, whose command matches, by their numbers. */
  processes(pattern: RegExp, where: 'net' | 'mnt' = 'net'): { readonly pid: number; readonly command: string }[] {
    const wanted = readlinkSync(`/proc/${this.anchor.pid}/ns/${where}`)
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return []
      try {
        if (readlinkSync(`/proc/${entry}/ns/${where}`) !== wanted) return []
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return pattern.test(command) ? [{ pid: Number(entry), command }] : []
      } catch {
        return []
      }
    })
  }

  /** Root processes of Vethlab's, however they were started. */
  helpers(): { readonly pid: number; readonly command: string }[] {
    return this.processes(/helper\.js elevated/)
  }

  /**
   * What an administrator has laid down for this user: anything, nothing, or that somebody must be asked, for which
   * there is nobody here. Resolves when polkit answers by it.
   */
  async policy(answer: 'YES' | 'NO' | 'ask', action = 'org.freedesktop.policykit.exec'): Promise<void> {
    // Its engine knows the language as it was before 2015.
    const rule =
      answer === 'ask'
        ? '// Nothing of our own: what the action says itself.'
        : `polkit.addRule(function (action, subject) {
             if (action.id === '${action}' && subject.user === '${this.user.name}') return polkit.Result.${answer}
           })`
    const file = join(this.world.directory, 'rule')
    writeFileSync(file, rule)
    this.ask('install', '-m', '644', file, '/etc/polkit-1/rules.d/10-test.rules')
    this.bus ??= this.startDaemon('dbus-daemon', '--system', '--nofork', '--nopidfile')
    const hasOwner = (): boolean =>
      this.ask(
        ...['dbus-send', '--system', '--print-reply', '--dest=org.freedesktop.DBus', '/'],
        ...['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.PolicyKit1'],
      ).includes('boolean true')
    await until(
      'the system bus',
      () => !this.ask('dbus-send', '--system', '--dest=org.freedesktop.DBus', '/', 'a.b').includes('Failed'),
    )
    const before = this.polkit
    if (before) {
      const ended = new Promise((resolve) => before.once('exit', resolve))
      before.kill()
      await ended
      await until('the former polkit has left the bus', () => !hasOwner())
    }
    this.polkit = this.startDaemon('/usr/lib/polkit-1/polkitd', '--no-debug')
    await until('polkit', hasOwner)
  }

  /** What a package lays down, with Node for Electron's program: the way to root goes by names that a policy knows. */
  installPackage(): string {
    const here = '/opt/Vethlab'
    const unpacked = `${here}/resources/app.asar.unpacked`
    const actions = '/usr/share/polkit-1/actions'
    const linux = join(root, 'resources/linux')
    const said = this.ask(
      ...['sh', '-ec'],
      `mount -t tmpfs -o mode=755 tmpfs /opt
       mkdir -p ${unpacked}/dist
       ln -s ${join(root, 'dist/node')} ${unpacked}/dist/node
       : >${here}/vethlab
       mount --bind ${process.execPath} ${here}/vethlab
       install -m 755 ${linux}/elevate ${here}/elevate
       cp -r ${actions} ${here}/actions
       cp ${linux}/io.github.vethlab.policy ${here}/actions
       mount --bind ${here}/actions ${actions}
       echo installed`,
    )
    if (!said.includes('installed')) throw new Error(`the package cannot be laid down: ${said}`)
    return `${here}/vethlab`
  }

  /** No polkit and no bus: a bare machine. */
  withoutPolkit(): void {
    this.polkit?.kill()
    this.bus?.kill()
    this.polkit = this.bus = null
  }

  private startDaemon(...words: readonly string[]): ChildProcess {
    const [program = '', ...args] = [...this.inside, ...words]
    return spawn(program, args, { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })
  }

  /** Ends every process on it, and with the last of them the machine. */
  dispose(): void {
    for (const { pid } of [...this.processes(/./, 'net'), ...this.processes(/./, 'mnt')]) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It went with another one.
      }
    }
    this.world.dispose()
  }
}
