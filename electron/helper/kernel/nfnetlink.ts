/** The netfilter subsystems' common socket (linux/netfilter/nfnetlink.h): what changed, and what is there at all. */
import { Refusal } from './errno.js'
import { eachAttribute } from './netlink/message.js'
import { message, NETLINK_NETFILTER, NetlinkSocket } from './netlink/socket.js'

const NFNL_SUBSYS_CTNETLINK = 1
const NFNL_SUBSYS_NFTABLES = 10
const NFT_MSG_GETGEN = 16
const NFTA_GEN_ID = 1
const IPCTNL_MSG_CT_GET = 1
/** Every change of tables, chains, rules, sets; iptables-nft included, iptables-legacy not. */
const NFNLGRP_NFTABLES = 7

/** A socket that wakes when the ruleset of the thread's current namespace changes. */
export const openRulesetEvents = (): NetlinkSocket | Refusal =>
  NetlinkSocket.openSubscribed(NETLINK_NETFILTER, 1 << (NFNLGRP_NFTABLES - 1))

export const openNetfilter = (): NetlinkSocket | Refusal => NetlinkSocket.open(NETLINK_NETFILTER)

/** struct nfgenmsg: family, version, resource id. */
const header = (subsystem: number, type: number) => message((subsystem << 8) | type).u32(0)

/**
 * Number of the ruleset's generation: it grows with every transaction, and is 1 in a namespace whose ruleset nobody has
 * touched (`nf_tables_init_net`).
 */
export function rulesetGeneration(socket: NetlinkSocket): number | Refusal {
  return socket.get(header(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETGEN), (bytes, at, end) => {
    let generation = 0
    eachAttribute(bytes, at + 4, end, (type, where) => {
      if (type === NFTA_GEN_ID) generation = bytes.readUInt32BE(where)
    })
    return generation
  })
}

/** Null where connection tracking answers. */
export function tryConntrack(socket: NetlinkSocket): Refusal | null {
  const entries = socket.dump(header(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET), () => null)
  return entries instanceof Refusal ? entries : null
}
