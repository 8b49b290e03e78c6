/**
 * A host as container engines make them, and what goes wrong on such: how it is broken, what is asked then, and which cause
 * must be named. Each is mended before the next.
 */

import { fileURLToPath } from 'node:url'

const dropProgram = fileURLToPath(new URL('drop-program.mjs', import.meta.url))
const forwardOut = 'FORWARD -i br-app ! -o br-app -j ACCEPT'
const published = 'DOCKER -d 172.18.0.2/32 ! -i br-app -p tcp --dport 80 -j ACCEPT'
const masquerade = 'POSTROUTING -s 172.18.0.0/24 ! -o br-app -j MASQUERADE'
const publishing = 'PREROUTING -d 198.51.100.2/32 -p tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80'
/** As Docker has it where no program of its own passes connections on. */
const local = 'iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER'
const leftOut = 'DOCKER ! -i br-app -p tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80'

/** Two containers on a bridge, another network beside, and a client outside who knows no way back to either. */
export const composeHost = `
ip link add br-app type bridge
ip addr add 172.18.0.1/24 dev br-app
ip link set br-app up
ip link add br-more type bridge
ip addr add 172.19.0.1/24 dev br-more
ip link set br-more up
for each in app:172.18.0.2:br-app db:172.18.0.3:br-app cache:172.19.0.2:br-more; do
  name=\${each%%:*}; rest=\${each#*:}; address=\${rest%%:*}; bridge=\${rest#*:}
  ip netns add $name
  ip link add veth-$name type veth peer name eth0 netns $name
  ip link set veth-$name master $bridge up
  ip -n $name link set lo up
  ip -n $name link set eth0 up
  ip -n $name addr add $address/24 dev eth0
  ip -n $name route add default via \${address%.*}.1
done
ip netns add client
ip link add up0 type veth peer name eth0 netns client
ip addr add 198.51.100.2/24 dev up0
ip link set up0 up
ip route add default via 198.51.100.1
ip -n client link set lo up
ip -n client addr add 198.51.100.1/24 dev eth0
ip -n client link set eth0 up
sysctl -qw net.ipv4.ip_forward=1
iptables -t nat -A ${masquerade}
iptables -t nat -A ${publishing}
iptables -P FORWARD DROP
iptables -N DOCKER-USER
iptables -N DOCKER
iptables -A FORWARD -j DOCKER-USER
iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -o br-app -j DOCKER
iptables -A ${forwardOut}
iptables -A FORWARD -i br-app -o br-app -j ACCEPT
iptables -A ${published}`

export interface HostFault {
  readonly name: string
  readonly break: string
  readonly mend: string
  /** From, to and port. */
  readonly probe: readonly [from: string, to: string, port?: number]
  /** Rules that count nothing are seen only while they are traced. */
  readonly rules?: true
  /** Programs are root’s to load, and no user namespace’s. */
  readonly needsRoot?: true
  readonly code: string
  readonly namespace: string
  /** In its sentence. */
  readonly says: RegExp
}

/** Of a rule of iptables that is added. */
const rule = (text: string): Pick<HostFault, 'break' | 'mend'> => ({
  break: `iptables -I ${text}`,
  mend: `iptables -D ${text}`,
})
const lost = (text: string, table = 'filter'): Pick<HostFault, 'break' | 'mend'> => ({
  break: `iptables -t ${table} -D ${text}`,
  mend: `iptables -t ${table} -A ${text}`,
})
/** Rules accept what leaves br-more, and the outside is a LAN with private addresses, too. */
const lan = {
  break:
    'iptables -I FORWARD -i br-more -o up0 -j ACCEPT; ip addr add 10.7.0.2/24 dev up0; ip -n client addr add 10.7.0.1/24 dev eth0',
  mend: 'iptables -D FORWARD -i br-more -o up0 -j ACCEPT; ip addr del 10.7.0.2/24 dev up0; ip -n client addr del 10.7.0.1/24 dev eth0',
}
const outside = ['app', '198.51.100.1'] as const
const flush = (namespace: string): string => `ip -n ${namespace} neigh flush all`

