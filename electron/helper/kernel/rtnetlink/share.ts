/** Macvlans and ipvlans: what shares the cable of an interface (IFLA_MACVLAN_*, IFLA_IPVLAN_* of linux/if_link.h). */
import type { LabShare } from '../../../core/lab/lab.js'
import { ipvlanModes, type macvlanModes } from '../../../core/lab/schema.js'
import type { Refusal } from '../errno.js'
import { eachAttribute } from '../netlink/message.js'
import type { NetlinkSocket } from '../netlink/socket.js'
import { addLink, IFLA_LINK, IFLA_NET_NS_FD, type NewLink } from './link.js'

const IFLA_MACVLAN_MODE = 1
const IFLA_IPVLAN_MODE = 1
/** MACVLAN_MODE_*. */
const macvlanNumbers: Readonly<Record<(typeof macvlanModes)[number], number>> = {
  private: 1,
  vepa: 2,
  bridge: 4,
  passthru: 8,
}

/**
 * From the namespace of its parent, whose index is `parent`.
 * @param namespaceFd the namespace where it is to be; null: that of its parent
 */
export const addShare = (
  socket: NetlinkSocket,
  share: NewLink & LabShare,
  parent: number,
  namespaceFd: number | null,
): Refusal | null =>
  addLink(
    socket,
    share,
    share.kind,
    (to) => {
      if (share.kind === 'macvlan') to.attributeU32(IFLA_MACVLAN_MODE, macvlanNumbers[share.mode])
      else to.attributeU16(IFLA_IPVLAN_MODE, ipvlanModes.indexOf(share.mode))
    },
    (to) => {
      to.attributeU32(IFLA_LINK, parent)
      if (namespaceFd !== null) to.attributeU32(IFLA_NET_NS_FD, namespaceFd)
    },
  )

/** IFLA_INFO_DATA of either, in words of `ip link`; a mode that has none (source) as its number. */
export function readShareMode(bytes: Buffer, from: number, to: number, kind: LabShare['kind']): string {
  let mode = ''
  eachAttribute(bytes, from, to, (type, at) => {
    if (kind === 'macvlan' && type === IFLA_MACVLAN_MODE) {
      const number = bytes.readUInt32LE(at)
      mode = Object.entries(macvlanNumbers).find(([, each]) => each === number)?.[0] ?? String(number)
    } else if (kind === 'ipvlan' && type === IFLA_IPVLAN_MODE) {
      const number = bytes.readUInt16LE(at)
      mode = ipvlanModes[number] ?? String(number)
    }
  })
  return mode
}
