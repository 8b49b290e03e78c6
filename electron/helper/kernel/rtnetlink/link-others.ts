/**
 * What somebody has set a link to that a lab file has no words for, in those of `ip link`. Usual is what a new device of the
 * kind has by itself (bond_check_params, br_dev_setup, new_nbp, vxlan_nl2conf, ipgre_netlink_parms and their like).
 */
import { eachAttribute } from '../netlink/message.js'

/** The words for what one attribute holds; null: as usual. */
type Other = (bytes: Buffer, at: number, length: number) => string | null

const number =
  (read: (bytes: Buffer, at: number) => number) =>
  (word: string, usual: number, spell: (value: number) => number | string = (value) => value): Other =>
  (bytes, at) => {
    const value = read(bytes, at)
    return value === usual ? null : `${word} ${spell(value)}`
  }
const u8 = number((bytes, at) => bytes.readUInt8(at))
const u16 = number((bytes, at) => bytes.readUInt16LE(at))
const u32 = number((bytes, at) => bytes.readUInt32LE(at))

const oneOf =
  (words: readonly string[]) =>
  (value: number): string =>
    words[value] ?? String(value)
const onOff = oneOf(['off', 'on'])
const hex = (value: number): string => `0x${value.toString(16)}`
const isOff = (word: string): Other => u8(word, 0, onOff)
/** Said by being there. */
const flag =
  (word: string): Other =>
  () =>
    word

/** Words by the bit that each switches, in 32 of them; those of `usual` are on by themselves. */
const switches =
  (words: Readonly<Record<number, string>>, usual: number): Other =>
  (bytes, at) => {
    const value = bytes.readUInt32LE(at)
    const said = Object.entries(words).flatMap(([bit, word]) =>
      (value ^ usual) & Number(bit) ? [`${word} ${value & Number(bit) ? 'on' : 'off'}`] : [],
    )
    return said.length > 0 ? said.join(' ') : null
  }

/** struct ifla_vlan_qos_mapping, one per attribute. */
const priorities =
  (word: string): Other =>
  (bytes, at, length) => {
    const pairs: string[] = []
    eachAttribute(bytes, at, at + length, (_, where) => {
      pairs.push(`${bytes.readUInt32LE(where)}:${bytes.readUInt32LE(where + 4)}`)
    })
    return pairs.length > 0 ? `${word} ${pairs.join(' ')}` : null
  }

/** IFLA_BOND_* */
const bond: Readonly<Record<number, Other>> = {
  4: u32('updelay', 0),
  5: u32('downdelay', 0),
  6: u8('use_carrier', 1),
  7: u32('arp_interval', 0),
  9: u32('arp_validate', 0, oneOf(['none', 'active', 'backup', 'all'])),
  10: u32('arp_all_targets', 0, oneOf(['any', 'all'])),
  12: u8('primary_reselect', 0, oneOf(['always', 'better', 'failure'])),
  13: u8('fail_over_mac', 0, oneOf(['none', 'active', 'follow'])),
  14: u8('xmit_hash_policy', 0, oneOf(['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac'])),
  15: u32('resend_igmp', 1),
  16: u8('num_grat_arp', 1),
  17: u8('all_slaves_active', 0),
  18: u32('min_links', 0),
  19: u32('lp_interval', 1),
  20: u32('packets_per_slave', 1),
  21: u8('lacp_rate', 0, oneOf(['slow', 'fast'])),
  22: u8('ad_select', 0, oneOf(['stable', 'bandwidth', 'count'])),
  24: u16('ad_actor_sys_prio', 65535),
  25: u16('ad_user_port_key', 0),
  27: u8('tlb_dynamic_lb', 1),
  28: u32('peer_notify_delay', 0),
  29: u8('lacp_active', 1, onOff),
}

/** IFLA_BR_* */
const bridge: Readonly<Record<number, Other>> = {
  2: u32('hello_time', 200),
  3: u32('max_age', 2000),
  8: (bytes, at) => (bytes.readUInt16BE(at) === 0x88a8 ? 'vlan_protocol 802.1ad' : null),
  9: u16('group_fwd_mask', 0, hex),
  22: u8('mcast_router', 1),
  23: u8('mcast_snooping', 1),
  24: u8('mcast_query_use_ifaddr', 0),
  25: u8('mcast_querier', 0),
  36: u8('nf_call_iptables', 0),
  37: u8('nf_call_ip6tables', 0),
  38: u8('nf_call_arptables', 0),
  39: u16('vlan_default_pvid', 1),
  41: u8('vlan_stats_enabled', 0),
  43: u8('mcast_igmp_version', 2),
  44: u8('mcast_mld_version', 1),
  46: switches({ 1: 'no_linklocal_learn', 2: 'mcast_vlan_snooping', 4: 'mst_enabled' }, 0),
}

/** What a port costs by the speed of its link (port_cost, net/bridge/br_if.c). */
const usualCosts: readonly number[] = [1, 2, 4, 5, 19, 100]

/** IFLA_BRPORT_* */
const port: Readonly<Record<number, Other>> = {
  2: u16('priority', 32),
  3: (bytes, at) => (usualCosts.includes(bytes.readUInt32LE(at)) ? null : `cost ${bytes.readUInt32LE(at)}`),
  5: isOff('guard'),
  6: isOff('root_block'),
  7: isOff('fastleave'),
  10: isOff('proxy_arp'),
  12: isOff('proxy_arp_wifi'),
  25: u8('mcast_router', 1),
  27: u8('mcast_flood', 1, onOff),
  28: isOff('mcast_to_unicast'),
  29: isOff('vlan_tunnel'),
  31: u16('group_fwd_mask', 0, hex),
  32: isOff('neigh_suppress'),
  39: isOff('locked'),
  40: isOff('mab'),
}

