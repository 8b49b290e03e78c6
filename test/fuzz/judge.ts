/** The independent builder and judge: plain ip, iptables, sysctl and nc in namespaces of its own; ping and nc say how it is. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bridgeMac, retransMs, type Network } from './lab.js'

const exec = promisify(execFile)
const limitMs = 60_000

export interface Question {
  readonly from: string
  readonly to: string
  /** Null: a ping. */
  readonly port: number | null
  /** Bytes of payload that must not be cut into pieces. */
  readonly size: number | null
}

const within = (namespace: string, command: string): string => `ip netns exec ${namespace} ${command}`

/** Commands that build it, in the order in which the kernel takes them. */
export function buildCommands({ stations, cables }: Network): string[] {
  return [
    ...stations.map(({ name }) => `ip netns add ${name}`),
    ...cables.map(
      ([near, far]) => `ip link add ${near[1]} netns ${near[0]} type veth peer name ${far[1]} netns ${far[0]}`,
    ),
    ...stations.flatMap(({ name, devices, forwarding, masquerade, rpFilter, serves, routes }) => [
      within(name, `sysctl -qw net.ipv4.ip_forward=${forwarding ? 1 : 0} net.ipv4.conf.all.rp_filter=${rpFilter}`),
      within(name, 'sysctl -qw net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.all.disable_ipv6=1'),
      `ip -n ${name} link set lo up`,
      ...devices.flatMap((device) => [
        ...(device.ports
          ? [
              `ip -n ${name} link add ${device.name} type bridge`,
              `ip -n ${name} link set ${device.name} address ${bridgeMac(name)}`,
              // Where the machine has bridge netfilter loaded, it is on in every new namespace.
              within(name, 'sysctl -qw -e net.bridge.bridge-nf-call-iptables=0'),
            ]
          : []),
        ...(device.ports ?? []).flatMap((port) => [
          `ip -n ${name} link set ${port} master ${device.name}`,
          `ip -n ${name} link set ${port} up`,
        ]),
        ...device.addresses.map((address) => `ip -n ${name} addr add ${address} dev ${device.name}`),
        `ip -n ${name} link set ${device.name} up`,
        ...(device.name === 'lo'
          ? []
          : [within(name, `sysctl -qw net.ipv4.neigh.${device.name}.retrans_time_ms=${retransMs}`)]),
      ]),
      ...routes.map(({ to, via }) => `ip -n ${name} route add ${to} via ${via}`),
      ...(masquerade === null
        ? []
        : [within(name, `iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -o ${masquerade} -j MASQUERADE`)]),
      ...(serves
        ? [
            `${within(name, 'nc -lk 80')} </dev/null >/dev/null 2>&1 &`,
            `for i in $(seq 300); do ${within(name, 'ss -Hltn sport = :80')} | grep -q . && break; sleep .1; done`,
          ]
        : []),
    ]),
  ]
}

const command = ({ from, to, port, size }: Question): string =>
  within(
    from,
    port === null
      ? `ping -n -c 1 -W 1${size === null ? '' : ` -M do -s ${size}`} ${to}`
      : `nc -n -v -z -w 1 ${to} ${port}`,
  )

/** What the tools say, in words of outcomes. */
function outcome({ port }: Question, status: number, said: string): string {
  if (status === 0) return port === null ? 'reply' : 'connected'
  if (port !== null && /refused/i.test(said)) return 'refused'
  return /unreachable|prohibited|filtered|no route|Invalid argument|Frag needed|too long/i.test(said)
    ? 'unreachable'
    : 'lost'
}

/**
 * Builds the network, asks once if it is to be warm, breaks it, asks; takes all of it down.
 * @param restMs between breaking and asking, milliseconds
 */
export async function judge(
  network: Network,
  faults: readonly string[],
  question: Question,
  warm: boolean,
  restMs: number,
): Promise<string> {
  const script = [
    'set -e',
    'mount -t tmpfs tmpfs /run; mkdir /run/netns; ip link set lo up',
    ...buildCommands(network),
    'set +e',
    ...(warm ? [`${command({ ...question, port: null, size: null })} >/dev/null 2>&1`] : []),
    ...faults.map((fault) => `{ ${fault}; } >/dev/null 2>&1`),
    ...(restMs > 0 ? [`sleep ${restMs / 1000}`] : []),
    `said=$(${command(question)} 2>&1)`,
    'echo "status $?"; echo "$said"',
  ].join('\n')
  const root = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const { stdout } = await exec(
    'unshare',
    [...root, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script],
    { timeout: limitMs, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } },
  )
  const [, status = '', said = ''] = /status (\d+)\n([^]*)/.exec(stdout) ?? []
  return outcome(question, Number(status), said)
}
