/** What can be said of a link both when it is made and later. */
import { quote } from '../../lab/describe.js'
import type { BridgeSetting } from '../../lab/lab.js'
import { setDefaultPvid } from '../network/bridge.js'
import { setMac, setUp } from '../network/links.js'
import type { Device } from '../network/network.js'
import { wholeNumber, type Context, type Cursor } from './command.js'
import { said } from '../../words/said.js'

export interface LinkOptions {
  readonly mac: string | null
  readonly mtu: number | null
  readonly up: boolean | null
}

export const parseMac = (text: string): string | null =>
  /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$/.test(text) ? text.toLowerCase() : null

export function applyLinkOptions(device: Device, { mac, mtu, up }: LinkOptions): void {
  if (mac !== null) setMac(device, mac)
  if (mtu !== null) device.mtu = mtu
  if (up !== null) setUp(device, up)
}

/** `ip link` counts a bridge's times in hundredths of a second. */
const bridgeWords: Readonly<Record<string, { readonly key: BridgeSetting; readonly ticks: number }>> = {
  vlan_filtering: { key: 'vlan-filtering', ticks: 1 },
  priority: { key: 'priority', ticks: 1 },
  forward_delay: { key: 'forward-delay', ticks: 100 },
  ageing_time: { key: 'ageing', ticks: 100 },
}

/** Words behind `type bridge`: what a lab file has no word for is named, unless it is the kernel's default. */
export function readBridgeOptions({ tell }: Context, cursor: Cursor, device: Device): void {
  for (let word = cursor.next(); word; word = cursor.next()) {
    const value = cursor.next()
    const setting = bridgeWords[word.text]
    const number = wholeNumber(value?.text, 0, 4_000_000_000)
    if (word.text === 'stp_state') device.stp = value?.text !== '0'
    else if (word.text === 'vlan_default_pvid' && number !== null && number <= 4094) setDefaultPvid(device, number)
    else if (setting && number !== null) device.state.settings.set(setting.key, Math.round(number / setting.ticks))
    else
      tell(word.offset, {
        message: said`The bridge setting ${quote(`${word.text} ${value?.text ?? ''}`.trim())} is left out; a lab file has no word for it.`,
        hint: null,
      })
  }
}
