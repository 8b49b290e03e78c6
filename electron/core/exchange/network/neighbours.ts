/** Neighbours that somebody gave to an interface, and addresses that it answers for. */
import { quote } from '../../lab/describe.js'
import type { Family } from '../../lab/lab.js'
import { said } from '../../words/said.js'
import { most, refusal, type Device, type Neighbour, type Refusal } from './network.js'

const keyOf = ({ address, mac }: Neighbour): string => `${mac === null ? 'proxy ' : ''}${address}`

/** `verb`: what `ip neigh` calls it; `add` wants none to be there, `change` wants one. */
export function setNeighbour(device: Device, neighbour: Neighbour, verb: 'add' | 'change' | 'replace'): Refusal {
  const key = keyOf(neighbour)
  const isThere = device.neighbours.has(key)
  // The kernel does not mind a second proxy entry (pneigh_lookup, net/core/neighbour.c).
  if (verb === 'add' && isThere && neighbour.mac !== null)
    return refusal(
      said`${quote(device.name)} has the neighbour ${neighbour.address} already.`,
      said`Write \`ip neigh replace\`.`,
    )
  if (verb === 'change' && !isThere)
    return refusal(said`${quote(device.name)} has no neighbour ${neighbour.address} at this point.`)
  if (device.neighbours.size >= most.addresses)
    return refusal(said`More than ${most.addresses} neighbours of one interface are more than a lab may have.`)
  device.neighbours.set(key, neighbour)
  return null
}

/** Whether there was one. */
export const deleteNeighbour = (device: Device, neighbour: Neighbour): boolean =>
  device.neighbours.delete(keyOf(neighbour))

/** What the kernel takes along when an interface goes down or loses its addresses; when it gets another MAC, all but proxies. */
export function dropNeighbours(device: Device, { family = null, proxies = true }: Dropped = {}): void {
  for (const [key, each] of device.neighbours)
    if ((family === null || each.family === family) && (proxies || each.mac !== null)) device.neighbours.delete(key)
}

interface Dropped {
  readonly family?: Family | null
  readonly proxies?: boolean
}
