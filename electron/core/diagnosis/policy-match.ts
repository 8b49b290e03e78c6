/** Whether a rule of policy routing means a packet. */
import { containsAddress } from '../lab/address.js'
import type { LiveRule } from '../live/state.js'

export interface Routed {
  readonly dst: string
  /** Null: not chosen yet, so that a rule that asks for one does not mean it. */
  readonly src: string | null
  /** By which it came; null where it starts here. */
  readonly iif: string | null
  /** Of nfmark; absent: 0. */
  readonly mark?: number
}

/** By its addresses and by where it came from; `oif`, marks and what else a rule may say are not looked at. */
export function picks({ from, to, iif }: LiveRule, packet: Routed): boolean {
  const within = (prefix: string | null, address: string | null): boolean =>
    prefix === null || (address !== null && containsAddress(prefix, address))
  return (
    within(to, packet.dst) &&
    within(from, packet.src) &&
    (iif === null || iif === packet.iif || (iif === 'lo' && packet.iif === null))
  )
}
