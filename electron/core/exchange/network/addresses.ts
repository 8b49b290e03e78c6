/** Addresses of interfaces, and what goes with them. */
import { formatPrefix, isMulticast, networkPrefix, type Prefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import type { Family } from '../../lab/lab.js'
import { isKernelAddress } from '../../plan/live-index.js'
import { most, refusal, type Device, type Refusal } from './network.js'
import { dropNeighbours } from './neighbours.js'
import { dropRoutes } from './routes.js'
import { said } from '../../words/said.js'

const isSame = (a: Prefix, b: Prefix): boolean => a.text === b.text && a.length === b.length
const isOwn = (device: Device, prefix: Prefix): boolean =>
  device.kind === 'loopback' && isKernelAddress({ dev: 'lo', address: formatPrefix(prefix), flags: [] })

export function addAddress(device: Device, prefix: Prefix): Refusal {
  // 127.0.0.1/8 and ::1 come by themselves.
  if (isOwn(device, prefix)) return null
  if (isMulticast(prefix)) return refusal(said`${quote(formatPrefix(prefix))} is a multicast group, not an address.`)
  if (device.addresses.some((each) => isSame(each, prefix)))
    return refusal(
      said`${quote(device.name)} has the address ${formatPrefix(prefix)} already.`,
      said`Remove one of them.`,
    )
  if (device.addresses.length >= most.addresses)
    return refusal(said`More than ${most.addresses} addresses on one interface are more than a lab may have.`)
  device.addresses.push(prefix)
  count(device, prefix, 1)
  if (device.kind !== 'loopback') device.namespace.subnets.add(prefix, device)
  return null
}

/**
 * A deleted primary IPv4 address takes its secondaries along (the kernel's `promote_secondaries` is 0), and the last
 * one the routes of the interface (fib_disable_ip, net/ipv4/fib_frontend.c).
 */
export function deleteAddress(device: Device, prefix: Prefix): Refusal {
  if (isOwn(device, prefix)) return refusal(said`Every namespace keeps ${formatPrefix(prefix)} on lo.`)
  const gone = device.addresses.find((each) => isSame(each, prefix))
  if (!gone) return refusal(said`${quote(device.name)} has no address ${formatPrefix(prefix)} at this point.`)
  const network = formatPrefix(networkPrefix(gone))
  const siblings = device.addresses.filter((each) => formatPrefix(networkPrefix(each)) === network)
  const wholeSubnet = gone.family === 'ipv4' && siblings[0] === gone
  remove(device, wholeSubnet ? siblings : [gone])
  return null
}

export function dropAddresses(device: Device, family: Family | null = null): void {
  remove(
    device,
    device.addresses.filter((each) => family === null || each.family === family),
  )
}

function remove(device: Device, gone: readonly Prefix[]): void {
  if (gone.length === 0) return
  const leaving = new Set(gone)
  device.addresses = device.addresses.filter((each) => !leaving.has(each))
  for (const each of gone) count(device, each, -1)
  if (device.kind !== 'loopback') for (const each of gone) device.namespace.subnets.remove(each, device)
  const lostIpv4 = gone.some((each) => each.family === 'ipv4')
  if (lostIpv4 && !device.addresses.some((each) => each.family === 'ipv4')) {
    dropRoutes(device, 'ipv4')
    dropNeighbours(device, { family: 'ipv4' })
  }
}

function count({ namespace: { own } }: Device, { text }: Prefix, by: number): void {
  const times = (own.get(text) ?? 0) + by
  if (times > 0) own.set(text, times)
  else own.delete(text)
}
