/** Which subnets are on which interface: what a gateway must be in. Looked up by network, never searched. */
import { addressBits, formatPrefix, networkPrefix, type Address, type Prefix } from '../../lab/address.js'

export interface Subnets<Device> {
  add(prefix: Prefix, device: Device): void
  remove(prefix: Prefix, device: Device): void
  /** Interfaces with a subnet of at least so many bits that holds the address, the narrowest subnet first. */
  reaching(address: Address, least: number): Iterable<Device>
  /** Interfaces on exactly this subnet. */
  on(network: Prefix): Iterable<Device>
}

export function makeSubnets<Device>(): Subnets<Device> {
  // How often: an interface may have several addresses in one subnet.
  const counts = new Map<string, Map<Device, number>>()
  const lengths = new Set<number>()
  const key = (prefix: Prefix): string => formatPrefix(networkPrefix(prefix))
  const change = (prefix: Prefix, device: Device, by: number): void => {
    const network = key(prefix)
    const devices = counts.get(network) ?? new Map<Device, number>()
    const count = (devices.get(device) ?? 0) + by
    if (count > 0) devices.set(device, count)
    else devices.delete(device)
    if (devices.size > 0) counts.set(network, devices)
    else counts.delete(network)
    lengths.add(prefix.length)
  }
  return {
    add: (prefix, device) => change(prefix, device, 1),
    remove: (prefix, device) => change(prefix, device, -1),
    *reaching(address, least) {
      const most = addressBits(address.family)
      const fitting = [...lengths].filter((length) => length >= least && length <= most).sort((a, b) => b - a)
      for (const length of fitting) yield* counts.get(key({ ...address, length }))?.keys() ?? []
    },
    on: (network) => counts.get(key(network))?.keys() ?? [],
  }
}
