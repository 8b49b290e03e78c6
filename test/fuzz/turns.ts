/** What else somebody may have typed that turns packets another way, and need not be a fault. */
import { hostIpv6, type FuzzHost, type FuzzLab } from './lab.js'

const exec = (namespace: string, command: string): string => `ip netns exec ${namespace} ${command}`

type Pick = <T>(list: readonly T[]) => T

function atRouter(name: string, { hosts, network }: FuzzLab, pick: Pick): string[] {
  const one = pick(hosts)
  const other = pick(hosts)
  const devices = network.stations.find((each) => each.name === name)?.devices ?? []
  const dev = pick(devices).name
  const subnet = name.slice(1)
  const beside = hosts.filter(({ router }) => router === name)
  const by = pick(beside).address
  const ip = (words: string): string => `ip -n ${name} ${words}`
  const tables = (words: string): string => exec(name, `iptables ${words}`)
  const tables6 = (words: string): string => exec(name, `ip6tables ${words}`)
  const all = (...commands: readonly string[]): string => commands.join('; ')
  return [
    all(ip(`rule add from ${one.address} lookup 100`), ip(`route add default via ${by} table 100`)),
    all(ip(`rule add to ${one.address} lookup 100`), ip('route add unreachable default table 100')),
    all(
      ip(`rule add iif br0 lookup 101`),
      ip(`route add throw ${other.address}/32 table 101`),
      ip(`route add prohibit ${one.address}/32 table 101`),
    ),
    all(ip(`rule add not from ${one.address} lookup 102`), ip(`route add blackhole ${other.address}/32 table 102`)),
    ip(`rule add from ${one.address} to ${other.address} prohibit`),
    ip(`rule add from 10.${subnet}.0.0/24 iif lo unreachable`),
    ip(`rule add fwmark 7 blackhole`),
    ip(`route add prohibit ${one.address}/32`),
    ip(`route add throw ${one.address}/32`),
    ip(`route add ${one.address}/31 via ${by}`),
    ip(`route add ${one.address}/32 dev ${dev}`),
    ip(`route add ${one.address}/32 nexthop via ${by} nexthop via ${pick(beside).address}`),
    all(ip(`route add unreachable ${one.address}/32 metric 20`), ip(`route add ${one.address}/32 dev br0 metric 10`)),
    all(
      tables('-N U'),
      tables('-A FORWARD -j U'),
      tables(`-A U -s ${one.address} -j RETURN`),
      tables('-A U -p icmp -j DROP'),
    ),
    all(
      tables('-P FORWARD DROP'),
      tables('-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'),
      tables(`-A FORWARD -s ${one.address} -j ACCEPT`),
    ),
    all(tables('-P INPUT DROP'), tables('-A INPUT -p icmp --icmp-type 8 -j ACCEPT')),
    tables(`-A FORWARD ! -s ${one.address} -j REJECT --reject-with icmp-host-prohibited`),
    tables('-A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset'),
    tables(`-A FORWARD -i br0 -o ${dev} -j REJECT`),
    tables(`-A FORWARD -m mark --mark 5 -j DROP`),
    all(tables(`-t mangle -A PREROUTING -s ${one.address} -j MARK --set-mark 7`), ip('rule add fwmark 7 prohibit')),
    all(tables(`-t mangle -A PREROUTING -p tcp -j MARK --or-mark 4`), tables('-A FORWARD -m mark --mark 4/4 -j DROP')),
    tables(`-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DNAT --to-destination ${one.address}`),
    all(tables('-t nat -N D'), tables('-t nat -A PREROUTING ! -i br0 -j D'), tables('-t nat -A POSTROUTING -j D')),
    tables(`-t nat -A PREROUTING -p tcp --dport 81 -j DNAT --to-destination ${one.address}:80`),
    tables(`-t nat -A PREROUTING -i br0 -d ${other.address} -j DNAT --to-destination ${one.address}`),
    tables('-t nat -A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 80'),
    tables('-t nat -A PREROUTING -p icmp -j REDIRECT'),
    tables(`-t nat -A POSTROUTING -o ${dev} -j MASQUERADE`),
    tables(`-t nat -A POSTROUTING -s ${one.address} -j SNAT --to-source 10.${subnet}.0.1`),
    tables(`-t nat -A POSTROUTING -p icmp -j SNAT --to-source 10.9.9.9`),
    tables(`-t raw -A PREROUTING -s ${one.address} -j DROP`),
    tables('-t mangle -A FORWARD -j TTL --ttl-dec 62'),
    exec(name, `iptables-legacy -A FORWARD -s ${one.address} -j DROP`),
    exec(name, `sysctl -qw net.ipv4.conf.${dev}.rp_filter=${pick([1, 2])}`),
    exec(name, 'sysctl -qw net.ipv4.ip_default_ttl=2'),
    exec(
      name,
      `nft 'add table inet x; add chain inet x f { type filter hook forward priority 0; }; add rule inet x f counter drop'`,
    ),
    ip(`neigh replace ${one.address} lladdr 02:00:00:00:00:77 dev ${dev} nud permanent`),
    ip(`-6 route add unreachable ${hostIpv6(one.address)}/128`),
    ip(`-6 route add blackhole ${hostIpv6(one.address)}/128`),
    ip(`-6 rule add to ${hostIpv6(one.address)} prohibit`),
    exec(name, 'sysctl -qw net.ipv6.conf.all.forwarding=0'),
    tables6('-P FORWARD DROP'),
    tables6(`-A FORWARD -d ${hostIpv6(one.address)} -j REJECT`),
    tables6('-P INPUT DROP'),
    tables6('-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP'),
    ip(`link set ${dev} mtu 1280`),
  ]
}

