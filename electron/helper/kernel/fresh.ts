/**
 * What a new namespace starts with. Where nobody asks the kernel for something else (`net.core.devconf_inherit_init_net`),
 * it copies the machine's own IPv4 settings into each namespace it makes: one machine forwards and checks sources, the next
 * does not. A lab must mean the same on both, so each namespace made for one starts with the kernel's own values.
 */
import { type Held, holdCurrent } from './namespace.js'
import type { Refusal } from './errno.js'
import { readSysctl, writeSysctl } from './sysctl.js'

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

interface Setting {
  readonly key: string
  readonly value: string
  /** `lo` is there before anybody can change what it copies. */
  readonly copied: string | null
}

const settingsOf = (family: string, own: Readonly<Record<string, string>>): Setting[] =>
  Object.entries(own).flatMap(([name, value]) =>
    ['all', 'default'].map((where) => ({
      key: `net.${family}.conf.${where}.${name}`,
      value,
      copied: where === 'default' ? `net.${family}.conf.lo.${name}` : null,
    })),
  )

/** Forwarding first: switching it writes over some of the others. */
const settings: readonly Setting[] = [
  { key: 'net.ipv4.ip_forward', value: '0', copied: null },
  { key: 'net.ipv6.conf.all.forwarding', value: '0', copied: null },
  ...settingsOf('ipv4', own4),
  { key: 'net.ipv4.conf.all.accept_source_route', value: '0', copied: null },
  { key: 'net.ipv4.conf.default.accept_source_route', value: '1', copied: 'net.ipv4.conf.lo.accept_source_route' },
  ...settingsOf('ipv6', own6),
]

/** What a machine hands on changes only where somebody changes the machine (milliseconds). */
const knownForMs = 1000

/** One for each thread that makes namespaces. */
export class FreshSettings {
  #handedOn: readonly Setting[] = []
  #readAt = -Infinity

  /** In a namespace that has just been made: gives it the kernel's own values, where it has others, and holds it. */
  hold(): Held | Refusal {
    if (performance.now() - this.#readAt > knownForMs) {
      this.#handedOn = settings.filter(({ key, value }) => (readSysctl(key) ?? value) !== value)
      this.#readAt = performance.now()
    }
    for (const { key, value, copied } of this.#handedOn) {
      writeSysctl(key, value)
      if (copied !== null) writeSysctl(copied, value)
    }
    return holdCurrent()
  }
}
