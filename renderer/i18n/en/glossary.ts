/** Words of the guides, each in a few sentences; what they rest on is in `resources/labs/SOURCES.md`. */
export const glossary = {
  'term.namespace': 'Network namespace',
  'term.namespace.what':
    'A network stack of its own: interfaces, addresses, routes, neighbours, firewall rules and sockets. Each process is in one of them. A new one has only lo, and even that is down.',
  'term.veth-pair': 'veth pair',
  'term.veth-pair.what':
    'Two interfaces that are the ends of one virtual cable: what is sent at one end is received at the other. Each end may be in another namespace. Delete one end, and the other goes too.',
  'term.bridge': 'Bridge',
  'term.bridge.what':
    "A switch in software. It passes Ethernet frames from port to port by their hardware addresses and does not look at IP. The bridge device itself is one more port, which is the machine's own.",
  'term.hardware-address': 'Hardware address',
  'term.hardware-address.what':
    'Also called MAC address: 48 bits that name an interface on its segment. Each Ethernet frame carries that of its receiver and that of its sender; a router puts new ones on every packet that it passes on.',
  'term.flooding': 'Flooding',
  'term.flooding.what':
    'What a bridge does with a frame whose receiver it has not learned, and with every broadcast: it sends it out by all ports but the one that it came in by.',
  'term.forwarding-database': 'Forwarding database',
  'term.forwarding-database.what':
    'FDB for short: what a bridge has learned, each hardware address with the port that it was last seen behind. What is not heard of again is forgotten after five minutes. bridge fdb shows it.',
  'term.broadcast': 'Broadcast',
  'term.broadcast.what':
    'To everybody on the segment: a frame for ff:ff:ff:ff:ff:ff. A bridge sends it out by all ports; a router does not pass it on to another segment.',
  'term.arp': 'ARP',
  'term.arp.what':
    'Address Resolution Protocol: asks everybody on the segment who has an IPv4 address. The owner answers with its hardware address. Without an answer the packet cannot be sent: Destination Host Unreachable.',
  'term.neighbour': 'Neighbour',
  'term.neighbour.what':
    'Somebody on the same segment, reached without a router. The kernel keeps the hardware addresses of its neighbours in a table, which ip neigh shows.',
  'term.subnet': 'Subnet',
  'term.subnet.what':
    'All addresses that begin with the same bits: 192.168.1.0/24 is those that share the first 24. Who has an address in it takes all the others for neighbours and asks no router for them.',
  'term.prefix': 'Prefix',
  'term.prefix.what':
    'The first bits of an address, as many as the number behind the slash says. Routes are chosen by it: of all that fit, the longest wins.',
  'term.gateway': 'Gateway',
  'term.gateway.what':
    "The next hop: a router on the own subnet that is handed what is for elsewhere. The frame is addressed to the gateway's hardware address; its IP address stands nowhere in the packet.",
  'term.default-route': 'Default route',
  'term.default-route.what':
    'The route for whatever no other route fits: 0.0.0.0/0, in IPv6 ::/0. It has the shortest prefix of all, so every other route that fits is preferred to it.',
  'term.routing-table': 'Routing table',
  'term.routing-table.what':
    "A list of prefixes, each with the interface and mostly the gateway that lead there. The kernel has several: main is the one that ip route shows, local has the machine's own addresses.",
  'term.router': 'Router',
  'term.router.what':
    'Somebody who passes on packets that are not for itself. In Linux that is any namespace with forwarding on.',
  'term.forwarding': 'Forwarding',
  'term.forwarding.what':
    'The permission to pass on what came in for others, a setting of each namespace: net.ipv4.ip_forward, for IPv6 net.ipv6.conf.all.forwarding. While it is off, such packets are dropped without a word.',
  'term.ttl': 'TTL',
  'term.ttl.what':
    'Time to live: a number in the IPv4 header from which every router takes one. At zero the packet is dropped and its sender is told. So loops end, and traceroute can count routers. In IPv6 it is the hop limit.',
  'term.asymmetric-path': 'Asymmetric path',
  'term.asymmetric-path.what':
    'The answer takes another way than the request. Each router chooses by the destination alone, so this is common on the Internet; it troubles whoever wants to see both directions.',
  'term.rp-filter': 'Reverse path filter',
  'term.rp-filter.what':
    'Looks up the source of each packet that comes in. Strict (1): dropped unless the best way back is the same interface. Loose (2): dropped unless there is any way back.',
  'term.icmp': 'ICMP',
  'term.icmp.what':
    'Internet Control Message Protocol: how routers and hosts report what became of a packet, and what ping sends. It has types and codes, and no ports.',
  'term.private-address': 'Private address',
  'term.private-address.what':
    'One of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Everybody may use them inside, so nobody on the Internet has a route to yours.',
  'term.source-nat': 'Source NAT',
  'term.source-nat.what':
    'Rewrites the source of what goes out, so that the answer comes back to whoever rewrote it. It happens in POSTROUTING, after the route was chosen; for the answer it is undone without a rule.',
  'term.masquerade': 'MASQUERADE',
  'term.masquerade.what':
    'Source NAT with the address that the outgoing interface has at the time. When that interface goes down, its connections are forgotten.',
  'term.dnat': 'DNAT',
  'term.dnat.what':
    'Destination NAT: rewrites the address, and often the port, that a connection is for. It happens in PREROUTING, before the route is chosen: routes and filters see the new destination.',
  'term.conntrack': 'conntrack',
  'term.conntrack.what':
    "The kernel's table of connections. It knows of each packet whether it begins one, belongs to one or speaks of one, and what NAT has rewritten in it.",
  'term.hook': 'Hook',
  'term.hook.what':
    "A place on a packet's way through the kernel where rules are asked: prerouting, input, forward, output and postrouting.",
  'term.base-chain': 'Base chain',
  'term.base-chain.what':
    'In nftables, a chain that hangs on a hook and has a type, a priority and a policy. Any other chain is asked only where a rule jumps into it.',
  'term.chain': 'Chain',
  'term.chain.what':
    'A list of rules that are asked from the top. The first that accepts or drops decides; a rule may also jump into another chain, which at its end leads back behind the jump.',
  'term.policy': 'Policy',
  'term.policy.what':
    'What becomes of a packet about which no rule of a built-in or base chain has decided: ACCEPT or DROP.',
  'term.firewall': 'Firewall',
  'term.firewall.what':
    'Decides by rules what may pass. One with a memory, a stateful one, asks conntrack too: then what answers may come in, without a rule for each kind of answer.',
  'term.container': 'Container',
  'term.container.what':
    'Processes with namespaces of their own: of the network, of processes, of mounts and more. Its network part is a network namespace like any other.',
  'term.underlay': 'Underlay',
  'term.underlay.what':
    'The network that is there already and carries the outer packets of a tunnel. What is built inside of the tunnel is the overlay.',
  'term.vxlan': 'VXLAN',
  'term.vxlan.what':
    'Virtual eXtensible LAN: Ethernet frames inside UDP packets, so that bridges in different subnets become one. The port of the standard is 4789; Linux takes 8472 where nobody says dstport.',
  'term.vni': 'VNI',
  'term.vni.what':
    'VXLAN network identifier: 24 bits of the VXLAN header that say which network a frame belongs to. Both ends must have the same one.',
  'term.mtu': 'MTU',
  'term.mtu.what':
    'Maximum transmission unit: the largest IP packet, with its header, that an interface takes in one piece. On Ethernet it is 1500 bytes as a rule; a tunnel has less, by what it puts around.',
  'term.payload': 'Payload',
  'term.payload.what':
    'What follows a header. The size that ping takes with -s is that of the data behind the ICMP header.',
  'term.dont-fragment': "Don't fragment",
  'term.dont-fragment.what':
    'DF, a flag of the IPv4 header: no router may cut this packet. Where it does not fit it is dropped, and the sender is told. In IPv6 no router ever cuts.',
  'term.path-mtu-discovery': 'Path MTU discovery',
  'term.path-mtu-discovery.what':
    'The sender learns the smallest MTU on the way from the messages of routers that had to drop a packet, and from then on sends less.',
  'term.black-hole': 'Black hole',
  'term.black-hole.what':
    'A place where packets vanish and nobody says so. One of path MTU discovery takes the large packets only: ping works, a connection opens, and hangs.',
  'term.mss': 'MSS',
  'term.mss.what':
    'Maximum segment size: how many bytes of data in one segment an end of a TCP connection is ready to take. Each says it in its SYN; with IPv4 it is the MTU less 40 as a rule.',
  'term.vlan': 'VLAN',
  'term.vlan.what':
    'Virtual LAN: one switch divided into networks that exchange no frames, each with a number, 1 to 4094. From one into another it takes a router.',
  'term.tag': 'VLAN tag',
  'term.tag.what':
    'Four bytes in the Ethernet header: 0x8100, three bits of priority, one bit that marks what may rather be dropped, and twelve bits with the number of the VLAN.',
  'term.access-port': 'Access port',
  'term.access-port.what':
    'A port of a switch that belongs to one VLAN and sends without a tag. Whoever is plugged in need not know of VLANs.',
  'term.trunk': 'Trunk',
  'term.trunk.what':
    'A port that carries several VLANs over one cable, told apart by their tags. It leads to another switch, or to a router.',
  'term.sub-interface': 'Sub-interface',
  'term.sub-interface.what':
    'An interface for one VLAN of another interface, often called such as eth0.10. It takes frames with its tag, and puts the tag on what it sends.',
  'term.anycast': 'Anycast',
  'term.anycast.what':
    'One address in several places. The routes lead each sender to one of them, as a rule to the nearest.',
  'term.policy-rule': 'Routing rule',
  'term.policy-rule.what':
    'Says which routing table is asked, by the source, a mark, the incoming interface and more. Rules are asked by priority, the smallest number first, until a table has a route. ip rule shows them.',
  'term.metric': 'Metric',
  'term.metric.what': 'Of several routes to the same prefix in one table, the one with the smallest metric is taken.',
  'term.nameserver': 'Nameserver',
  'term.nameserver.what':
    'Answers questions about names, over UDP and TCP on port 53. Which one is asked stands in /etc/resolv.conf.',
  'term.dhcp': 'DHCP',
  'term.dhcp.what':
    'Dynamic Host Configuration Protocol: a server lends addresses, and says who the router is. Who asks has no address yet, so it asks by broadcast, from 0.0.0.0.',
  'term.lease': 'Lease',
  'term.lease.what':
    'An address, lent for some time. When half of it is over the client asks to keep it; what runs out may be lent to somebody else.',
  'term.slaac': 'SLAAC',
  'term.slaac.what':
    'Stateless address autoconfiguration: an IPv6 host takes the prefix that a router advertises, adds an identifier of its own, and asks first whether somebody has that address.',
  'term.link-local': 'Link-local address',
  'term.link-local.what':
    'An address for its own segment only; in IPv6 it begins with fe80. Every IPv6 interface makes one for itself, and no router passes on what carries it.',
  'term.hairpin-nat': 'Hairpin NAT',
  'term.hairpin-nat.what':
    'NAT for a connection that is sent back into the network that it came from. Besides the destination, the source is rewritten: else the server would answer the client directly.',
  'term.vrf': 'VRF',
  'term.vrf.what':
    'Virtual routing and forwarding: a device with a routing table of its own. What comes in by its members is looked up there.',
  'term.wireguard': 'WireGuard',
  'term.wireguard.what':
    'An encrypted tunnel over UDP, as an interface. Its peers are known by their public keys. To whoever does not know them it does not answer.',
  'term.handshake': 'Handshake',
  'term.handshake.what':
    'In WireGuard, two messages by which both ends agree on fresh keys: before the first packet, and about every two minutes while something is sent.',
  'term.allowed-ips': 'allowed-ips',
  'term.allowed-ips.what':
    'The addresses behind a WireGuard peer, used twice: what is for them is encrypted for this peer, and of what this peer sends only such sources are let in.',
  'term.service': 'Service',
  'term.service.what':
    'In Kubernetes, an address and a port that stay, in front of pods that come and go. Of type ClusterIP the address is on no interface: rules rewrite it.',
  'term.pod': 'Pod',
  'term.pod.what':
    'The smallest thing that Kubernetes starts: containers that share a network namespace, and so one address.',
  'term.endpoint': 'Endpoint',
  'term.endpoint.what': 'One of those behind a Service: the address of a pod, and the port that it listens on.',
  'term.delay': 'Delay',
  'term.delay.what':
    'How long a packet is on its way. netem holds back what an interface sends, so with one at both ends a ping feels it twice.',
  'term.loss': 'Loss',
  'term.loss.what':
    'A packet that does not arrive, with nobody to say so. TCP notices that its acknowledgement is missing and sends it again.',
  'term.congestion': 'Congestion',
  'term.congestion.what':
    'More arrives than a link can carry: its queue grows, and what does not fit in is dropped. TCP takes loss for the sign of it and sends less.',
  'term.bond': 'Bond',
  'term.bond.what':
    'Several interfaces as one, with one hardware address. Its mode says which of them sends, and what happens when one fails.',
  'term.active-backup': 'active-backup',
  'term.active-backup.what':
    'Mode of a bond: one member carries everything. When it loses its carrier another one takes over, and the switch learns the new port from the next frame.',
  'term.carrier': 'Carrier',
  'term.carrier.what':
    'The sign that a cable leads to an end that is up. Where it is missing, ip link shows NO-CARRIER.',
} as const
