import { parseAddress } from './address.js'
import type { LabNeighbour } from './lab.js'
import type { NamespaceEntry } from './rules/lab-index.js'
import type { NeighbourEntry } from './schema.js'

/** An entry without a MAC address that is no proxy says nothing. */
export function normaliseNeighbours({ neighbours = [] }: Pick<NamespaceEntry, 'neighbours'>): readonly LabNeighbour[] {
  return neighbours.flatMap(({ address: text, dev, mac, proxy }): LabNeighbour[] => {
    const address = parseAddress(text)
    if (!address || (mac === undefined && proxy !== true)) return []
    const { family } = address
    return [{ family, address: address.text, dev, mac: proxy === true ? null : (mac?.toLowerCase() ?? null) }]
  })
}

export const neighbourEntry = ({ address, dev, mac }: Omit<LabNeighbour, 'family'>): NeighbourEntry =>
  mac === null ? { address, dev, proxy: true } : { address, mac, dev }
