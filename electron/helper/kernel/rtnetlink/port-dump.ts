/** What a port of a bridge tells of itself (IFLA_BRPORT_* of linux/if_link.h). */
import type { PortSetting } from '../../../core/lab/lab.js'
import { usualPort } from '../../../core/lab/normalise-bridge.js'
import type { LiveLink } from '../../../core/live/state.js'
import { eachAttribute } from '../netlink/message.js'
import { IFLA_BRPORT_ISOLATED, IFLA_BRPORT_LEARNING, IFLA_BRPORT_MODE } from './bridge.js'

const IFLA_BRPORT_STATE = 1
const IFLA_BRPORT_UNICAST_FLOOD = 9
const IFLA_BRPORT_NO = 18
const IFLA_BRPORT_BCAST_FLOOD = 30
/** BR_STATE_*, as `bridge link` spells them. */
const portStates = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']

const switchTypes: Readonly<Record<number, PortSetting>> = {
  [IFLA_BRPORT_MODE]: 'hairpin',
  [IFLA_BRPORT_LEARNING]: 'learning',
  [IFLA_BRPORT_ISOLATED]: 'isolated',
}

/** On in every new port, and told only where somebody switched them off. */
const floodTypes: Readonly<Record<number, 'flood' | 'bcastFlood'>> = {
  [IFLA_BRPORT_UNICAST_FLOOD]: 'flood',
  [IFLA_BRPORT_BCAST_FLOOD]: 'bcastFlood',
}

/** IFLA_INFO_SLAVE_DATA of a port of a bridge. */
export function readPort(bytes: Buffer, from: number, to: number): LiveLink['port'] {
  let number = 0
  let state = 'disabled'
  const switches: { [S in PortSetting]?: boolean } = {}
  const floods: { flood?: false; bcastFlood?: false } = {}
  eachAttribute(bytes, from, to, (type, at) => {
    const setting = switchTypes[type]
    const flood = floodTypes[type]
    if (type === IFLA_BRPORT_STATE) state = portStates[bytes[at] ?? 0] ?? 'disabled'
    else if (type === IFLA_BRPORT_NO) number = bytes.readUInt16LE(at)
    else if (setting && (bytes[at] !== 0) !== usualPort[setting]) switches[setting] = bytes[at] !== 0
    else if (flood && bytes[at] === 0) floods[flood] = false
  })
  return { number, state, ...switches, ...floods }
}
