/** What goes wrong in a network by chance: commands that somebody types, and what may rightly be said of it. */
import type { DiagnosisCode } from '../../electron/core/diagnosis/diagnosis.js'
import type { FuzzHost, FuzzLab } from './lab.js'

export interface InjectedFault {
  readonly kind: string
  readonly command: string
  /** What this fault is, or what follows from it, in words of the diagnosis. */
  readonly codes: readonly DiagnosisCode[]
  /** Namespaces in which it may be seen and named. */
  readonly places: readonly string[]
}

const exec = (namespace: string, command: string): string => `ip netns exec ${namespace} ${command}`

type Pick = <T>(list: readonly T[]) => T

function ofHost(host: FuzzHost, { hosts }: FuzzLab, pick: Pick): InjectedFault[] {
  const { name, address, router, port, subnet } = host
  const at = [name]
  const both = [name, router]
  const beside = hosts.filter((each) => each.router === router && each !== host)
  const mac = `$(ip -n ${name} -br link show eth0 | awk '{print $3}')`
  const fault = (
    kind: string,
    command: string,
    places: readonly string[],
    ...codes: readonly DiagnosisCode[]
  ): InjectedFault => ({ kind, command, codes, places })
  const by = pick(hosts).address
  return [
    fault('link-down', `ip -n ${name} link set eth0 down`, both, 'interface-down', 'peer-down'),
    fault('port-down', `ip -n ${router} link set ${port} down`, both, 'interface-down', 'peer-down'),
    fault('port-missing', `ip -n ${router} link set ${port} nomaster`, [router], 'not-a-bridge-port'),
    fault('no-default-route', `ip -n ${name} route del default`, at, 'no-route', 'no-return-route'),
    fault('no-address', `ip -n ${name} addr flush dev eth0`, both, 'no-address', 'no-such-address'),
    fault(
      'wrong-subnet',
      `ip -n ${name} addr flush dev eth0; ip -n ${name} addr add 10.${200 + subnet}.0.9/24 dev eth0`,
      both,
      ...(['no-address', 'no-such-address', 'wrong-prefix', 'no-route', 'no-return-route'] as const),
    ),
    fault('input-drop', exec(name, 'iptables -A INPUT -p icmp -j DROP'), at, 'firewall-drop'),
    fault('input-reject', exec(name, 'iptables -A INPUT -p tcp --dport 80 -j REJECT'), at, 'firewall-reject'),
    fault('output-drop', exec(name, 'iptables -P OUTPUT DROP'), at, 'firewall-drop'),
    fault('blackhole', `ip -n ${router} route add blackhole ${address}/32`, [router], 'route-blocked'),
    fault('unreachable-route', `ip -n ${router} route add unreachable ${address}/32`, [router], 'route-blocked'),
    fault('route-astray', `ip -n ${router} route add ${address}/32 via ${by}`, [router], 'loop', 'ttl-exceeded'),
    fault('route-by-lo', `ip -n ${router} route add ${address}/32 dev lo`, [router], 'loop'),
    fault('policy', `ip -n ${router} rule add to ${address}/32 blackhole`, [router], 'no-route', 'no-return-route'),
    fault('arp-dropped', exec(name, 'arptables -A INPUT -j DROP'), at, 'firewall-drop'),
    fault(
      'ingress',
      exec(
        name,
        `nft 'add table netdev early; add chain netdev early in { type filter hook ingress device eth0 priority 0; }; add rule netdev early in ip protocol { icmp, tcp } drop'`,
      ),
      at,
      'firewall-drop',
    ),
    fault('noarp', `ip -n ${name} link set eth0 arp off`, both, 'arp-off'),
    fault('echo-off', exec(name, 'sysctl -qw net.ipv4.icmp_echo_ignore_all=1'), at, 'arp-off'),
    fault(
      'redirect',
      exec(name, 'iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080'),
      at,
      'port-closed',
    ),
    fault(
      'wrong-neighbour',
      `ip -n ${router} neigh replace ${address} lladdr 02:00:00:00:00:99 dev br0 nud permanent`,
      [router],
      'neighbour-failed',
    ),
    fault(
      'no-flood',
      `bridge -n ${router} link set dev ${port} flood off bcast_flood off; ip -n ${router} neigh flush all; bridge -n ${router} fdb flush dev ${port} master dynamic`,
      [router],
      'port-setting',
    ),
    ...beside.flatMap((other) => [
      fault('twin', `ip -n ${other.name} addr add ${address}/24 dev eth0`, [name, other.name], 'duplicate-address'),
      fault(
        'static-entry',
        `bridge -n ${router} fdb replace ${mac} dev ${other.port} master static sticky`,
        [router],
        'fdb-entry',
      ),
      fault(
        'isolated',
        `bridge -n ${router} link set dev ${port} isolated on; bridge -n ${router} link set dev ${other.port} isolated on`,
        [router],
        'port-isolated',
      ),
    ]),
  ]
}

