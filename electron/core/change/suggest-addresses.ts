/** Addresses and gateways for an interface that has just been cabled; each with why it is this one. */
import {
  addressBits,
  containsAddress,
  formatAddress,
  networkPrefix,
  overlaps,
  parsePrefix,
  parsePrefixOrAddress,
} from '../lab/address.js'
import type { Prefix } from '../lab/address.js'
import { formatEndpoint } from '../lab/endpoint.js'
import { usesIpv6 } from '../lab/ipv6.js'
import type { Endpoint, Family } from '../lab/lab.js'
import type { LabFile, RouteEntry } from '../lab/schema.js'
import { own } from '../own.js'
import { said } from '../words/said.js'
import { maxSubnets, takenSubnets } from './free-subnet.js'
import { holdsNeighbours, stationsOf } from './segments.js'
import type { Station } from './segments.js'
import type { Suggestion } from './suggest-names.js'

/** Subnets that are there beside the lab: of this machine, and of the uplink. */
export type Taken = readonly string[]

/**
 * On a segment that has subnets, the next free address of the first of each family; on a new segment the first address of
 * a subnet that overlaps no other. None for a port of a bridge, which works below addresses, and none where one is.
 */
export function suggestAddresses(file: LabFile, end: Endpoint, taken: Taken): readonly Suggestion<string>[] {
  if (isPort(file, end)) return []
  const { all, segmentOf } = stationsOf(file)
  const segment = segmentOf(end)
  const here = all.filter((each) => each.segment === segment && holdsNeighbours(each.prefix))
  if (here.some(({ namespace, dev }) => namespace === end.namespace && dev === end.interface)) return []
  if (here.length === 0) return newSubnet(file, taken)
  return (['ipv4', 'ipv6'] as const).flatMap((family) =>
    nextIn(
      here.filter(({ prefix }) => prefix.family === family),
      all,
    ),
  )
}

const isPort = (file: LabFile, end: Endpoint): boolean =>
  Object.values(own(file.namespaces, end.namespace)?.bridges ?? {}).some((bridge) =>
    bridge?.ports?.includes(end.interface),
  )

/** Of the subnets of one family on a segment. An address that is elsewhere in the lab would be confused with it. */
function nextIn(here: readonly Station[], all: readonly Station[]): readonly Suggestion<string>[] {
  const [first] = here
  if (!first) return []
  const { network, prefix } = first
  const used = new Set(all.map((each) => each.prefix.text))
  const host = firstHost(networkPrefix(prefix), (text) => used.has(text))
  if (host === null) return []
  return [
    { value: `${host}/${prefix.length}`, reason: said`The next free address of ${network}, which is on this segment.` },
  ]
}

/** The lowest address for a host that is not taken. */
function firstHost(network: Prefix, isTaken: (text: string) => boolean): string | null {
  const { family, length, bytes } = network
  const size = addressBits(family) - length
  // Of a /31 and a /127, both are hosts (RFC 3021, RFC 6164); else the first is the network, and of IPv4 the last is the
  // broadcast address.
  const last = (1n << BigInt(size)) - 1n - (family === 'ipv4' && size > 1 ? 1n : 0n)
  for (let host = size > 1 ? 1n : 0n; host <= last; host += 1n) {
    const text = formatAddress(plus(bytes, host))
    if (!isTaken(text)) return text
  }
  return null
}

function plus(bytes: readonly number[], number: bigint): readonly number[] {
  const whole = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + number
  return bytes.map((_, i) => Number((whole >> BigInt(8 * (bytes.length - 1 - i))) & 255n))
}

/** 10.0.1.0/24, 10.0.2.0/24, ..., and fd00:1::/64, fd00:2::/64, ... with the same number where the lab speaks IPv6. */
function newSubnet(file: LabFile, beside: Taken): readonly Suggestion<string>[] {
  const taken = takenSubnets(file, beside)
  const isFree = (text: string): boolean => {
    const prefix = parsePrefix(text)
    return prefix !== null && !taken.some((each) => overlaps(each, prefix))
  }
  const ipv6 = usesIpv6(file)
  for (let number = 1; number <= maxSubnets; number += 1) {
    const [stem, stem6] = [`10.${number >> 8}.${number & 255}`, `fd00:${number}::`]
    if (number > 9999 && ipv6) return []
    if (!isFree(`${stem}.0/24`) || (ipv6 && !isFree(`${stem6}/64`))) continue
    const reason = (subnet: string) => said`A new segment gets ${subnet}, the first that is free.`
    return [
      { value: `${stem}.1/24`, reason: reason(`${stem}.0/24`) },
      ...(ipv6 ? [{ value: `${stem6}1/64`, reason: reason(`${stem6}/64`) }] : []),
    ]
  }
  return []
}

/**
 * A default route via the router of the interface's segment, for each family that the namespace has no default route of.
 * A router is a namespace that forwards, and does not itself rely on this one.
 */
export function suggestGateways(file: LabFile, end: Endpoint): readonly Suggestion<RouteEntry>[] {
  const { all, segmentOf } = stationsOf(file)
  const segment = segmentOf(end)
  const here = all.filter((each) => each.segment === segment && holdsNeighbours(each.prefix) && each.up)
  const mine = here.filter(({ namespace, dev }) => namespace === end.namespace && dev === end.interface)
  const others = here.filter(({ namespace }) => namespace !== end.namespace)
  return (['ipv4', 'ipv6'] as const).flatMap((family): readonly Suggestion<RouteEntry>[] => {
    if (defaultsOf(file, end.namespace, family).length > 0) return []
    const own = mine.filter(({ prefix }) => prefix.family === family)
    const router = others.find(
      ({ namespace, prefix }) =>
        forwards(file, namespace) &&
        own.some((each) => containsAddress(each.prefix, prefix)) &&
        !defaultsOf(file, namespace, family).some((via) =>
          all.some((each) => each.namespace === end.namespace && each.prefix.text === via),
        ),
    )
    if (!router) return []
    const where = formatEndpoint({ namespace: router.namespace, interface: router.dev })
    return [
      { value: { to: 'default', via: router.prefix.text }, reason: said`${where} is the router on this segment.` },
    ]
  })
}

const forwards = (file: LabFile, namespace: string): boolean => own(file.namespaces, namespace)?.forwarding === true

/** Gateways of the default routes of one family, in canonical spelling. */
export function defaultsOf(file: LabFile, namespace: string, family: Family): readonly string[] {
  return (own(file.namespaces, namespace)?.routes ?? []).flatMap(({ to, via, type, table }) => {
    const gateway = via === undefined ? null : parsePrefixOrAddress(via)
    const whole = parsePrefixOrAddress(to)
    const spoken = to === 'default' ? (gateway?.family ?? 'ipv4') : whole?.length === 0 ? whole.family : null
    if (spoken !== family || (type ?? 'unicast') !== 'unicast' || (table ?? 'main') !== 'main') return []
    return [gateway?.text ?? '']
  })
}
