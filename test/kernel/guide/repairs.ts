/** Labs to repair, and what repairs them. */

/** What a learner types; one of several ways. */
export const repairs: Readonly<Record<string, readonly string[]>> = {
  '03-two-namespaces.broken': [
    'ip -n ns1 addr del 192.168.2.3/24 dev veth1',
    'ip -n ns1 addr add 192.168.1.3/24 dev veth1',
  ],
  '03-two-namespaces.silent': ['ip -n ns1 link set veth1 up'],
  '04-bridge.broken': ['ip link set veth5 master bridge0'],
  '04-bridge.silent': ['ip link set bridge0 up'],
  '05-bridge-gateway.broken': [
    'ip addr add 192.168.1.1/24 dev bridge0',
    'ip -n ns0 route add default via 192.168.1.1',
    'ip -n ns1 route add default via 192.168.1.1',
  ],
  '05-bridge-gateway.one-side': ['ip -n ns1 route replace default via 192.168.1.1'],
  '06-router.broken': ['ip netns exec ns-router sysctl -qw net.ipv4.ip_forward=1'],
  '06-router.no-routes': ['ip -n ns0 route add default via 192.168.0.1', 'ip -n ns1 route add default via 192.168.1.1'],
  '07-host-router.broken': [
    'ip -n ns1 route add default via 192.168.1.1',
    'ip -n ns1 route add default via fd00:0:0:b::1',
  ],
  '07-host-router.one-family': ['sysctl -qw net.ipv6.conf.all.forwarding=1'],
  '08-nat.broken': ['iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 172.16.0.157'],
  '08-nat.one-side': ['iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE'],
  '09-publish-port.broken': [
    'iptables -t nat -I PREROUTING -p tcp -d 172.16.0.157 --dport 8080 -j DNAT --to-destination 192.168.1.2:80',
  ],
  '09-publish-port.silent': ['iptables -A FORWARD -i eth0 -o bridge0 -d 192.168.1.2 -p tcp --dport 80 -j ACCEPT'],
  '10-docker.broken': ['iptables -A DOCKER -d 172.17.0.2 -o docker0 -p tcp --dport 80 -j ACCEPT'],
  '10-docker.user-chain': ['iptables -I DOCKER-USER -i eth0 -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN'],
  '11-vxlan.broken': [
    'ip -n h2 link del vxlan42',
    'ip -n h2 link add vxlan42 mtu 1450 type vxlan id 42 dstport 4789 local 198.51.100.2 remote 192.0.2.2',
    'ip -n h2 link set vxlan42 up master br0',
  ],
  '11-vxlan.mtu': ['ip -n c1 link set eth0 mtu 1450'],
  '12-routers.broken': ['ip -n r2 route replace 10.0.1.0/24 via 10.0.12.1'],
  '12-routers.loop': ['ip -n r3 route add 10.0.2.0/24 via 10.0.23.2'],
  '13-vlans.broken': ['bridge -n sw vlan add dev t1 vid 20'],
  '13-vlans.access': ['bridge -n sw vlan del dev p2 vid 20', 'bridge -n sw vlan add dev p2 vid 10 pvid untagged'],
  '14-two-ways.broken': ['ip route replace default via 192.0.2.1 table 100'],
  '14-two-ways.second-line': ['iptables -t nat -A POSTROUTING -o wan2 -j MASQUERADE'],
  '15-mtu.broken': ['ip netns exec fw iptables -I FORWARD -p icmp --icmp-type fragmentation-needed -j ACCEPT'],
  '15-mtu.ends': ['ip -n server link set eth0 mtu 1500'],
  '16-names.broken': ['echo nameserver 10.0.0.53 > /etc/netns/pc2/resolv.conf'],
  '16-names.moved': ['rm /etc/netns/pc1/hosts'],
  '17-addresses.broken': ['ip -n pc1 route add default via 10.0.0.1', 'ip -n pc2 route add default via 10.0.0.1'],
  '17-addresses.forwarding': [
    'ip netns exec pc2 sysctl -qw net.ipv6.conf.eth0.accept_ra=2',
    'for off in 1 0; do ip netns exec pc2 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=$off; done',
    'until ip -n pc2 -6 route | grep -q "proto ra"; do sleep 0.1; done',
  ],
  '18-firewall.broken': ['ip netns exec fw nft insert rule inet filter forward ct state established,related accept'],
  '18-firewall.new': ['ip netns exec fw nft add rule inet filter forward iifname wan tcp dport 22 ct state new accept'],
  '19-hairpin.broken': ['iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o bridge0 -j MASQUERADE'],
  '19-hairpin.interface': [
    'iptables -t nat -A PREROUTING -d 198.51.100.2 -p tcp --dport 80 -j DNAT --to-destination 192.168.1.2:80',
  ],
  '22-kubernetes-service.broken': [
    'iptables -t nat -R KUBE-SEP-1 2 -p tcp -j DNAT --to-destination 10.244.0.11:8080',
    'iptables -t nat -R KUBE-SEP-2 2 -p tcp -j DNAT --to-destination 10.244.0.12:8080',
  ],
  '22-kubernetes-service.itself': ['iptables -t nat -I KUBE-SEP-1 -s 10.244.0.11 -j KUBE-MARK-MASQ'],
  '23-slow-and-lossy.broken': ['tc -n r2 qdisc replace dev to-r1 root netem delay 50ms'],
  '23-slow-and-lossy.late': ['tc -n r1 qdisc replace dev to-r2 root netem delay 30ms'],
  '20-vrf.broken': ['ip -n r link set blue2 master blue'],
  '20-vrf.other-tenant': ['ip -n r link set blue2 master blue'],
  '21-wireguard.broken': [
    'ip netns exec b wg set wg0 peer $(ip netns exec a wg show wg0 public-key) allowed-ips 10.99.0.1/32,10.1.0.0/24',
  ],
  '21-wireguard.silent': [
    'ip netns exec a wg set wg0 peer $(ip netns exec b wg show wg0 public-key) endpoint 198.51.100.2:51820',
    // It tries again five seconds after it has tried in vain (REKEY_TIMEOUT).
    'ip netns exec a ping -c 3 -W 10 10.99.0.2',
  ],
  '24-bonding.broken': ['ip -n server link set bond0 type bond miimon 100', 'sleep 1'],
  '24-bonding.one-cable': ['ip -n server link set eth1 down', 'ip -n server link set eth1 master bond0', 'sleep 1'],
}
