/** What a new namespace has, by key. */

/**
 * What every new namespace has, whatever that of the machine says (inet_init_net, net/ipv4/af_inet.c; icmp_sk_init;
 * tcp_sk_init): put back when a lab that has named the key names it no more.
 */
export const plainDefaults: Readonly<Record<string, string>> = {
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_nonlocal_bind': '0',
  'net.ipv4.ip_unprivileged_port_start': '1024',
  'net.ipv4.fib_multipath_hash_policy': '0',
  'net.ipv4.fib_multipath_use_neigh': '0',
  'net.ipv4.tcp_syncookies': '1',
}

/** Settings people turn in lessons, by the last part of `net.ipv4.conf.WHERE.*`, and what a new namespace has. */
export const confDefaults: Readonly<Record<string, string>> = {
  rp_filter: '0',
  proxy_arp: '0',
  arp_ignore: '0',
  arp_announce: '0',
  accept_local: '0',
  route_localnet: '0',
  log_martians: '0',
}
