import type { DeviceEntry } from './device-tables.js'
import { linkSettings, type LinkSetting, type LinkSettings } from './lab.js'

/** Devices that send nowhere have neither (dummy_setup, drivers/net/dummy.c; ifb_setup, drivers/net/ifb.c; loopback_setup). */
const withoutMulticast = new Set(['dummy', 'ifb', 'loopback'])
const withoutArp = new Set(['dummy', 'ifb'])

/** What a new interface of the kind has (ether_setup, net/ethernet/eth.c; TX_Q_LIMIT, drivers/net/ifb.c). */
export const usualLinkSetting = (kind: string, setting: LinkSetting): number => {
  switch (setting) {
    case 'multicast':
      return Number(!withoutMulticast.has(kind))
    case 'arp':
      return Number(!withoutArp.has(kind))
    case 'txqueuelen':
      return kind === 'ifb' ? 32 : 1000
    case 'promisc':
    case 'group':
      return 0
  }
}

/** Kinds of which it is known what they have by themselves; others bring settings of their own. */
export const knownKinds: ReadonlySet<string> = new Set('loopback veth bridge vxlan dummy ifb vlan macvlan'.split(' '))

export function linkSettingsOf(entry: DeviceEntry | null | undefined): { readonly linkSettings?: LinkSettings } {
  const said = linkSettings.flatMap((setting) => {
    const value = entry?.[setting]
    return value === undefined ? [] : [[setting, Number(value)] as const]
  })
  return said.length > 0 ? { linkSettings: Object.fromEntries(said) } : {}
}

/** The other way round: as the file says them. */
export const linkSettingEntries = (settings: LinkSettings = {}): Pick<DeviceEntry, LinkSetting> =>
  Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [
      setting,
      setting === 'txqueuelen' || setting === 'group' ? value : value !== 0,
    ]),
  )
