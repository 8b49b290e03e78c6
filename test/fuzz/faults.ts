/** What goes wrong in a network by chance: commands that somebody types, and the places that may rightly be blamed for it. */
import type { FuzzHost, FuzzLab } from './lab.js'

export interface InjectedFault {
  readonly kind: string
  readonly command: string
  /** Namespaces in which its consequence may be seen and named. */
  readonly places: readonly string[]
}

const exec = (namespace: string, command: string): string => `ip netns exec ${namespace} ${command}`

function ofHost({ name, address, router, port, subnet }: FuzzHost): InjectedFault[] {
  const at = [name]
  const both = [name, router]
  return [
    { kind: 'link-down', command: `ip -n ${name} link set eth0 down`, places: both },
    { kind: 'port-down', command: `ip -n ${router} link set ${port} down`, places: both },
    { kind: 'port-missing', command: `ip -n ${router} link set ${port} nomaster`, places: both },
    { kind: 'no-default-route', command: `ip -n ${name} route del default`, places: at },
    { kind: 'no-address', command: `ip -n ${name} addr flush dev eth0`, places: both },
    {
      kind: 'wrong-subnet',
      command: `ip -n ${name} addr flush dev eth0; ip -n ${name} addr add 10.${200 + subnet}.0.9/24 dev eth0`,
      places: both,
    },
    { kind: 'input-drop', command: exec(name, 'iptables -A INPUT -p icmp -j DROP'), places: at },
    { kind: 'input-reject', command: exec(name, 'iptables -A INPUT -p tcp --dport 80 -j REJECT'), places: at },
    { kind: 'output-drop', command: exec(name, 'iptables -P OUTPUT DROP'), places: at },
    { kind: 'blackhole', command: `ip -n ${router} route add blackhole ${address}/32`, places: [router] },
    { kind: 'unreachable-route', command: `ip -n ${router} route add unreachable ${address}/32`, places: [router] },
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
  return [
    { kind: 'forwarding-off', command: exec(name, 'sysctl -qw net.ipv4.ip_forward=0'), places: [name] },
    { kind: 'forward-policy', command: exec(name, 'iptables -P FORWARD DROP'), places: [name] },
    { kind: 'forward-tcp', command: exec(name, 'iptables -A FORWARD -p tcp -j DROP'), places: [name] },
    { kind: 'bridge-down', command: `ip -n ${name} link set br0 down`, places: [name, ...hosts] },
    { kind: 'gateway-gone', command: `ip -n ${name} addr del 10.${subnet}.0.1/24 dev br0`, places: [name, ...hosts] },
    ...routes.map(({ to }) => ({ kind: 'route-missing', command: `ip -n ${name} route del ${to}`, places: [name] })),
    ...uplinks.flatMap((device) => [
      { kind: 'cable-down', command: `ip -n ${name} link set ${device} down`, places: neighbours },
      { kind: 'small-mtu', command: `ip -n ${name} link set ${device} mtu 600`, places: neighbours },
    ]),
    ...(station?.masquerade
      ? [
          { kind: 'nat-missing', command: exec(name, 'iptables -t nat -F POSTROUTING'), places: [name, 'outside'] },
          {
            kind: 'nat-wrong-interface',
            command: `${exec(name, 'iptables -t nat -F POSTROUTING')}; ${exec(name, 'iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -o br0 -j MASQUERADE')}`,
            places: [name, 'outside'],
          },
        ]
      : []),
  ]
}

/** One to three, each at most once. */
export function chooseFaults(lab: FuzzLab): InjectedFault[] {
  const all = [...lab.hosts.flatMap(ofHost), ...lab.routers.flatMap((name) => ofRouter(name, lab))]
  const wanted = 1 + Math.floor(lab.random() * 3)
  const chosen: InjectedFault[] = []
  for (let tries = 0; tries < 20 && chosen.length < wanted; tries++) {
    const fault = all[Math.floor(lab.random() * all.length)]
    if (fault && !chosen.includes(fault)) chosen.push(fault)
  }
  return chosen
}
