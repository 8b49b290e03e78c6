/** What the kernel itself gives a new namespace, whatever a machine hands on (`net.core.devconf_inherit_init_net`). */

/** By the last part of `net.FAMILY.conf.WHERE.KEY`, in `all` and `default`: net/ipv4/devinet.c, net/ipv6/addrconf.c. */
const own4: Readonly<Record<string, string>> = {
  rp_filter: '0',
  accept_local: '0',
  route_localnet: '0',
  proxy_arp: '0',
  arp_ignore: '0',
  arp_announce: '0',
  arp_filter: '0',
  arp_accept: '0',
  send_redirects: '1',
  secure_redirects: '1',
  shared_media: '1',
  accept_redirects: '1',
  src_valid_mark: '0',
  promote_secondaries: '0',
  ignore_routes_with_linkdown: '0',
  log_martians: '0',
}
const own6: Readonly<Record<string, string>> = {
  disable_ipv6: '0',
  accept_ra: '1',
  accept_redirects: '1',
  autoconf: '1',
  use_tempaddr: '0',
  proxy_ndp: '0',
}

export interface FreshSetting {
  readonly key: string
  readonly value: string
  /** `lo` is there before anybody can change what it copies. */
  readonly copied: string | null
}

/** The kernel switches it off on every `lo` by itself (ipv6_add_dev, net/ipv6/addrconf.c). */
const noneOnLo: ReadonlySet<string> = new Set(['use_tempaddr'])

const settingsOf = (family: string, own: Readonly<Record<string, string>>): FreshSetting[] =>
  Object.entries(own).flatMap(([name, value]) =>
    ['all', 'default'].map((where) => ({
      key: `net.${family}.conf.${where}.${name}`,
      value,
      copied: where === 'default' && !noneOnLo.has(name) ? `net.${family}.conf.lo.${name}` : null,
    })),
  )

/** Forwarding first: switching it writes over some of the others. */
export const freshSettings: readonly FreshSetting[] = [
  { key: 'net.ipv4.ip_forward', value: '0', copied: null },
  { key: 'net.ipv6.conf.all.forwarding', value: '0', copied: null },
  ...settingsOf('ipv4', own4),
  { key: 'net.ipv4.conf.all.accept_source_route', value: '0', copied: null },
  { key: 'net.ipv4.conf.default.accept_source_route', value: '1', copied: 'net.ipv4.conf.lo.accept_source_route' },
  ...settingsOf('ipv6', own6),
]

/** The same as `KEY=VALUE`, in the order in which they are to be written. */
export const freshWords: readonly string[] = freshSettings.flatMap(({ key, value, copied }) => [
  `${key}=${value}`,
  ...(copied === null ? [] : [`${copied}=${value}`]),
])
