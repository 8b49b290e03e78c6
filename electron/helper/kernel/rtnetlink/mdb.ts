/** Groups that somebody joined for a port of a bridge: RTM_GETMDB (struct br_mdb_entry, linux/if_bridge.h), as `bridge mdb` reads it. */
import { formatAddress, formatMac } from '../inet.js'
import { EOPNOTSUPP, type Refusal } from '../errno.js'
import { eachAttribute } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { PF_BRIDGE } from './fdb.js'

const RTM_GETMDB = 86
const MDBA_MDB = 1
const MDBA_MDB_ENTRY = 1
const MDBA_MDB_ENTRY_INFO = 1
const MDBA_MDB_EATTR_SOURCE = 4
/** What is learned from the members themselves comes and goes (MDB_TEMPORARY). */
const MDB_PERMANENT = 1
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
/** Bytes of struct br_mdb_entry: port, state, flags, VLAN, then 16 of the address and its protocol, aligned to 4. */
const entryBytes = 28

export interface DumpedGroup {
  readonly bridge: number
  readonly port: number
  readonly group: string
  readonly source: string | null
  readonly vlan: number | null
}

/** One RTM_NEWMDB payload: struct br_port_msg, with the index of the bridge, then its entries. */
export function decodeGroups(bytes: Buffer, at: number, end: number): readonly DumpedGroup[] {
  const bridge = bytes.readUInt32LE(at + 4)
  const groups: DumpedGroup[] = []
  eachAttribute(bytes, at + 8, end, (type, from, length) => {
    if (type !== MDBA_MDB) return
    eachAttribute(bytes, from, from + length, (entry, inner, size) => {
      if (entry !== MDBA_MDB_ENTRY) return
      eachAttribute(bytes, inner, inner + size, (info, where, whole) => {
        if (info !== MDBA_MDB_ENTRY_INFO || bytes[where + 4] !== MDB_PERMANENT) return
        let source: string | null = null
        eachAttribute(bytes, where + entryBytes, where + whole, (attribute, place, held) => {
          if (attribute === MDBA_MDB_EATTR_SOURCE) source = formatAddress(bytes, place, held)
        })
        const vlan = bytes.readUInt16LE(where + 6)
        groups.push({
          ...{ bridge, port: bytes.readUInt32LE(where), group: groupOf(bytes, where + 8), source },
          vlan: vlan === 0 ? null : vlan,
        })
      })
    })
  })
  return groups
}

function groupOf(bytes: Buffer, at: number): string {
  const protocol = bytes.readUInt16BE(at + 16)
  if (protocol === ETH_P_IP) return formatAddress(bytes, at, 4)
  return protocol === ETH_P_IPV6 ? formatAddress(bytes, at, 16) : (formatMac(bytes, at, 6) ?? '')
}

/** Of all bridges of the namespace; none where the kernel does not listen to who joins a group. */
export function dumpGroups(socket: NetlinkSocket): readonly DumpedGroup[] | Refusal {
  const dumped = socket.dump(message(RTM_GETMDB).u32(PF_BRIDGE).u32(0), decodeGroups)
  if (Array.isArray(dumped)) return dumped.flat()
  return dumped.errno === EOPNOTSUPP ? [] : dumped
}
