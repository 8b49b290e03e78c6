/**
 * What goes wrong on a machine with Docker's engine: how it is broken, who is asked for what then, and which cause must be
 * named. Each is mended before the next. `$web` and the like come from setup.sh; `at NAME` runs in that container's network.
 */
export interface EngineFault {
  readonly name: string
  readonly break: string
  readonly mend: string
  /** From, to (a name or `$name` for its address) and port. */
  readonly probe: readonly [from: string, to: string, port?: number]
  /** Rules that count nothing are seen only while they are traced. */
  readonly rules?: true
  readonly code: string
  /** In its sentence. */
  readonly says: RegExp
  /** Its commands, as one text; null where none is to be offered; undefined where any may be. */
  readonly fix?: RegExp | null
}

const nothing = { break: 'true', mend: 'true' } as const
const outside = ['web', '198.51.100.1'] as const
/** A rule of iptables that is put in. */
const rule = (text: string, tool = 'iptables') => ({ break: `${tool} -I ${text}`, mend: `${tool} -D ${text}` })
/** One that Docker had written; it comes back in front of all others, which no fault behind it depends on. */
const lost = (text: string, table = 'filter') => ({
  break: `iptables -t ${table} -D ${text}`,
  mend: `iptables -t ${table} -I ${text}`,
})
const within = (name: string, text: string, back: string) => ({
  break: `at ${name} ${text}`,
  mend: `at ${name} ${back}`,
})
const ends = (first: string, second: string): string => `-s ${first}/32 -d ${second}/32 -j ACCEPT`
const address = String.raw`172\.\d+\.\d+\.\d+`
/** Let through in the one chain that Docker leaves to others, both ways. */
const ownChain = new RegExp(
  `^iptables -t filter -I DOCKER-USER 1 ${ends(address, address)}\niptables -t filter -I DOCKER-USER 1 ${ends(address, address)}$`,
)
const masquerade = 'POSTROUTING -s $net_front ! -o $br_front -j MASQUERADE'

