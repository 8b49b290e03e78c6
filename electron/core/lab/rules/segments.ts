import { own } from '../../own.js'
import { formatPrefix, networkPrefix } from '../address.js'
import { deviceEntries, homeOf } from '../device-tables.js'
import { quote } from '../describe.js'
import { formatEndpoint, parseEndpoint } from '../endpoint.js'
import { warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { IndexedAddress, IndexedInterface, LabIndex, Rule } from './lab-index.js'
import { joinTagged, tagStacks } from './tags.js'
import { peerTunnel } from '../normalise-tunnel.js'
import { tunnelNetwork } from './tunnel-networks.js'
import { said } from '../../words/said.js'

/**
 * One broadcast domain, one subnet, each address once in it, of IP and of hardware. Warnings: the kernel takes all of
 * it, and answers then come from the wrong place.
 */
export const segmentRules: Rule = function* (lab) {
  const segments = joinSegments(lab)
  yield* sameMacs(lab, segments)
  const holders = new Map<string, IndexedInterface>()
  const subnets = new Map<string, { readonly segment: string; readonly device: IndexedInterface }>()
  for (const { device, address } of cabledAddresses(lab)) {
    if (!address.prefix) continue
    const segment = segments(formatEndpoint({ namespace: device.namespace, interface: device.name }))
    const host = `${segment} ${address.prefix.text}`
    const holder = holders.get(host)
    if (holder && holder !== device) {
      const where = formatEndpoint({ namespace: holder.namespace, interface: holder.name })
      yield warning(
        'duplicate-address',
        address.path,
        said`${address.prefix.text} is the address of ${quote(where)} already, in the same broadcast domain.`,
        said`Give one of them another address.`,
      )
    }
    if (!holder) holders.set(host, device)
    const subnet = formatPrefix(networkPrefix(address.prefix))
    const known = subnets.get(subnet)
    if (!known) subnets.set(subnet, { segment, device })
    else if (known.segment !== segment) {
      const where = formatEndpoint({ namespace: known.device.namespace, interface: known.device.name })
      yield warning(
        'duplicate-subnet',
        address.path,
        said`${quote(`${device.namespace}:${device.name}`)} and ${quote(where)} have the subnet ${subnet}, but no cable or bridge joins them.`,
        said`Give each side a subnet of its own, or join the two.`,
      )
    }
  }
}

/** Two stations with one hardware address: a bridge learns it now here, now there, and answers get lost. */
function* sameMacs(lab: LabIndex, segments: (end: string) => string): Iterable<Finding> {
  const holders = new Map<string, string>()
  for (const { name, path, entry } of lab.namespaces.values()) {
    for (const [table, device, about] of deviceEntries(entry)) {
      if (about?.mac === undefined) continue
      const end = `${homeOf(name, about)}:${device}`
      const mac = about.mac.toLowerCase()
      const held = `${segments(end)} ${mac}`
      const holder = holders.get(held)
      if (holder === undefined) holders.set(held, end)
      // A bridge and its port are one station: the bridge takes the address of a port by itself.
      else if (!isBridgeOfPort(lab, holder, end) && !isBridgeOfPort(lab, end, holder))
        yield warning(
          'duplicate-mac',
          [...path, table, device, 'mac'],
          said`${mac} is the hardware address of ${quote(holder)} already, in the same broadcast domain.`,
          said`Give one of them another address.`,
        )
    }
  }
}

function isBridgeOfPort(lab: LabIndex, bridge: string, port: string): boolean {
  const [a, b] = [parseEndpoint(bridge), parseEndpoint(port)]
  const ports = own(lab.namespaces.get(a.namespace)?.entry.bridges, a.interface)?.ports
  return a.namespace === b.namespace && (ports?.includes(b.interface) ?? false)
}

/** Addresses that stand for a subnet; loopback and host prefixes do not. */
function* cabledAddresses(lab: LabIndex): Iterable<{ device: IndexedInterface; address: IndexedAddress }> {
  for (const namespace of lab.namespaces.values()) {
    for (const device of namespace.interfaces.values()) {
      if (device.name === 'lo') continue
      for (const address of device.addresses) {
        const prefix = address.prefix
        if (prefix && prefix.length < prefix.bytes.length * 8) yield { device, address }
      }
    }
  }
}

/** Union-find over cables, bridges, VLANs and tunnels: gives for an interface the name of its broadcast domain. */
export function joinSegments(lab: LabIndex): (end: string) => string {
  const parents = new Map<string, string>()
  const find = (end: string): string => {
    let root = end
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up
    // Short paths, or a chain of thousands of links is walked again for every address.
    for (let at = end; at !== root;) {
      const up = parents.get(at) ?? root
      parents.set(at, root)
      at = up
    }
    return root
  }
  const join = (a: string, b: string): void => {
    const [x, y] = [find(a), find(b)]
    if (x !== y) parents.set(x, y)
  }
  const stacks = tagStacks(lab)
  for (const { ends } of lab.links)
    for (const stack of stacks) join(`${formatEndpoint(ends[0])}${stack}`, `${formatEndpoint(ends[1])}${stack}`)
  for (const namespace of lab.namespaces.values()) joinTagged(namespace, stacks, join)
  // A macvlan or an ipvlan is one more station on the cable of its parent.
  for (const { name, entry } of lab.namespaces.values())
    for (const [device, said] of [...Object.entries(entry.macvlans ?? {}), ...Object.entries(entry.ipvlans ?? {})])
      for (const stack of stacks) join(`${homeOf(name, said)}:${device}${stack}`, `${name}:${said.link}${stack}`)
  // Tunnels of one network meet somewhere below; which ones answer each other is the underlay's matter.
  for (const tunnel of lab.file.tunnels ?? []) {
    join(tunnelNetwork(tunnel), `${tunnel.namespace}:${tunnel.name}`)
    for (const peer of tunnel.type === 'wireguard' ? (tunnel.peers ?? []) : []) {
      const far = peerTunnel(peer, lab.file.tunnels ?? [])
      if (far) join(`${far.namespace}:${far.name}`, `${tunnel.namespace}:${tunnel.name}`)
    }
  }
  return find
}
