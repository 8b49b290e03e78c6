/** The sentences of a diagnosis by key, so that the window can say them in its own language. `{name}` stands for a parameter. */

export const sentences = {
  // Causes
  'no-route': '{namespace} has no route to {target}.',
  'no-route-rule': 'A rule of policy routing in {namespace} keeps it from {target}: {rule}.',
  'policy-detour':
    'A rule of policy routing in {namespace} sends it towards {target} by {way}, where it gets no further: {rule}.',
  'policy-astray':
    'A rule of policy routing in {namespace} sends it to {target} by {way}, past the route to {prefix} that leads there: {rule}.',
  'bond-no-member': 'The bond {interface} of {namespace} has no member that carries anything: {members}.',
  'bond-unwatched':
    'The bond {interface} of {namespace} goes on using {member}, which has no carrier: with miimon 0 it does not look.',
  'bond-empty': 'The bond {interface} of {namespace} has no members, so nothing leaves by it.',
  'vrf-leak-out':
    '{namespace} looks for {target} in the table of VRF {vrf} ({table}), which has no way there; table {other} has one ({prefix}), and no route leads from the one to the other.',
  'vrf-leak-into':
    '{namespace} looks for {target} outside of any VRF, where there is no way; VRF {vrf} (table {other}) has one ({prefix}), and no route leads into it.',
  'route-blocked': '{namespace} has a route to {target} that refuses it: {type} {prefix}.',
  'no-return-route': '{namespace} got the packet, but has no route back to {target}.',
  'no-return-route-router': '{namespace} has no route back to {target}; the answer ends there.',
  'gateway-outside':
    'The route of {namespace} to {target} needs the gateway {gateway}, which is in no subnet of its interfaces.',
  'gateway-unnamed':
    'The route {prefix} of {namespace} names no gateway, so {namespace} asks for {target} itself on {interface}, where nobody has that address.',
  'gateway-silent': '{namespace} sends by the gateway {gateway}, but nobody on {interface} has that address.',
  'forwarding-off': '{namespace} got a packet for {target} and does not forward: {key} is 0.',
  'interface-down': '{interface} of {namespace} is down.',
  'interface-down-bridge': 'The bridge {interface} of {namespace} is down, so none of its ports forwards.',
  unplugged: 'The cable is pulled out at {interface} of {namespace}, so neither end of it has a carrier.',
  'peer-down': '{interface} of {namespace}, the other end of the cable at {near}, is down.',
  'route-back':
    '{namespace} sends the packet for {target} back to {other}, from where it came: its route {prefix} goes by {gateway}.',
  'route-to-host':
    '{namespace} sends the packet for {target} to {other}, which is no router: its route {prefix} goes by {gateway}.',
  'route-lo': '{namespace} sends the packet for {target} to its own lo: its route {prefix} names no other interface.',
  'route-lost':
    '{namespace} has lost its route {prefix}, so the packet for {target} goes by its route {taken}, which leads elsewhere.',
  'address-lost':
    '{interface} of {namespace} has lost its address {address}, so packets for its subnet go by another route, which leads elsewhere.',
  'route-refuses-asker':
    '{namespace} has a route to {target} that refuses it ({type} {prefix}), so it does not answer when {target} asks for its link-layer address.',
  'rule-refuses-asker':
    'A rule of policy routing keeps {namespace} from {target} ({rule}), so it does not answer when {target} asks for its link-layer address.',
  'vlan-no-pvid':
    '{interface} of {namespace}, a port of {bridge}, takes no frames without a VLAN tag (it has no PVID), and this one had none.',
  'vlan-refused':
    '{interface} of {namespace}, a port of {bridge}, drops frames of VLAN {vlan}: it does not have that VLAN.',
  'vlan-not-there': 'It is in VLAN {vlan}, which {interface} of {namespace} (bridge {bridge}) does not have.',
  'vlan-tagged':
    'Frames come to {interface} of {namespace} with the tag of VLAN {vlan}, and it takes those without one.',
  'vlan-untagged': 'Frames come to {namespace} without a VLAN tag, and {interface} takes those of VLAN {wanted} alone.',
  'vlan-other':
    'Frames come to {namespace} with the tag of VLAN {vlan}, and {interface} takes those of VLAN {wanted} alone.',
  'vlan-protocol':
    'Frames come to {namespace} with a tag of {other}, and {interface} takes those of {wanted} alone, whatever their number.',
  'impaired-loss':
    'The cable loses {loss} of what {interface} of {namespace} sends (netem); frames it lost during the probe: {count}.',
  'impaired-queue':
    'More comes to {interface} of {namespace} than its rate lets through; frames its queue threw away during the probe: {count}.',
  'impaired-delay':
    'The cable holds everything that {interface} of {namespace} sends back for {delay} (netem), longer than the probe waits.',
  'port-isolated':
    'The ports {interface} and {other} of {bridge} in {namespace} are both isolated, so nothing gets from one to the other.',
  'port-setting': '{interface} of {namespace}, a port of {bridge}, keeps frames back: {setting}.',
  'fdb-entry':
    '{bridge} of {namespace} has a fixed entry that sends frames for {mac} to {interface}; the station is behind {right}.',
  'wrong-gateway':
    'The route of {namespace} to {target} goes by {gateway}, which is {other} and no router; {router} beside it leads there, by {right}.',
  'own-gateway':
    'The route of {namespace} to {target} goes by {gateway}, which is its own address: so it asks on {interface} for {target} itself.',
  'no-address': '{namespace} has no {family} address on {interface}.',
  'no-lease':
    '{interface} of {namespace} waits for a lease. {server} serves DHCP in its segment, and nothing that it gave has come.',
  'no-lease-full':
    '{interface} of {namespace} waits for a lease. {server} has given away every address of its range {range}.',
  'no-lease-nobody': '{interface} of {namespace} waits for a lease, and nobody in its segment serves DHCP.',
  'no-lease-unknown':
    '{interface} of {namespace} waits for a lease. Of those in its segment who could be asked, nobody serves DHCP; others could not be asked.',
  'no-lease-cable': '{interface} of {namespace} waits for a lease, and its cable has no carrier: nobody hears it ask.',
  'no-lease-down': '{interface} of {namespace} waits for a lease, and is down: it cannot ask.',
  'ipv6-off': 'IPv6 is switched off on {interface} of {namespace}: {key} is 1.',
  'address-on-port':
    '{address} is on {interface} of {namespace}, which is a port of {bridge}: what comes to a port goes to its bridge, so the address belongs there.',
  'same-subnet-apart': '{namespace} and {otherNamespace} are both in {prefix}, but no wire joins them.',
  'same-subnet-parent':
    '{interface} of {namespace} is a {kind} on {parent} of {otherNamespace}: both are in {prefix} and share a cable, but the kernel passes nothing from one to the other.',
  'same-subnet-siblings':
    '{interface} of {namespace} and {otherInterface} of {otherNamespace} are macvlans on {parent} of {between}: both are in {prefix} and share its cable, but in mode {mode} the kernel passes nothing from one to the other.',
  'same-subnet-apart-at':
    '{namespace} and {otherNamespace} are both in {prefix}, but their cables end at {first} and {second} of {between}, which no bridge joins.',
  'wrong-prefix-narrow':
    '{address} on {interface} of {namespace} does not reach {target}, which is on the same segment: the prefix length is wrong.',
  'wrong-prefix-wide':
    '{address} on {interface} of {namespace} claims {target} for its own segment, but it is behind another one: the prefix length is wrong.',
  'wrong-prefix-disjoint':
    '{address} on {interface} of {namespace} and {other} on {otherInterface} of {otherNamespace} share a cable but no subnet.',
  'duplicate-address':
    'Both {namespace} ({interface}) and {otherNamespace} ({otherInterface}) have {address}; the packet went to {namespace}.',
  'duplicate-subnet':
    '{namespace} has {prefix} on both {interface} and {other}; it looks for {target} on {interface}, and it is on {other}.',
  'neighbour-wrong':
    '{namespace} sends to {target} with the link-layer address {mac}, which nobody there has; it should be {right}.',
  'neighbour-life':
    'A rule of {namespace} sets the hop limit of the question for {target}, and neighbour discovery counts only with 255: chain {chain} of table {table}: {rule}.',
  'neighbour-mute': '{owner} has {target} and does not answer who asks for it: {key} is {value}.',
  'arp-filtered':
    '{namespace} has {target} and heard the question for it on {interface}, but sends to {source} by {way}: with {key}=1 it answers there only.',
  'arp-off-link': '{interface} of {namespace} speaks no ARP (NOARP), so nobody learns its link-layer address.',
  'arp-proxy-off': 'Nobody has {target}; {namespace} would answer for it on {interface} if {key} were 1.',
  'arp-proxy-lost':
    'Nobody has {target}; {namespace} would answer for it on {interface} (proxy_arp), but has no route to it itself.',
  'echo-off': '{namespace} got the echo request and answers none: {key} is 1.',
  'duplicate-mac':
    '{interface} of {namespace} and {otherInterface} of {otherNamespace} have the same hardware address {mac}, so bridges mix them up.',
  'stp-waiting':
    '{interface} of {namespace}, a port of {bridge}, does not forward yet: spanning tree has it {state}, for about {seconds} s more.',
  'stp-blocking': '{interface} of {namespace}, a port of {bridge}, does not forward: spanning tree has it {state}.',
  'bridge-loop':
    'The bridges make a circle without spanning tree: the cable from {namespace}:{interface} to {otherNamespace}:{otherInterface} joins two that are joined already, so frames go round for ever.',
  'tunnel-mismatch':
    'The two ends of the tunnel do not fit: {what} is {value} at {namespace}:{interface} and {otherValue} at {otherNamespace}:{otherInterface}.',
  'name-no-resolver':
    '{namespace} asks nobody for names: it has no nameserver, and its hosts file does not know {name}.',
  'name-no-answer': '{namespace} asks {by} for {name} and gets no answer.',
  'name-unknown': '{by}, which {namespace} asks, knows no address of {name} ({code}).',
  'name-wrong': '{namespace} takes {name} for {address}, as {by} says, and not for {wanted}.',
  'name-resolved': '{namespace} takes {name} for {address}, as {by} says.',
  'tunnel-unreachable': 'The packets of the tunnel {interface} of {namespace} do not get to {remote}.',
  'tunnel-mtu':
    'The packet has {length} bytes and must not be cut, but the tunnel {interface} of {namespace} takes {mtu}: it puts {overhead} bytes around each.',
  'wireguard-no-peer':
    'No peer of {interface} in {namespace} may be sent packets for {target}: it is in no list of allowed addresses.',
  'wireguard-not-allowed':
    '{namespace} throws away what comes from {source} by {interface}: the peer in {otherNamespace} is not allowed to send from that address.',
  'wireguard-no-endpoint':
    '{interface} of {namespace} does not know where its peer for {target} is: it was told no endpoint, and has heard nothing of it.',
  'wireguard-elsewhere':
    '{interface} of {namespace} sends to its peer for {target} at {endpoint}, where no WireGuard of {otherNamespace} listens.',
  'wireguard-no-handshake':
    '{interface} of {namespace} and its peer for {target} have not agreed on a session: nobody answers as this peer at {endpoint}.',
  'not-a-bridge-port': '{interface} of {namespace} is no port of {bridge}, so nothing gets from one to the other.',
  'firewall-drop': 'A rule of {namespace} drops it: chain {chain} of table {table}: {rule}.',
  'firewall-queue':
    'A rule of {namespace} hands it to a program, from which it does not come back: chain {chain} of table {table}: {rule}.',
  'firewall-drop-policy': 'The policy of chain {chain} (table {table}) in {namespace} drops it: no rule accepts it.',
  'firewall-reject': 'A rule of {namespace} rejects it: chain {chain} of table {table}: {rule}.',
  'kept-docker':
    'Docker has a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. From elsewhere it lets in only what is published: publish the port, or let who asks join that network ({connect}).',
  'kept-docker-apart':
    "Docker keeps its networks apart, by a rule in {namespace}: chain {chain} of table {table}: {rule}. Let one of the two join the other's network ({connect}), or publish the port.",
  'kept-docker-internal':
    'One of the two networks is internal, and Docker lets nothing in or out of it, by a rule in {namespace}: chain {chain} of table {table}: {rule}. Let the container join another network as well ({connect}).',
  'kept-docker-each-other':
    'Docker keeps the containers on {bridge} apart from each other (enable_icc of that network is false), by a rule in {namespace}: chain {chain} of table {table}: {rule}. Let both join a network that is not so ({connect}).',
  'kept-podman':
    'Podman has a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. Publish the port, or let who asks join that network ({connect}).',
  'kept-podman-apart':
    "Podman keeps apart networks that are isolated, by a rule in {namespace}: chain {chain} of table {table}: {rule}. Let one of the two join the other's network ({connect}), or publish the port.",
  'kept-cni':
    'The plugins of CNI have a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. It follows from the configuration of the network (/etc/cni/net.d): change that.',
  'kept-libvirt':
    'libvirt has a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. It follows from how the network forwards (virsh net-edit): a machine that others shall reach belongs on a routed network or a bridge.',
  'kept-kubernetes':
    'Kubernetes has a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. It follows from a Service, or from the settings of the node: change those.',
  'kept-kubernetes-endpoints':
    'The Service has no endpoint, so Kubernetes turns away what is sent to it, by a rule in {namespace}: chain {chain} of table {table}: {rule}. See whether its selector finds pods, and whether these are ready.',
  'kept-firewalld':
    'firewalld has a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. Tell firewalld to let it through (firewall-cmd).',
  'kept-ufw':
    'ufw has a rule in {namespace} that does not let it through: chain {chain} of table {table}: {rule}. Tell ufw to let it through (ufw allow, ufw route allow).',
  'rp-filter':
    '{namespace} drops it on {interface}: it would answer {source} by another way, and reverse path filtering (rp_filter={value}) forbids that.',
  'rp-filter-asker':
    '{namespace} does not answer who asks for {target} on {interface}: the question comes from {source}, to which it sends by {way}, and reverse path filtering (rp_filter={value}) forbids that.',
  'conntrack-full':
    'The connection tracking of {namespace} is full ({count} connections of {most}), so it drops what begins a new one: {drops} packets during the probe.',
  untracked:
    'A rule of {namespace} keeps it out of connection tracking, so no rule of NAT rewrites it: chain {chain} of table {table}: {rule}.',
  'untracked-reply':
    'A rule of {namespace} keeps the answer out of connection tracking, so its addresses are not turned back: chain {chain} of table {table}: {rule}.',
  'tracked-apart':
    'A rule of {namespace} puts only one direction into a zone of connection tracking, so the addresses of the answer are not turned back: chain {chain} of table {table}: {rule}.',
  'ttl-exceeded': 'The TTL ran out in {namespace}: the packet was sent with a TTL of {ttl}, and the way is longer.',
  'ttl-lowered': 'A rule of {namespace} lowers the TTL, so that it runs out on the way: {rule}.',
  'ttl-loop': 'The packet goes round in circles: {namespaces} send it to each other until the TTL has run out.',
  mtu: 'The packet has {length} bytes and must not be cut, but {interface} of {namespace} takes {mtu}.',
  'mtu-unknown':
    'The packet has {length} bytes, which is too big for the way on from {namespace}, and must not be cut.',
  'mtu-differs':
    '{interface} of {namespace} takes {mtu} bytes and drops the packet of {length} without a word; {otherInterface} of {otherNamespace} beside it takes {otherMtu}.',
  'nat-missing':
    '{router} sends it out with the private source {source}; {namespace} has no route back to that, and no rule rewrites it.',
  'nat-wrong-interface':
    'The {kind} rule of {namespace} names {wrong}, but the packet {passes} by {right}, so it is not rewritten.',
  'nat-but-interface':
    'The {kind} rule of {namespace} is for every interface but {right}, and the packet comes in by that one, so it is not rewritten.',
  'nat-local':
    'What {namespace} sends itself does not pass PREROUTING, so its DNAT rule for port {port} does not apply; the same rule in OUTPUT would.',
  hairpin:
    '{namespace} is in the subnet of {client} and answers it directly, not by {router}: the answer comes from {server} where {target} was asked, and is refused.',
  'hairpin-self':
    '{router} sends the request for {target} on to {namespace}, which had sent it itself: it comes back with the source {client}, and no machine takes a packet of its own from outside.',
  asymmetric:
    '{namespace} answers {client} by another way than by {router}, which had rewritten the destination: the answer comes from {server} where {target} was asked, and is refused.',
  'wrong-source': 'A rule of {namespace} gives the packet the source {source}, which nobody has: no answer finds back.',
  'wrong-source-own':
    'A rule of {namespace} gives the packet the source {source}, which is an address of {owner} itself: no machine takes a packet of its own from outside.',
  'other-source':
    '{namespace} answers from {source} where {target} was asked, and {client} takes no answer from another address than it asked.',
  'other-port':
    '{namespace} answers from port {other} where {port} was asked, and {client} takes no answer from there: it rewrites the destination, its server listens on every address and answers from another one, and connection tracking takes that for a new conversation. Let the server listen on the address that it is rewritten to.',
  'dnat-loopback':
    '{namespace} rewrites the destination to {address}, where nothing from outside may go while {key} is 0.',
  'bridge-netfilter':
    'Frames that only pass {bridge} go through the firewall of {namespace} ({key}=1), and it drops this one: chain {chain}: {rule}.',
  'hairpin-port':
    '{bridge} of {namespace} should send the packet for {target} out by {interface}, the port that it came in by, and hairpin is off there.',
  'program-on-path':
    'A program ({kind}) is attached to {interface} of {namespace}, on the way of the packet. What it does with packets cannot be seen, and nothing else that was looked at explains where this one ended.',
  'filter-on-path':
    'A filter of tc sits on {interface} of {namespace}, on the way of the packet: {action}. Packets that it has met so far: {count}; nothing else that was looked at explains where this one ended.',
  'port-closed': 'Nobody listens on {protocol} port {port} in {namespace}.',
  'port-closed-rewritten':
    'Nobody listens on {protocol} port {port} in {namespace}, where its own rule sends what comes to port {from}: {rule}.',
  'port-elsewhere':
    'In {namespace} somebody listens on {protocol} port {port} of {address} only, and nobody on that of {target}.',
  'local-down': 'lo of {namespace} is down, and what a namespace sends to itself goes by lo.',
  'no-such-address': 'Nobody in the lab has {target}.',
  'no-such-address-rewritten':
    'A rule of {namespace} sends it on to {target}, and nobody in the lab has that address: {rule}.',
  'no-such-address-here': 'Nobody in the lab has {target}; {interface} of {namespace} should.',
  unknown: 'The packet was last seen in {namespace}; nothing that was looked at proves why it ended there.',
  'unknown-nowhere': 'Nothing that was looked at proves why there was no answer.',
  'unknown-silent': '{namespace} took the packet and sent no answer, as UDP programs may.',
  'unknown-incomplete': 'The capture is incomplete, so where the packet ended is not certain.',
  // Ruled out
  'not-firewall': 'No rule of {namespace} drops or rejects it.',
  'not-rp-filter': 'Reverse path filtering of {namespace} did not count a packet.',
  'not-forwarding-off': 'Forwarding is on in {namespace}.',
  'not-forwarding-counted': 'Forwarding is off in {namespace}, but it has counted no packet that this stopped.',
  'not-conntrack-full': 'The connection tracking of {namespace} has room for new connections.',
  'not-untracked': 'Connection tracking of {namespace} sees both directions.',
  'not-ttl': 'No router says that the TTL ran out.',
  'not-mtu': 'Nobody says that the packet is too big.',
  'not-local-down': 'lo of {namespace} is up.',
  'not-interface-down': 'Every interface of {namespace} that it could take is up.',
  'not-by-down': 'No address on an interface of {namespace} that is down would lead there: {interfaces}.',
  'not-peer-down': 'The cable at {interface} of {namespace} has a carrier.',
  'not-no-lease': 'Nothing in {namespace} waits for a lease.',
  'not-no-address': '{namespace} has an address.',
  'not-wrong-prefix': 'The prefix lengths in {namespace} fit its neighbours.',
  'not-duplicate-subnet': 'What {namespace} looks for is on no other interface of the same subnet.',
  'not-duplicate-address': 'Nobody else on the segment has {target}.',
  'not-a-port-loose': 'Every cable on the way is plugged into its bridge.',
  'not-policy-rule': 'No rule of policy routing stands in the way in {namespace}.',
  'not-bond': 'No bond on the way from {namespace} is without a member that carries.',
  'not-vrf-leak': 'No VRF of {namespace} keeps it from {target}.',
  'not-own-gateway': 'No address of {namespace} is its own gateway.',
  'not-ipv6-off': 'IPv6 is on in {namespace}.',
  'not-address-on-port': 'No port of a bridge has an address.',
  'not-same-subnet-apart': 'The subnet of {namespace} is on one wire.',
  'not-arp-off': '{namespace} may answer for {target}.',
  'not-echo-off': '{namespace} answers echo requests.',
  'not-duplicate-mac': 'No two stations have the same hardware address.',
  'not-stp': 'Every port of a bridge of {namespace} forwards.',
  'not-loop': 'The bridges make no circle.',
  'not-wireguard-allowed': 'Every address on the way is allowed to the peers of WireGuard.',
  'not-wireguard-handshake': 'The peers of WireGuard have a session.',
  'not-tunnel': 'The two ends of the tunnel fit.',
  'not-hairpin': 'The answer comes back by the way that the request took.',
  'not-wrong-source': 'The source that {namespace} gives the packet is there.',
  'not-other-source': '{namespace} answers from the address that was asked.',
  'not-vlan': 'No VLAN keeps frames apart in {namespace}.',
  'not-impaired': 'Nothing that {interface} of {namespace} sends is lost or held back for long by its cable.',
  'not-port-setting': 'No setting of a port keeps frames back in {namespace}.',
  'not-fdb-entry': 'No fixed entry leads frames astray in {namespace}.',
  'not-dnat-loopback': '{namespace} may send it to its own 127.0.0.0/8.',
  'not-gateway': 'No gateway of {namespace} is out of reach.',
  'not-no-route': '{namespace} has a route to {target}.',
  'not-nat': 'No rewriting of addresses is missing in {namespace}.',
  'not-neighbour': 'The link-layer addresses that {namespace} knows are right.',
  'not-bridge-netfilter': 'Bridged frames do not go through the firewall of {namespace}.',
  'not-hairpin-port': '{interface} of {namespace} sends back what came in by it.',
  'not-program-on-path': 'No program (XDP, BPF of tc) sits in {namespace} where it ended.',
  'not-port-closed': 'Nobody answered that the port is closed.',
  'not-no-such-address': '{owner} has {target}.',
} as const

export type MessageKey = keyof typeof sentences

export interface Message {
  readonly key: MessageKey
  readonly params: Readonly<Record<string, string>>
}

export const say = (key: MessageKey, params: Readonly<Record<string, string | number>> = {}): Message => ({
  key,
  params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
})

/** The sentence in English. */
export function english({ key, params }: Message): string {
  return sentences[key].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? name)
}