function ofRouter(name: string, { network }: FuzzLab): InjectedFault[] {
  const station = network.stations.find((each) => each.name === name)
  const routes = station?.routes ?? []
  const subnet = name.slice(1)
  const hosts = network.cables.flatMap(([near, far]) => (far[0] === name && /^h/.test(near[0]) ? [near[0]] : []))
  const neighbours = network.cables.flatMap((ends) =>
    ends.some(([where]) => where === name) ? ends.map(([where]) => where) : [],
  )
  const uplinks = (station?.devices ?? []).filter(({ ports }) => !ports).map((device) => device.name)
  const at = [name]
  const around = [name, ...hosts]
  const fault = (
    kind: string,
    command: string,
    places: readonly string[],
    ...codes: readonly DiagnosisCode[]
  ): InjectedFault => ({ kind, command, codes, places })
  return [
    fault('forwarding-off', exec(name, 'sysctl -qw net.ipv4.ip_forward=0'), at, 'forwarding-off'),
    fault('forward-policy', exec(name, 'iptables -P FORWARD DROP'), at, 'firewall-drop'),
    fault('forward-tcp', exec(name, 'iptables -A FORWARD -p tcp -j DROP'), at, 'firewall-drop'),
    fault('ttl', exec(name, 'iptables -t mangle -A PREROUTING -j TTL --ttl-set 1'), at, 'ttl-exceeded'),
    fault('bridge-down', `ip -n ${name} link set br0 down`, around, 'interface-down'),
    fault(
      'gateway-gone',
      `ip -n ${name} addr del 10.${subnet}.0.1/24 dev br0`,
      around,
      ...(['gateway-unreachable', 'no-address', 'no-such-address', 'no-route', 'no-return-route'] as const),
    ),
    ...routes.map(({ to }) =>
      fault('route-missing', `ip -n ${name} route del ${to}`, at, 'no-route', 'no-return-route'),
    ),
    ...uplinks.flatMap((device) => [
      fault('cable-down', `ip -n ${name} link set ${device} down`, neighbours, 'interface-down', 'peer-down'),
      fault('small-mtu', `ip -n ${name} link set ${device} mtu 600`, neighbours, 'mtu'),
    ]),
    ...(station?.masquerade
      ? [
          fault('nat-missing', exec(name, 'iptables -t nat -F POSTROUTING'), [name, 'outside'], 'nat-missing'),
          fault(
            'nat-wrong-interface',
            `${exec(name, 'iptables -t nat -F POSTROUTING')}; ${exec(name, 'iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -o br0 -j MASQUERADE')}`,
            [name, 'outside'],
            ...(['nat-wrong-interface', 'nat-missing'] as const),
          ),
        ]
      : []),
  ]
}

/** One to three, each at most once. */
export function chooseFaults(lab: FuzzLab): InjectedFault[] {
  const pick: Pick = (list) => list[Math.floor(lab.random() * list.length)] as (typeof list)[number]
  const all = [
    ...lab.hosts.flatMap((host) => ofHost(host, lab, pick)),
    ...lab.routers.flatMap((name) => ofRouter(name, lab)),
  ]
  const wanted = 1 + Math.floor(lab.random() * 3)
  const chosen: InjectedFault[] = []
  for (let tries = 0; tries < 20 && chosen.length < wanted; tries++) {
    const fault = pick(all)
    if (!chosen.includes(fault)) chosen.push(fault)
  }
  return chosen
}
