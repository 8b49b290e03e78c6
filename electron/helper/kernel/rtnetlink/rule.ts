/** Rules of policy routing: RTM_*RULE (linux/fib_rules.h), with the requests that `ip rule` sends. */
import { EINVAL, Refusal } from '../errno.js'
import { familyNumber, familyOf, formatAddress, parsePrefix } from '../inet.js'
import type { StepRule } from '../../../core/plan/step.js'
import type { LiveRule } from '../../../core/live/state.js'
import { eachAttribute, NLM_F_CREATE, NLM_F_EXCL, readString } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { protocolName, ruleActionName, ruleActionNumber } from './words.js'

const RTM_NEWRULE = 32
const RTM_DELRULE = 33
const RTM_GETRULE = 34
const FRA_DST = 1
const FRA_SRC = 2
const FRA_IIFNAME = 3
const FRA_PRIORITY = 6
const FRA_FWMARK = 10
const FRA_TABLE = 15
const FRA_FWMASK = 16
const FRA_OIFNAME = 17
const FRA_PROTOCOL = 21
/** FIB_RULE_INVERT. */
const invert = 2
/** Greater numbers of tables are in FRA_TABLE alone. */
const maxByte = 255
const allBits = 0xffffffff
const noPrefixLength = 0xffffffff

/** What a rule may say that no step does, by the words of `ip rule`: FRA_* with its number. */
const otherWords: ReadonlyMap<number, string> = new Map([
  [4, 'goto'],
  [11, 'realms'],
  [12, 'tun_id'],
  [13, 'suppress_ifgroup'],
  [14, 'suppress_prefixlength'],
  [19, 'l3mdev'],
  [20, 'uidrange'],
  [22, 'ipproto'],
  [23, 'sport'],
  [24, 'dport'],
])
/** Of these the kernel tells "none" as a number. */
const suppressors: readonly number[] = [13, 14]

function changeRule(socket: NetlinkSocket, add: boolean, rule: StepRule): Refusal | null {
  const { family, priority, iif, oif, fwmark, not, table } = rule
  const [from, to] = [rule.from, rule.to].map((text) => (text === null ? null : parsePrefix(text)))
  if ((rule.from !== null && !from) || (rule.to !== null && !to))
    return Refusal.of(EINVAL, `any valid prefix is expected rather than "${rule.from ?? rule.to ?? ''}"`)
  const request = message(add ? RTM_NEWRULE : RTM_DELRULE, add ? NLM_F_CREATE | NLM_F_EXCL : 0)
    .u8(familyNumber(family))
    .u8(to?.length ?? 0)
    .u8(from?.length ?? 0)
    .u8(0)
    .u8(table > maxByte ? 0 : table)
    .u8(0)
    .u8(0)
    .u8(ruleActionNumber(rule.action))
    .u32(not ? invert : 0)
  request.attributeU32(FRA_PRIORITY, priority)
  if (to) request.attributeBytes(FRA_DST, to.bytes)
  if (from) request.attributeBytes(FRA_SRC, from.bytes)
  if (iif !== null) request.attributeString(FRA_IIFNAME, iif)
  if (oif !== null) request.attributeString(FRA_OIFNAME, oif)
  if (fwmark !== null) request.attributeU32(FRA_FWMARK, fwmark)
  if (table > maxByte) request.attributeU32(FRA_TABLE, table)
  // Like `ip rule add`, which says no protocol of its own.
  if (rule.protocol !== undefined) request.attributeU8(FRA_PROTOCOL, rule.protocol)
  return socket.change(request)
}

export const addRule = (socket: NetlinkSocket, rule: StepRule): Refusal | null => changeRule(socket, true, rule)
/** The first rule that has what is said here, and its mark where it has one. */
export const deleteRule = (socket: NetlinkSocket, rule: StepRule): Refusal | null => changeRule(socket, false, rule)

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
  let protocol = 'unspec'
  const others: string[] = bytes[at + 3] ? [`tos ${bytes[at + 3]}`] : []
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === FRA_SRC) from = `${formatAddress(bytes, where, length)}/${bytes[at + 2]}`
    else if (type === FRA_DST) to = `${formatAddress(bytes, where, length)}/${bytes[at + 1]}`
    else if (type === FRA_IIFNAME) iif = readString(bytes, where, length)
    else if (type === FRA_OIFNAME) oif = readString(bytes, where, length)
    else if (type === FRA_PRIORITY) priority = bytes.readUInt32LE(where)
    else if (type === FRA_FWMARK) fwmark = bytes.readUInt32LE(where)
    else if (type === FRA_TABLE) table = bytes.readUInt32LE(where)
    else if (type === FRA_PROTOCOL) protocol = protocolName(bytes[where] ?? 0)
    else if (type === FRA_FWMASK) {
      const mask = bytes.readUInt32LE(where)
      // With a mask and no mark it is for packets without one.
      if (mask !== 0 && (mask !== allBits || fwmark === null)) {
        others.push(`fwmark 0x${(fwmark ?? 0).toString(16)}/0x${mask.toString(16)}`)
        fwmark = null
      }
    } else if (otherWords.has(type)) {
      const isNone = suppressors.includes(type) && length >= 4 && bytes.readUInt32LE(where) === noPrefixLength
      const isOff = type === 19 && bytes[where] === 0
      const value = length >= 4 ? ` ${bytes.readUInt32LE(where)}` : ` ${bytes[where]}`
      if (!isNone && !isOff) others.push(`${otherWords.get(type)}${value}`)
    }
  })
  const action = ruleActionName(bytes[at + 7] ?? 0)
  const not = ((bytes[at + 8] ?? 0) & invert) !== 0
  return {
    ...{ family, priority, from, to, iif, oif, fwmark, not },
    ...{ table: action === 'to-table' ? table : 0, action, protocol, others },
  }
}

/** All rules of both families, the three of every namespace included, by family and priority. */
export const dumpRules = (socket: NetlinkSocket): LiveRule[] | Refusal =>
  socket.dump(message(RTM_GETRULE).u32(0).u32(0).u32(0), decodeRule)
