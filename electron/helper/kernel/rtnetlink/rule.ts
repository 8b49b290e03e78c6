/** Policy rules: RTM_GETRULE (linux/fib_rules.h). */
import { familyOf, formatAddress } from '../inet.js'
import type { Refusal } from '../errno.js'
import type { LiveRule } from '../../../core/live/state.js'
import { eachAttribute, readString } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { ruleActionName } from './words.js'

const RTM_GETRULE = 34
const FRA_DST = 1
const FRA_SRC = 2
const FRA_IIFNAME = 3
const FRA_PRIORITY = 6
const FRA_FWMARK = 10
const FRA_TABLE = 15
const FRA_OIFNAME = 17

/** One RTM_NEWRULE payload; none for multicast routing's own rules. */
export function decodeRule(bytes: Buffer, at: number, end: number): LiveRule | null {
  const family = familyOf(bytes[at] ?? 0)
  if (!family) return null
  let table = bytes[at + 4] ?? 0
  let priority = 0
  let from: string | null = null
  let to: string | null = null
  let iif: string | null = null
  let oif: string | null = null
  let fwmark: number | null = null
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === FRA_SRC) from = `${formatAddress(bytes, where, length)}/${bytes[at + 2]}`
    else if (type === FRA_DST) to = `${formatAddress(bytes, where, length)}/${bytes[at + 1]}`
    else if (type === FRA_IIFNAME) iif = readString(bytes, where, length)
    else if (type === FRA_OIFNAME) oif = readString(bytes, where, length)
    else if (type === FRA_PRIORITY) priority = bytes.readUInt32LE(where)
    else if (type === FRA_FWMARK) fwmark = bytes.readUInt32LE(where)
    else if (type === FRA_TABLE) table = bytes.readUInt32LE(where)
  })
  return { family, priority, from, to, iif, oif, fwmark, table, action: ruleActionName(bytes[at + 7] ?? 0) }
}

/** All rules of both families, the three of every namespace included, by family and priority. */
export const dumpRules = (socket: NetlinkSocket): LiveRule[] | Refusal =>
  socket.dump(message(RTM_GETRULE).u32(0).u32(0).u32(0), decodeRule)
