/** Which words of the glossary a diagnosis, or a device's doing in a film, rests on. */
import type { DiagnosisCode } from '../../electron/core/diagnosis/diagnosis.js'
import type { glossary } from '../i18n/en/glossary.js'
import type { Why } from '../trace/why.js'

type WordOf<Key> = Key extends `term.${infer Word}` ? (Word extends `${string}.what` ? never : Word) : never
/** A place in the glossary. */
export type TermName = WordOf<keyof typeof glossary>

/** Two or three at most: what one has to know to follow the sentence, the closest first. */
export const termsOfDiagnosis: Readonly<Record<DiagnosisCode, readonly TermName[]>> = {
  'no-route': ['routing-table', 'default-route', 'subnet'],
  'no-return-route': ['routing-table', 'default-route'],
  'gateway-unreachable': ['gateway', 'arp', 'subnet'],
  'forwarding-off': ['forwarding', 'router'],
  'interface-down': ['veth-pair', 'carrier'],
  'peer-down': ['veth-pair', 'carrier'],
  'no-address': ['subnet', 'arp'],
  'no-lease': ['dhcp', 'lease'],
  'wrong-prefix': ['prefix', 'subnet'],
  'duplicate-address': ['arp', 'neighbour'],
  'duplicate-subnet': ['subnet', 'routing-table', 'metric'],
  'neighbour-failed': ['neighbour', 'arp'],
  'not-a-bridge-port': ['bridge', 'veth-pair'],
  'firewall-drop': ['firewall', 'chain', 'hook'],
  'firewall-reject': ['firewall', 'chain', 'icmp'],
  'rp-filter': ['rp-filter', 'asymmetric-path'],
  'ttl-exceeded': ['ttl', 'icmp'],
  mtu: ['mtu', 'dont-fragment', 'path-mtu-discovery'],
  'nat-missing': ['source-nat', 'masquerade', 'private-address'],
  'nat-wrong-interface': ['source-nat', 'masquerade'],
  'bridge-netfilter': ['bridge', 'firewall'],
  'port-closed': ['icmp'],
  'local-down': ['namespace'],
  'no-such-address': ['arp', 'subnet'],
  'duplicate-mac': ['hardware-address', 'bridge'],
  'stp-blocking': ['bridge', 'flooding'],
  loop: ['ttl', 'routing-table'],
  'route-blocked': ['routing-table', 'prefix'],
  'bond-no-member': ['bond', 'active-backup', 'carrier'],
  'vrf-leak-missing': ['vrf', 'routing-table'],
  'policy-rule': ['policy-rule', 'routing-table'],
  'address-on-port': ['bridge', 'subnet'],
  'same-subnet-apart': ['subnet', 'arp', 'router'],
  'arp-off': ['arp'],
  'ipv6-off': ['link-local', 'slaac'],
  'wrong-gateway': ['gateway', 'forwarding'],
  'own-gateway': ['gateway', 'routing-table'],
  'tunnel-mtu': ['mtu', 'underlay', 'payload'],
  'name-unresolved': ['nameserver'],
  'tunnel-unreachable': ['underlay'],
  'wireguard-no-handshake': ['wireguard', 'handshake'],
  'wireguard-not-allowed': ['wireguard', 'allowed-ips'],
  'tunnel-mismatch': ['underlay', 'vni'],
  hairpin: ['hairpin-nat', 'dnat'],
  'program-on-path': ['hook'],
  asymmetric: ['asymmetric-path', 'conntrack'],
  'wrong-source': ['source-nat', 'routing-table'],
  'dnat-loopback': ['dnat'],
  'port-isolated': ['bridge', 'access-port'],
  unplugged: ['veth-pair', 'carrier'],
  'conntrack-full': ['conntrack'],
  untracked: ['conntrack', 'dnat', 'source-nat'],
  impaired: ['loss', 'delay', 'congestion'],
  'vlan-mismatch': ['vlan', 'tag', 'trunk'],
  'port-setting': ['bridge', 'flooding'],
  'fdb-entry': ['forwarding-database', 'bridge', 'hardware-address'],
  unknown: [],
}

const termsOfWhy: Readonly<Record<Why['kind'], readonly TermName[]>> = {
  swap: ['source-nat', 'dnat', 'conntrack'],
  undo: ['conntrack'],
  routing: ['router', 'ttl', 'hardware-address'],
  verdict: [],
}

/** A verdict is of a chain, where one gave it. */
export const termsOf = ({ kind, reason }: Why): readonly TermName[] =>
  kind === 'verdict' && reason?.chain ? ['firewall', 'chain', 'hook'] : termsOfWhy[kind]
