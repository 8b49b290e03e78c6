/**
 * A machine to look at: process, network and mount namespaces of the test's own, with a /run of their own. What is in it
 * was made by hand, and not by us.
 */
import { readFileSync } from 'node:fs'
import { cliFile } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import type { Ran, Running, RunOptions, World } from '../support/world.js'
import type { MachineNamespace, MachineView } from '../../../electron/core/machine/view.js'

/** As root has it: tools of the network are in sbin. */
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }

const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'slave']

export class FoundMachine {
  private constructor(
    private readonly world: World,
    /** Its first process, as we count. */
    private readonly pid: number,
  ) {}

  /** @param setup shell lines that make its networks */
  static async start(world: World, setup: string): Promise<FoundMachine> {
    const user = isRoot ? [] : ['--user', '--map-root-user']
    const script = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/netns
mount -t sysfs sysfs /sys
ip link set lo up
${setup}
echo ready
exec sleep infinity`
    const running = world.start(['unshare', ...user, ...namespaces, 'sh', '-c', script], { env })
    const ended = running.ended.then(({ stderr }) => Promise.reject(new Error(`the machine ended: ${stderr}`)))
    await Promise.race([until('the machine', () => running.stdout().includes('ready')), ended])
    ended.catch(() => {})
    const children = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8')
    return new FoundMachine(world, Number(children.trim().split(' ')[0]))
  }

  /** Words in front of a program that is to run there. */
  get into(): readonly string[] {
    const user = isRoot ? [] : ['--user', '--preserve-credentials']
    return ['nsenter', '--target', String(this.pid), ...user, '--net', '--mount', '--pid', '--']
  }

  run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.world.run([...this.into, ...words], { env, ...options })
  }

  /** Shell lines; fails where they do. */
  async sh(lines: string): Promise<string> {
    const ran = await this.run(['sh', '-ec', lines])
    if (ran.status !== 0) throw new Error(`${lines}: ${ran.stderr}`)
    return ran.stdout
  }

  cli(...words: string[]): Promise<Ran> {
    return this.run([process.execPath, cliFile, ...words])
  }

  startCli(...words: string[]): Running {
    return this.world.start([...this.into, process.execPath, cliFile, ...words], { env, input: '' })
  }

  /** A process that stays, until the machine ends. */
  background(words: readonly string[]): void {
    this.world.start([...this.into, ...words], { env }).ended.catch(() => {})
  }

  /** Something that answers on a port of a namespace; resolves when it listens. */
  async serve(namespace: string, port: number, address = '0.0.0.0'): Promise<void> {
    const program = `require('net').createServer((s) => s.on('error', () => {}).end('hi')).listen(${port}, '${address}')`
    this.background(['ip', 'netns', 'exec', namespace, process.execPath, '-e', program])
    const listens = async (): Promise<boolean> =>
      (await this.sh(`ip netns exec ${namespace} ss -Hltn`)).includes(`${address}:${port} `)
    await until('a listener', listens)
  }

  /** Cables have their carrier, which the kernel looks after once a second, and addresses are in use. */
  async rest(): Promise<void> {
    const isAtRest = async (): Promise<boolean> => !/NO-CARRIER|tentative/.test(await this.dump())
    await until('a network at rest', isAtRest)
  }

  /** All that looking could change. Counters are nobody's making. */
  dump(): Promise<string> {
    const commands = [
      'ip -d -o link | sed "s/ group default//"',
      'ip -o addr | sed -E "s/ (valid|preferred)_lft \\S+//g"',
      'ip route show table all',
      'ip -6 route show table all',
      'ip rule',
      'ip netns list-id',
      'nft -s list ruleset',
      'sysctl -a 2>/dev/null | grep ^net | grep -vE "nf_conntrack_count|random|stat_refresh"',
    ]
    const all = commands.join('; ')
    return this.sh(
      `(${all}); ip netns list; for ns in /run/netns/*; do ip netns exec "\${ns##*/}" sh -c '${all}'; done`,
    )
  }
}

/** Two hosts and the router between them, as somebody builds them by hand. */
export const routed = `
for ns in web db r; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add eth0 netns web type veth peer name p0 netns r
ip link add eth0 netns db type veth peer name p1 netns r
ip -n web addr add 10.1.0.2/24 dev eth0
ip -n db addr add 10.2.0.2/24 dev eth0
ip -n r addr add 10.1.0.1/24 dev p0
ip -n r addr add 10.2.0.1/24 dev p1
for end in web:eth0 db:eth0 r:p0 r:p1; do ip -n \${end%:*} link set \${end#*:} up; done
ip -n web route add default via 10.1.0.1
ip -n db route add default via 10.2.0.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1`

export const viewOf = (ran: Ran): MachineView => JSON.parse(ran.stdout) as MachineView

export function namespaceOf(view: MachineView, name: string): MachineNamespace {
  const found = view.namespaces.find(({ names }) => names.some((each) => each.name === name))
  if (!found) throw new Error(`there is no ${name} in ${JSON.stringify(view)}`)
  return found
}