function atHost({ name, address, subnet, router }: FuzzHost, { hosts }: FuzzLab, pick: Pick): string[] {
  const beside = pick(hosts.filter((each) => each.router === router))
  const other = pick(hosts)
  const ip = (words: string): string => `ip -n ${name} ${words}`
  const tables = (words: string): string => exec(name, `iptables ${words}`)
  const second = `10.${subnet}.0.${77 + Number(name.at(-1))}`
  return [
    `${ip(`addr add ${second}/24 dev eth0`)}; ${ip(`route replace default via 10.${subnet}.0.1 src ${second}`)}`,
    ip(`addr add ${second}/32 dev lo`),
    ip(`addr add ${address}/8 dev eth0`),
    `${ip(`rule add from ${address} lookup 9`)}; ${ip(`route add default via ${beside.address} table 9`)}`,
    ip(`route replace default via ${beside.address}`),
    `${exec(beside.name, 'sysctl -qw net.ipv4.ip_forward=1')}; ${ip(`route replace default via ${beside.address}`)}`,
    ip(`route add ${other.address}/32 via ${beside.address}`),
    ip('link set lo down'),
    ip('link set eth0 mtu 600'),
    ip(`neigh replace 10.${subnet}.0.1 lladdr 02:00:00:00:00:66 dev eth0`),
    tables('-A OUTPUT -p tcp -j REJECT'),
    tables('-A OUTPUT -p icmp -j REJECT --reject-with icmp-admin-prohibited'),
    tables('-A INPUT -m conntrack --ctstate NEW -j DROP'),
    tables('-A INPUT -p udp -j REJECT --reject-with icmp-host-unreachable'),
    tables('-A INPUT -p tcp -j REJECT --reject-with tcp-reset'),
    tables('-A INPUT -m conntrack --ctstate RELATED -j DROP'),
    tables(`-t nat -A OUTPUT -p tcp --dport 81 -j DNAT --to-destination ${other.address}:80`),
    tables('-t nat -A OUTPUT -p icmp -j REDIRECT'),
    tables('-t nat -A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 80'),
    tables('-t mangle -A POSTROUTING -j TTL --ttl-set 2'),
    tables('-t mangle -A OUTPUT -j MARK --set-mark 1'),
    exec(name, 'sysctl -qw net.ipv4.conf.all.arp_ignore=1'),
    exec(name, 'ip6tables -A INPUT -p ipv6-icmp -j DROP'),
    exec(name, 'ip6tables -A INPUT -p tcp -j REJECT'),
    ip(`-6 addr add ${hostIpv6(second)}/64 dev eth0 nodad`),
    ip('-6 route del default'),
  ]
}

/** One to three of them. */
export function chooseTurns(lab: FuzzLab): string[] {
  const pick: Pick = (list) => list[Math.floor(lab.random() * list.length)] as (typeof list)[number]
  return Array.from({ length: 1 + Math.floor(lab.random() * 3) }, () =>
    lab.random() < 0.6 ? pick(atRouter(pick(lab.routers), lab, pick)) : pick(atHost(pick(lab.hosts), lab, pick)),
  )
}