export const engineFaults: readonly EngineFault[] = [
  {
    name: 'networks that Docker keeps apart',
    ...nothing,
    probe: ['web', '$db', 5432],
    code: 'firewall-drop',
    says: /Docker keeps its networks apart.*\(docker network connect back web\), or publish the port/,
    fix: ownChain,
  },
  {
    name: 'an internal network',
    ...nothing,
    probe: ['web', '$cache', 6379],
    code: 'firewall-drop',
    says: /One of the two networks is internal.*DOCKER-ISOLATION-STAGE-1.*\(docker network connect hidden web\)/,
    fix: null,
  },
  {
    name: 'no way out of an internal network',
    ...nothing,
    probe: ['cache', '198.51.100.1'],
    code: 'firewall-drop',
    says: /One of the two networks is internal.*DOCKER-ISOLATION-STAGE-1/,
    fix: null,
  },
  {
    name: 'containers that Docker keeps apart from each other',
    ...nothing,
    probe: ['one', '$two', 80],
    code: 'firewall-drop',
    says: /Docker keeps the containers on br-\w+ apart from each other \(enable_icc/,
    fix: ownChain,
  },
  {
    name: 'a rule in the chain that Docker leaves to others',
    ...rule('DOCKER-USER -s $web -j DROP'),
    probe: outside,
    code: 'firewall-drop',
    says: /A rule of host drops it: chain DOCKER-USER/,
    fix: /-D DOCKER-USER -s 172\.\d+\.\d+\.\d+\/32 -j DROP$/,
  },
  {
    name: 'nothing accepts what leaves the bridge',
    ...lost('FORWARD -i $br_front ! -o $br_front -j ACCEPT'),
    probe: outside,
    code: 'firewall-drop',
    says: /policy of chain FORWARD/,
    fix: /^iptables -t filter -I DOCKER-USER 1 /,
  },
  {
    name: 'nothing accepts what was published',
    ...lost('DOCKER -d $web/32 ! -i $br_front -o $br_front -p tcp --dport 80 -j ACCEPT'),
    probe: ['client', '198.51.100.2', 8080],
    code: 'firewall-drop',
    says: /policy of chain FORWARD/,
  },
  {
    name: 'rules of the legacy engine beside those of nftables',
    ...rule('FORWARD -s $web -j DROP', 'iptables-legacy'),
    probe: outside,
    code: 'firewall-drop',
    says: /chain FORWARD of table filter: -s 172\./,
    fix: /^iptables-legacy -t filter -D FORWARD/,
  },
  {
    name: 'a Service without an endpoint',
    break:
      'iptables -N KUBE-SERVICES; iptables -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web has no endpoints" -m tcp --dport 80 -j REJECT; iptables -I FORWARD -j KUBE-SERVICES',
    mend: 'iptables -D FORWARD -j KUBE-SERVICES; iptables -F KUBE-SERVICES; iptables -X KUBE-SERVICES',
    probe: ['web', '10.96.0.10', 80],
    code: 'firewall-reject',
    says: /The Service has no endpoint/,
    fix: null,
  },
  {
    name: 'a table of nftables that rejects',
    break:
      'nft add table inet fw; nft "add chain inet fw f { type filter hook forward priority 5; }"; nft add rule inet fw f ip saddr $web reject',
    mend: 'nft delete table inet fw',
    probe: outside,
    rules: true,
    code: 'firewall-reject',
    says: /table fw/,
  },
  {
    name: 'no masquerading',
    ...lost(masquerade, 'nat'),
    probe: outside,
    code: 'nat-missing',
    says: /private source 172\./,
  },
  {
    name: 'masquerading at another interface',
    break: `iptables -t nat -D ${masquerade}; iptables -t nat -A POSTROUTING -s $net_front -o $br_back -j MASQUERADE`,
    mend: `iptables -t nat -D POSTROUTING -s $net_front -o $br_back -j MASQUERADE; iptables -t nat -I ${masquerade}`,
    probe: outside,
    code: 'nat-wrong-interface',
    says: /names br-/,
  },
  {
    name: 'no forwarding',
    break: 'sysctl -qw net.ipv4.ip_forward=0',
    mend: 'sysctl -qw net.ipv4.ip_forward=1',
    probe: outside,
    code: 'forwarding-off',
    says: /ip_forward is 0/,
  },
  {
    name: 'no default route in the container',
    ...within('app', 'ip route del default', 'ip route add default via $gateway_front'),
    probe: ['app', '198.51.100.1'],
    code: 'no-route',
    says: /app has no route/,
  },
  {
    name: 'a gateway that nobody has',
    ...within('app', 'ip route replace default via $nobody_front', 'ip route replace default via $gateway_front'),
    probe: ['app', '198.51.100.1'],
    code: 'gateway-unreachable',
    says: /nobody on eth0 has that address/,
  },
  {
    name: 'a route of the machine that refuses',
    break: 'ip route add blackhole 198.51.100.1/32',
    mend: 'ip route del blackhole 198.51.100.1/32',
    probe: outside,
    code: 'route-blocked',
    says: /blackhole/,
  },
  {
    name: 'policy routing that refuses',
    break: 'ip rule add from $web priority 100 prohibit',
    mend: 'ip rule del priority 100',
    probe: outside,
    code: 'no-route',
    says: /prohibit/,
  },
  {
    name: 'a port of the bridge that is off',
    break: 'ip link set $port_app down; at web ip neigh flush all',
    mend: 'ip link set $port_app up',
    probe: ['web', '$app'],
    code: 'interface-down',
    says: /veth\w+ of host is down/,
  },
  {
    name: 'the bridge is off',
    break: 'ip link set $br_front down; at web ip neigh flush all',
    mend: 'ip link set $br_front up',
    probe: ['web', '$app'],
    code: 'interface-down',
    says: /bridge br-\w+ of host is down/,
  },
  {
    name: 'a cable in no bridge',
    break: 'ip link set $port_app nomaster; at web ip neigh flush all',
    mend: 'ip link set $port_app master $br_front',
    probe: ['web', '$app'],
    code: 'not-a-bridge-port',
    says: /is no port of br-/,
  },
  {
    name: 'an address that nobody has',
    ...nothing,
    probe: ['web', '$nobody_front'],
    code: 'no-such-address',
    says: /Nobody .* has 172\./,
  },
  {
    name: 'echoes are ignored',
    ...within('app', 'sysctl -qw net.ipv4.icmp_echo_ignore_all=1', 'sysctl -qw net.ipv4.icmp_echo_ignore_all=0'),
    probe: ['web', '$app'],
    code: 'arp-off',
    says: /icmp_echo_ignore_all is 1/,
  },
  {
    name: 'a neighbour that does not answer for its address',
    break: 'at app sysctl -qw net.ipv4.conf.all.arp_ignore=8; at web ip neigh flush all',
    mend: 'at app sysctl -qw net.ipv4.conf.all.arp_ignore=0',
    probe: ['web', '$app'],
    code: 'arp-off',
    says: /arp_ignore is 8/,
  },
  {
    name: 'nobody listens',
    ...nothing,
    probe: ['app', '$web', 81],
    code: 'port-closed',
    says: /Nobody listens on TCP port 81 in web/,
  },
  {
    name: "a container's own firewall",
    ...within('web', 'iptables -A INPUT -p tcp --dport 80 -j DROP', 'iptables -D INPUT -p tcp --dport 80 -j DROP'),
    probe: ['app', '$web', 80],
    code: 'firewall-drop',
    says: /A rule of web drops it: chain INPUT/,
  },
  {
    name: 'a loopback that is off',
    ...within('app', 'ip link set lo down', 'ip link set lo up'),
    probe: ['app', '$app'],
    code: 'local-down',
    says: /lo of app is down/,
  },
  {
    name: 'ports that are isolated',
    break:
      'bridge link set dev $port_web isolated on; bridge link set dev $port_app isolated on; at web ip neigh flush all',
    mend: 'bridge link set dev $port_web isolated off; bridge link set dev $port_app isolated off',
    probe: ['web', '$app'],
    code: 'port-isolated',
    says: /are both isolated/,
  },
]
