/** Kernel features that a lab may need, by the names under which the helper tries them, and how one gets them. */
import { said, type Said } from '../words/said.js'

interface KernelPart {
  readonly what: Said
  /** Null where it is a part that a kernel has from the start or never. */
  readonly module: string | null
  /** The switch of a kernel's build. */
  readonly option: string
}

interface Program {
  readonly what: Said
  /** The package that brings it (Debian, Ubuntu). */
  readonly program: string
}

export type NeededFeature = KernelPart | Program

export const neededFeatures = {
  dummy: { what: said`dummy devices`, module: 'dummy', option: 'CONFIG_DUMMY' },
  vlan: { what: said`VLAN sub-interfaces`, module: '8021q', option: 'CONFIG_VLAN_8021Q' },
  netem: { what: said`impairment of cables beyond a rate`, module: 'sch_netem', option: 'CONFIG_NET_SCH_NETEM' },
  tbf: { what: said`rate limit of cables`, module: 'sch_tbf', option: 'CONFIG_NET_SCH_TBF' },
  gre: { what: said`GRE tunnels`, module: 'ip_gre', option: 'CONFIG_NET_IPGRE' },
  gretap: { what: said`GRE tunnels for frames`, module: 'ip_gre', option: 'CONFIG_NET_IPGRE' },
  ipip: { what: said`IPIP tunnels`, module: 'ipip', option: 'CONFIG_NET_IPIP' },
  sit: { what: said`SIT tunnels`, module: 'sit', option: 'CONFIG_IPV6_SIT' },
  ip6tnl: { what: said`tunnels over IPv6`, module: 'ip6_tunnel', option: 'CONFIG_IPV6_TUNNEL' },
  ip6gre: { what: said`GRE tunnels over IPv6`, module: 'ip6_gre', option: 'CONFIG_IPV6_GRE' },
  geneve: { what: said`Geneve tunnels`, module: 'geneve', option: 'CONFIG_GENEVE' },
  wireguard: { what: said`WireGuard tunnels`, module: 'wireguard', option: 'CONFIG_WIREGUARD' },
  vxlan: { what: said`VXLAN tunnels`, module: 'vxlan', option: 'CONFIG_VXLAN' },
  macvlan: { what: said`macvlans`, module: 'macvlan', option: 'CONFIG_MACVLAN' },
  ipvlan: { what: said`ipvlans`, module: 'ipvlan', option: 'CONFIG_IPVLAN' },
  bond: { what: said`bonds`, module: 'bonding', option: 'CONFIG_BONDING' },
  vrf: { what: said`VRF devices`, module: 'vrf', option: 'CONFIG_NET_VRF' },
  'vlan-filtering': {
    what: said`bridges that filter VLANs`,
    module: null,
    option: 'CONFIG_BRIDGE_VLAN_FILTERING',
  },
  dnsmasq: { what: said`dnsmasq (which serves names and leases)`, program: 'dnsmasq-base' },
  dhcp: { what: said`udhcpc or dhcpcd (which ask for addresses by DHCP)`, program: 'udhcpc' },
} as const satisfies Readonly<Record<string, NeededFeature>>

export type FeatureName = keyof typeof neededFeatures