export const hostFaults: readonly HostFault[] = [
  {
    name: 'a rule of the user’s own chain',
    ...rule('DOCKER-USER -s 172.18.0.2/32 -j DROP'),
    probe: outside,
    ...{ code: 'firewall-drop', namespace: 'host', says: /DOCKER-USER/ },
  },
  {
    name: 'nothing accepts what leaves the bridge',
    ...lost(forwardOut),
    probe: outside,
    ...{ code: 'firewall-drop', namespace: 'host', says: /FORWARD/ },
  },
  {
    name: 'nothing accepts what was published',
    ...lost(published),
    probe: ['client', '198.51.100.2', 8080],
    ...{ code: 'firewall-drop', namespace: 'host', says: /FORWARD/ },
  },
  {
    name: 'a rule against what a published port leads to, which DNAT has renamed by then',
    ...rule('DOCKER-USER -d 172.18.0.2/32 -j DROP'),
    probe: ['client', '198.51.100.2', 8080],
    ...{ code: 'firewall-drop', namespace: 'host', says: /DOCKER-USER.*-d 172\.18\.0\.2/ },
  },
  {
    name: 'networks that are kept apart',
    break: 'true',
    mend: 'true',
    probe: ['cache', '172.18.0.3'],
    ...{ code: 'firewall-drop', namespace: 'host', says: /FORWARD/ },
  },
  {
    name: 'rules of the legacy engine beside those of nftables',
    break: 'iptables-legacy -A FORWARD -s 172.18.0.2 -j DROP',
    mend: 'iptables-legacy -D FORWARD -s 172.18.0.2 -j DROP',
    probe: outside,
    ...{ code: 'firewall-drop', namespace: 'host', says: /172\.18\.0\.2/ },
  },
  {
    name: 'a service without an endpoint',
    ...rule(
      'FORWARD -d 10.96.0.10/32 -p tcp -m comment --comment "default/web has no endpoints" -m tcp --dport 80 -j REJECT',
    ),
    probe: ['app', '10.96.0.10', 80],
    ...{ code: 'firewall-reject', namespace: 'host', says: /has no endpoints/ },
  },
  {
    name: 'a container’s own firewall',
    break: 'ip netns exec db iptables -A INPUT -p tcp --dport 5432 -j DROP',
    mend: 'ip netns exec db iptables -F INPUT',
    probe: ['app', 'db', 5432],
    ...{ code: 'firewall-drop', namespace: 'db', says: /5432/ },
  },
  {
    name: 'a table of nftables that rejects',
    break:
      'nft add table inet fw; nft "add chain inet fw f { type filter hook forward priority 5; }"; nft add rule inet fw f ip saddr 172.18.0.2 reject',
    mend: 'nft delete table inet fw',
    probe: outside,
    rules: true,
    ...{ code: 'firewall-reject', namespace: 'host', says: /fw/ },
  },
  {
    name: 'no masquerading',
    ...lost(masquerade, 'nat'),
    probe: outside,
    ...{ code: 'nat-missing', namespace: 'host', says: /172\.18\.0/ },
  },
  {
    name: 'masquerading at another interface',
    break: `iptables -t nat -D ${masquerade}; iptables -t nat -A POSTROUTING -s 172.18.0.0/24 -o br-more -j MASQUERADE`,
    mend: `iptables -t nat -D POSTROUTING -s 172.18.0.0/24 -o br-more -j MASQUERADE; iptables -t nat -A ${masquerade}`,
    probe: outside,
    ...{ code: 'nat-wrong-interface', namespace: 'host', says: /br-more/ },
  },
  {
    name: 'no masquerading towards a private LAN, of a network that has a published port',
    break: `iptables -t nat -D ${masquerade}; ${lan.break}`,
    mend: `iptables -t nat -A ${masquerade}; ${lan.mend}`,
    probe: ['app', '10.7.0.1'],
    ...{ code: 'nat-missing', namespace: 'host', says: /172\.18\.0/ },
  },
  {
    name: 'masquerading of another network than the one that sends to a private LAN',
    break: lan.break,
    mend: lan.mend,
    probe: ['cache', '10.7.0.1'],
    ...{ code: 'nat-missing', namespace: 'host', says: /172\.19\.0\.2/ },
  },
  {
    name: 'a private LAN that is routed to, and has no way back',
    break: `iptables -t nat -F; iptables -I FORWARD -j ACCEPT; ${lan.break}`,
    mend: `iptables -t nat -A ${masquerade}; iptables -t nat -A ${publishing}; iptables -D FORWARD -j ACCEPT; ${lan.mend}`,
    probe: ['cache', '10.7.0.1'],
    ...{ code: 'no-return-route', namespace: 'client', says: /172\.19\.0\.2/ },
  },
  {
    name: 'a container that has lost its gateway, behind a router that hides it',
    break: 'iptables -I FORWARD -j ACCEPT; ip -n app route del default',
    mend: 'iptables -D FORWARD -j ACCEPT; ip -n app route add default via 172.18.0.1; ip neigh flush dev br-app',
    probe: ['cache', '172.18.0.2'],
    ...{ code: 'no-return-route', namespace: 'app', says: /172\.19\.0\.2/ },
  },
  {
    name: 'a published port from its own container, which the host does not know yet',
    break: 'ip neigh flush dev br-app',
    mend: 'true',
    probe: ['app', '198.51.100.2', 8080],
    ...{ code: 'hairpin', namespace: 'host', says: /veth-app/ },
  },
  {
    // With its link-layer address at hand, bridge netfilter rewrites the frame and never leaves the bridge.
    name: 'a published port from its own container, which the host knows',
    break: 'ping -c 1 -W 5 172.18.0.2 >/dev/null',
    mend: 'true',
    probe: ['app', '198.51.100.2', 8080],
    ...{ code: 'hairpin', namespace: 'host', says: /veth-app/ },
  },
  {
    name: 'a published port from the bridge that its rule leaves out',
    break: `iptables -t nat -D ${publishing}; iptables -t nat -N DOCKER; ${local}; iptables -t nat -A ${leftOut}`,
    mend: `iptables -t nat -D ${leftOut}; ${local.replace('-A', '-D')}; iptables -t nat -X DOCKER; iptables -t nat -A ${publishing}`,
    probe: ['db', '198.51.100.2', 8080],
    ...{ code: 'nat-wrong-interface', namespace: 'host', says: /every interface but br-app/ },
  },
  {
    name: 'no forwarding',
    break: 'sysctl -qw net.ipv4.ip_forward=0',
    mend: 'sysctl -qw net.ipv4.ip_forward=1',
    probe: outside,
    ...{ code: 'forwarding-off', namespace: 'host', says: /ip_forward/ },
  },
  {
    name: 'no default route in the container',
    break: 'ip -n app route del default',
    mend: 'ip -n app route add default via 172.18.0.1',
    probe: outside,
    ...{ code: 'no-route', namespace: 'app', says: /198\.51\.100\.1/ },
  },
  {
    name: 'a gateway that nobody has',
    break: 'ip -n app route replace default via 172.18.0.254',
    mend: 'ip -n app route replace default via 172.18.0.1',
    probe: outside,
    ...{ code: 'gateway-unreachable', namespace: 'app', says: /172\.18\.0\.254/ },
  },
  {
    name: 'a gateway that is another container',
    break: 'ip netns exec db sysctl -qw net.ipv4.ip_forward=0; ip -n app route replace default via 172.18.0.3',
    mend: 'ip -n app route replace default via 172.18.0.1',
    probe: outside,
    ...{ code: 'wrong-gateway', namespace: 'app', says: /172\.18\.0\.3, which is db .* host .* by 172\.18\.0\.1/ },
  },
  {
    name: 'a route that refuses',
    break: 'ip route add blackhole 198.51.100.1/32',
    mend: 'ip route del blackhole 198.51.100.1/32',
    probe: outside,
    ...{ code: 'route-blocked', namespace: 'host', says: /blackhole/ },
  },
  {
    name: 'policy routing that refuses',
    break: 'ip rule add from 172.18.0.2 priority 100 prohibit',
    mend: 'ip rule del priority 100',
    probe: outside,
    ...{ code: 'no-route', namespace: 'host', says: /prohibit/ },
  },
  {
    name: 'the way in is checked against the way back',
    break:
      'ip netns exec client ping -qc1 198.51.100.2 >/dev/null; ip -n client addr add 203.0.113.9/32 dev lo; ip -n client route replace 198.51.100.0/24 dev eth0 src 203.0.113.9; sysctl -qw net.ipv4.conf.up0.rp_filter=1; ip route add 203.0.113.0/24 via 172.19.0.2',
    mend: 'ip route del 203.0.113.0/24; sysctl -qw net.ipv4.conf.up0.rp_filter=0; ip -n client route replace 198.51.100.0/24 dev eth0 src 198.51.100.1; ip -n client addr del 203.0.113.9/32 dev lo',
    probe: ['client', '198.51.100.2'],
    ...{ code: 'rp-filter', namespace: 'host', says: /203\.0\.113\.9|up0/ },
  },
  {
    name: 'a port of the bridge is off',
    break: `ip link set veth-db down; ${flush('app')}`,
    mend: 'ip link set veth-db up',
    probe: ['app', 'db'],
    ...{ code: 'interface-down', namespace: 'host', says: /veth-db/ },
  },
  {
    name: 'the container’s interface is off',
    break: `ip -n db link set eth0 down; ${flush('app')}`,
    mend: 'ip -n db link set eth0 up; ip -n db route add default via 172.18.0.1',
    probe: ['app', '172.18.0.3'],
    ...{ code: 'interface-down', namespace: 'db', says: /eth0/ },
  },
  {
    name: 'the bridge is off',
    break: `ip link set br-app down; ${flush('app')}`,
    mend: 'ip link set br-app up',
    probe: ['app', 'db'],
    ...{ code: 'interface-down', namespace: 'host', says: /br-app/ },
  },
  {
    name: 'a cable in no bridge',
    break: `ip link set veth-db nomaster; ${flush('app')}`,
    mend: 'ip link set veth-db master br-app',
    probe: ['app', 'db'],
    ...{ code: 'not-a-bridge-port', namespace: 'host', says: /veth-db/ },
  },
  {
    name: 'ports that are isolated',
    break: `bridge link set dev veth-db isolated on; bridge link set dev veth-app isolated on; ${flush('app')}`,
    mend: 'bridge link set dev veth-db isolated off; bridge link set dev veth-app isolated off',
    probe: ['app', 'db'],
    ...{ code: 'port-isolated', namespace: 'host', says: /isolated/ },
  },
  {
    name: 'an entry of the bridge that leads elsewhere',
    break:
      'bridge fdb replace $(ip netns exec db cat /sys/class/net/eth0/address) dev veth-app master static sticky; ip -n app neigh replace 172.18.0.3 lladdr $(ip netns exec db cat /sys/class/net/eth0/address) dev eth0',
    mend: `bridge fdb del $(ip netns exec db cat /sys/class/net/eth0/address) dev veth-app master || true; ip -n app neigh del 172.18.0.3 dev eth0 || true`,
    probe: ['app', 'db'],
    ...{ code: 'fdb-entry', namespace: 'host', says: /veth-app/ },
  },
  {
    name: 'an address that nobody has',
    break: 'true',
    mend: 'true',
    probe: ['app', '172.18.0.99'],
    ...{ code: 'no-such-address', namespace: 'app', says: /172\.18\.0\.99/ },
  },
  {
    name: 'a neighbour that does not answer for its address',
    break: `ip netns exec db sysctl -qw net.ipv4.conf.all.arp_ignore=8; ${flush('app')}`,
    mend: 'ip netns exec db sysctl -qw net.ipv4.conf.all.arp_ignore=0',
    probe: ['app', 'db'],
    ...{ code: 'arp-off', namespace: 'db', says: /arp_ignore/ },
  },
  {
    name: 'echoes are ignored',
    break: 'ip netns exec db sysctl -qw net.ipv4.icmp_echo_ignore_all=1',
    mend: 'ip netns exec db sysctl -qw net.ipv4.icmp_echo_ignore_all=0',
    probe: ['app', 'db'],
    ...{ code: 'arp-off', namespace: 'db', says: /echo_ignore_all/ },
  },
  {
    name: 'nobody listens',
    break: 'true',
    mend: 'true',
    probe: ['app', 'db', 5433],
    ...{ code: 'port-closed', namespace: 'db', says: /5433/ },
  },
  {
    name: 'a listener on 127.0.0.1 only',
    break: 'true',
    mend: 'true',
    probe: ['app', 'db', 6379],
    ...{ code: 'port-closed', namespace: 'db', says: /6379/ },
  },
  {
    name: 'a loopback that is off',
    break: 'ip -n app link set lo down',
    mend: 'ip -n app link set lo up',
    probe: ['app', '172.18.0.2'],
    ...{ code: 'local-down', namespace: 'app', says: /lo\b/ },
  },
  {
    name: 'a program that drops what comes',
    break: `mkdir -p /run/bpf; mount -t bpf bpf /run/bpf; ${process.execPath} ${dropProgram} /run/bpf/drop; ip -n db link set dev eth0 xdp pinned /run/bpf/drop`,
    mend: 'ip -n db link set dev eth0 xdp off; umount /run/bpf',
    probe: ['app', 'db', 5432],
    needsRoot: true,
    ...{ code: 'program-on-path', namespace: 'db', says: /XDP.*eth0/ },
  },
]
