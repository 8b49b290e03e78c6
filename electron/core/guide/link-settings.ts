/** What a step says of any interface beyond its being there and on, and the kernel has otherwise. */
import type { DeviceEntry } from '../lab/device-tables.js'
import { linkSettings } from '../lab/lab.js'
import { usualLinkSetting } from '../lab/link-settings.js'
import { dottedSysctl } from '../lab/sysctl.js'
import type { LiveLink, LiveNamespace } from '../live/state.js'
import { onOff, type DeviceDifference } from './device-settings.js'
import { hasClient } from './served.js'

/** In words of `ip link set`, and of sysctl. */
export function* linkDifferences(said: DeviceEntry, live: LiveNamespace, link: LiveLink): Iterable<DeviceDifference> {
  for (const each of comparisons(said, live, link)) if (each.wanted !== each.actual) yield each
}

function* comparisons(said: DeviceEntry, live: LiveNamespace, link: LiveLink): Iterable<DeviceDifference> {
  const { name } = link
  const { mtu, mac, dhcp4, 'accept-ra': heeds } = said
  if (mtu !== undefined) yield { key: `${name} mtu`, wanted: String(mtu), actual: String(link.mtu) }
  if (mac !== undefined) yield { key: `${name} address`, wanted: mac.toLowerCase(), actual: link.mac ?? '-' }
  if (dhcp4 !== undefined) yield { key: `${name} dhcp4`, wanted: onOff(dhcp4), actual: onOff(hasClient(live, name)) }
  for (const setting of linkSettings) {
    const wanted = said[setting]
    if (wanted === undefined) continue
    const actual = link.settings?.[setting] ?? usualLinkSetting(link.kind, setting)
    yield typeof wanted === 'boolean'
      ? { key: `${name} ${setting}`, wanted: onOff(wanted), actual: onOff(actual !== 0) }
      : { key: `${name} ${setting}`, wanted: String(wanted), actual: String(actual) }
  }
  if (heeds !== undefined) {
    // A router heeds others only at 2, and whoever is none does so at 1, too.
    const key = dottedSysctl(`net/ipv6/conf/${name}/accept_ra`) ?? ''
    const actual = live.sysctls[key] ?? '-'
    const isRouter = live.sysctls['net.ipv6.conf.all.forwarding'] === '1'
    const does = actual === '2' || (actual === '1' && !isRouter)
    const wanted = heeds ? '2' : '0'
    yield { key, wanted, actual: does === heeds && actual !== '-' ? wanted : actual }
  }
}
