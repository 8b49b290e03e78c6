/** Which sections an rtnetlink event touches. */
import { allSections, sectionBits, type Mirror } from './mirror.js'
import { eachAttribute } from './netlink/message.js'
import { PF_BRIDGE } from './rtnetlink/fdb.js'
import { NETNSA_NSID } from './rtnetlink/nsid.js'

/** RTM_NEW* (linux/rtnetlink.h); each one's DEL is the next number. */
const RTM_NEWLINK = 16
const RTM_NEWADDR = 20
const RTM_NEWROUTE = 24
const RTM_NEWNEIGH = 28
const RTM_NEWRULE = 32
const RTM_NEWQDISC = 36
const RTM_NEWNETCONF = 80
const RTM_NEWMDB = 84
const RTM_NEWNSID = 88
const RTM_DELNSID = 89

/** Bits of `sectionBits` for one event; an id of a namespace that ended is forgotten in passing. */
export function touchedSections(mirror: Mirror, type: number, bytes: Buffer, at: number, end: number): number {
  switch (type & ~1) {
    // Links carry the names that all others are told by; and IPv4 drops the routes of a link that goes down without
    // an event of their own (fib_sync_down_dev).
    case RTM_NEWLINK:
      return allSections
    case RTM_NEWADDR:
      return sectionBits.addresses | sectionBits.routes | sectionBits.proxies
    case RTM_NEWROUTE:
      return sectionBits.routes
    case RTM_NEWRULE:
      return sectionBits.rules
    case RTM_NEWNEIGH:
      return bytes[at] === PF_BRIDGE ? sectionBits.fdb : sectionBits.neighbours | sectionBits.proxies
    case RTM_NEWQDISC:
    case RTM_NEWMDB:
      return sectionBits.links
    case RTM_NEWNETCONF:
      return sectionBits.sysctls
    case RTM_NEWNSID:
      return type === RTM_DELNSID && forgetId(mirror, bytes, at, end) ? sectionBits.links : 0
    default:
      return 0
  }
}

/** The number may be given to another namespace next. */
function forgetId(mirror: Mirror, bytes: Buffer, at: number, end: number): boolean {
  let known = false
  eachAttribute(bytes, at + 4, end, (type, where) => {
    if (type === NETNSA_NSID) known = mirror.peers.delete(bytes.readInt32LE(where))
  })
  return known
}
