/** Bonds: several links as one (linux/if_bonding.h, IFLA_BOND_* of linux/if_link.h). */
import type { BondMode } from '../../../core/lab/lab.js'
import { bondModes } from '../../../core/lab/schema.js'
import type { Refusal } from '../errno.js'
import { formatMac } from '../inet.js'
import { eachAttribute } from '../netlink/message.js'
import type { NetlinkSocket } from '../netlink/socket.js'
import { addLink, setKindData, type NewLink } from './link.js'

const IFLA_BOND_MODE = 1
const IFLA_BOND_ACTIVE_SLAVE = 2
const IFLA_BOND_MIIMON = 3
const IFLA_BOND_PRIMARY = 11
const IFLA_BOND_SLAVE_PERM_HWADDR = 4

export interface NewBond extends NewLink {
  readonly mode: BondMode
  /** Milliseconds. */
  readonly miimon: number
}

/** The mode comes first: it decides what else may be said. Numbers are those of BOND_MODE_*, in the order of their words. */
export const addBond = (socket: NetlinkSocket, bond: NewBond): Refusal | null =>
  addLink(socket, bond, 'bond', (to) => {
    to.attributeU8(IFLA_BOND_MODE, bondModes.indexOf(bond.mode))
    to.attributeU32(IFLA_BOND_MIIMON, bond.miimon)
  })

/** `primary` is the index of the member that the bond prefers; 0: none. */
export const setBondPrimary = (socket: NetlinkSocket, name: string, primary: number): Refusal | null =>
  setKindData(socket, name, 'bond', (to) => to.attributeU32(IFLA_BOND_PRIMARY, primary))

export interface DumpedBond {
  readonly mode: string
  /** Milliseconds. */
  readonly miimon: number
  /** Indexes; null where there is none. */
  readonly primary: number | null
  readonly active: number | null
}

/** IFLA_INFO_DATA of a bond. */
export function readBond(bytes: Buffer, from: number, to: number): DumpedBond {
  let [mode, miimon]: [string, number] = ['', 0]
  let [primary, active]: (number | null)[] = [null, null]
  eachAttribute(bytes, from, to, (type, at) => {
    if (type === IFLA_BOND_MODE) mode = bondModes[bytes[at] ?? -1] ?? String(bytes[at])
    else if (type === IFLA_BOND_MIIMON) miimon = bytes.readUInt32LE(at)
    else if (type === IFLA_BOND_PRIMARY) primary = bytes.readUInt32LE(at)
    else if (type === IFLA_BOND_ACTIVE_SLAVE) active = bytes.readUInt32LE(at)
  })
  return { mode, miimon, primary: primary ?? null, active: active ?? null }
}

/** IFLA_INFO_SLAVE_DATA of a member: the address that it will have again. */
export function readPermanentMac(bytes: Buffer, from: number, to: number): string | null {
  let mac: string | null = null
  eachAttribute(bytes, from, to, (type, at, length) => {
    if (type === IFLA_BOND_SLAVE_PERM_HWADDR) mac = formatMac(bytes, at, length)
  })
  return mac
}
