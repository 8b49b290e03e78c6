/** Requests over netlink in a record of strace(1), and those among them that would change something. */

/** Families of rtnetlink: NEW, DEL, GET, SET, one after the other (linux/rtnetlink.h). */
const changes =
  /RTM_(?:NEW|DEL|SET)|NFT_MSG_(?:NEW|DEL)|IPCTNL_MSG_\w+_(?:NEW|DELETE)|NFQNL_MSG_|IPSET_CMD_(?!GET|LIST|PROTOCOL|HEADER)/

/** ip(8) asks so whether the kernel knows such requests; it names no link and no change (iplink_have_newlink, ip/iplink.c). */
const asksForNothing = /RTM_NEWLINK, .*ifi_index=0, ifi_flags=0, ifi_change=0\}\]/

export function netlinkWrites(record: string): { readonly requests: number; readonly writes: readonly string[] } {
  const requests = record.split('\n').filter((line) => /nlmsg_type=|AF_NETLINK/.test(line))
  // What answers a question of ours is a message of the kernel's, which is received and not sent.
  return {
    requests: requests.length,
    writes: requests
      .filter((line) => changes.test(line) && !asksForNothing.test(line))
      .map((line) => line.slice(0, 300)),
  }
}
