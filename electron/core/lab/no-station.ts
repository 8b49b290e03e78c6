/** Targets that are addresses, and yet nobody's: what they are, and what to name instead. */
import {
  broadcastOf,
  formatPrefix,
  isLinkLocalIpv6,
  isMulticast,
  networkPrefix,
  parseAddress,
  parsePrefix,
} from './address.js'
import { said, type Said } from '../words/said.js'

export interface Connected {
  readonly namespace: string
  readonly dev: string
  /** `address/length`. */
  readonly address: string
}

export interface NoStation {
  /** A sentence. */
  readonly why: Said
  readonly next: Said
}

/** Broadcast addresses of the subnets that are there, and the first interface that has each. */
export function broadcastsOf(connected: Iterable<Connected>): ReadonlyMap<string, Connected> {
  const broadcasts = new Map<string, Connected>()
  for (const each of connected) {
    const prefix = parsePrefix(each.address)
    const broadcast = prefix && broadcastOf(prefix)
    if (broadcast !== null && !broadcasts.has(broadcast)) broadcasts.set(broadcast, each)
  }
  return broadcasts
}

/** @param text an address without a zone */
export function noStation(text: string, broadcasts: ReadonlyMap<string, Connected>): NoStation | null {
  const address = parseAddress(text)
  if (!address) return null
  const next = said`Name the address of one station.`
  if (address.bytes.every((byte) => byte === 0)) return { why: said`${text} stands for no address at all.`, next }
  if (isMulticast(address)) return { why: said`${text} is the address of a multicast group.`, next }
  if (text === '255.255.255.255') return { why: said`${text} is the broadcast address of every subnet.`, next }
  const found = broadcasts.get(address.text)
  const prefix = found && parsePrefix(found.address)
  if (!found || !prefix) return null
  const subnet = formatPrefix(networkPrefix(prefix))
  return {
    why: said`${text} is the broadcast address of ${subnet}, the subnet of ${found.dev} in ${found.namespace}.`,
    next,
  }
}

/** An address that every link has anew: which link is meant must be said (RFC 4007). */
export function needsZone(text: string): boolean {
  const address = parseAddress(text)
  return address !== null && isLinkLocalIpv6(address)
}