/** IFLA_VLAN_*; VLAN_FLAG_* */
const vlan: Readonly<Record<number, Other>> = {
  2: switches({ 1: 'reorder_hdr', 2: 'gvrp', 4: 'loose_binding', 8: 'mvrp', 16: 'bridge_binding' }, 1),
  3: priorities('egress-qos-map'),
  4: priorities('ingress-qos-map'),
}

const tos = u8('tos', 0, (value) => (value === 1 ? 'inherit' : hex(value)))
const df = u8('df', 0, oneOf(['unset', 'set', 'inherit']))
/** Said without a value, where it is on. */
const bare =
  (word: string): Other =>
  (bytes, at) =>
    bytes[at] ? word : null
/** ... or where it is off. */
const without =
  (word: string): Other =>
  (bytes, at) =>
    bytes[at] ? null : word

/** IFLA_VXLAN_* */
const vxlan: Readonly<Record<number, Other>> = {
  6: tos,
  8: u32('ageing', 300),
  9: u32('maxaddr', 0),
  10: (bytes, at) => {
    const [low, high] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)]
    return low === 0 && high === 0 ? null : `srcport ${low} ${high}`
  },
  11: bare('proxy'),
  12: bare('rsc'),
  13: bare('l2miss'),
  14: bare('l3miss'),
  18: without('noudpcsum'),
  23: flag('gbp'),
  25: bare('external'),
  27: flag('gpe'),
  29: df,
}

const GRE_CSUM = 0x8000
const GRE_SEQ = 0x1000
const greFlags =
  (direction: 'i' | 'o'): Other =>
  (bytes, at) => {
    const value = bytes.readUInt16BE(at)
    const said = [...(value & GRE_CSUM ? [`${direction}csum`] : []), ...(value & GRE_SEQ ? [`${direction}seq`] : [])]
    return said.length > 0 ? said.join(' ') : null
  }
const encapsulated = u16('encap', 0, oneOf(['none', 'fou', 'gue', 'mpls']))

/** IFLA_GRE_* */
const gre: Readonly<Record<number, Other>> = {
  2: greFlags('i'),
  3: greFlags('o'),
  9: tos,
  10: without('nopmtudisc'),
  14: encapsulated,
  18: flag('external'),
  19: bare('ignore-df'),
  20: u32('fwmark', 0, hex),
}
/** IFLA_IPTUN_* */
const iptun: Readonly<Record<number, Other>> = {
  5: tos,
  10: without('nopmtudisc'),
  15: encapsulated,
  19: flag('external'),
  20: u32('fwmark', 0, hex),
}
const encaplimit = u8('encaplimit', 4)
/** Flow labels and traffic classes of IPv6: IFLA_GRE_FLOWINFO, IFLA_IPTUN_FLOWINFO. */
const flowinfo: Other = (bytes, at) => {
  const info = bytes.readUInt32BE(at)
  const [label, tclass] = [info & 0xfffff, (info >>> 20) & 0xff]
  const said = [...(label ? [`flowlabel ${hex(label)}`] : []), ...(tclass ? [`tclass ${hex(tclass)}`] : [])]
  return said.length > 0 ? said.join(' ') : null
}
/** IP6_TNL_F_* (linux/ip6_tunnel.h). */
const ip6Words = {
  1: 'encaplimit none',
  2: 'tclass inherit',
  4: 'flowlabel inherit',
  16: 'dscp inherit',
  32: 'fwmark inherit',
} as const
const ip6Flags: Other = (bytes, at) => {
  const value = bytes.readUInt32LE(at)
  const said = Object.entries(ip6Words).flatMap(([bit, words]) => (value & Number(bit) ? [words] : []))
  return said.length > 0 ? said.join(' ') : null
}

/** IFLA_GENEVE_* */
const geneve: Readonly<Record<number, Other>> = { 4: tos, 6: flag('external'), 13: df }

const kinds: ReadonlyMap<string, Readonly<Record<number, Other>>> = new Map([
  ['bond', bond],
  ['bridge', bridge],
  ['bridge_slave', port],
  ['vlan', vlan],
  ['vxlan', vxlan],
  ['gre', gre],
  ['gretap', gre],
  // Numbers 9 and 10 are of IPv4 alone.
  ['ip6gre', { 2: greFlags('i'), 3: greFlags('o'), 11: encaplimit, 12: flowinfo, 13: ip6Flags }],
  ['ipip', iptun],
  ['sit', iptun],
  ['ip6tnl', { 6: encaplimit, 7: flowinfo, 8: ip6Flags }],
  ['geneve', geneve],
  // IFLA_MACVLAN_FLAGS, IFLA_IPVLAN_FLAGS
  ['macvlan', { 2: (bytes, at) => (bytes.readUInt16LE(at) & 1 ? 'nopromisc' : null) }],
  ['ipvlan', { 2: (bytes, at) => [null, 'private', 'vepa'][bytes.readUInt16LE(at)] ?? null }],
])

/** Of IFLA_INFO_DATA, or with `bridge_slave` of IFLA_INFO_SLAVE_DATA: words for `ip link set NAME`; null: there is nothing. */
export function otherOptions(kind: string, bytes: Buffer, from: number, to: number): string | null {
  const known = kinds.get(kind)
  if (!known) return null
  const said: string[] = []
  eachAttribute(bytes, from, to, (type, at, length) => {
    const words = known[type]?.(bytes, at, length)
    if (words) said.push(words)
  })
  return said.length > 0 ? `type ${kind} ${said.join(' ')}` : null
}
