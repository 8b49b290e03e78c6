/** Who shares a wire with whom, and which subnets are on it. */
import { addressBits, formatPrefix, networkPrefix } from '../lab/address.js'
import type { Prefix } from '../lab/address.js'
import { formatEndpoint } from '../lab/endpoint.js'
import type { Endpoint } from '../lab/lab.js'
import { indexLab } from '../lab/rules/lab-index.js'
import type { LabIndex } from '../lab/rules/lab-index.js'
import { joinSegments } from '../lab/rules/segments.js'
import type { LabFile } from '../lab/schema.js'

export interface Station {
  readonly namespace: string
  readonly dev: string
  readonly prefix: Prefix
  /** In canonical spelling. */
  readonly network: string
  /** Names the broadcast domain. */
  readonly segment: string
  readonly up: boolean
}

export interface Stations {
  readonly index: LabIndex
  readonly all: readonly Station[]
  readonly segmentOf: (end: Endpoint) => string
}

/** Every address of the lab with where it is. `lo` is a segment of its own in each namespace. */
export function stationsOf(file: LabFile): Stations {
  const index = indexLab(file)
  const find = joinSegments(index)
  const segmentOf = (end: Endpoint): string => find(formatEndpoint(end))
  const all: Station[] = []
  for (const { name: namespace, interfaces } of index.namespaces.values())
    for (const { name: dev, addresses, up } of interfaces.values())
      for (const { prefix } of addresses) {
        if (!prefix) continue
        const network = formatPrefix(networkPrefix(prefix))
        all.push({ namespace, dev, prefix, network, segment: segmentOf({ namespace, interface: dev }), up })
      }
  return { index, all, segmentOf }
}

/** Whether a prefix is a subnet that neighbours can be in. */
export const holdsNeighbours = ({ family, length }: Prefix): boolean => length < addressBits(family)
