import type { LabNeighbour } from '../lab/lab.js'
import type { LiveNamespace } from '../live/state.js'

/** Those that somebody gave; what the kernel learns by itself is nobody's to make. */
export const givenNeighbours = ({
  neighbours,
  proxies = [],
}: Pick<LiveNamespace, 'neighbours' | 'proxies'>): readonly LabNeighbour[] => [
  ...neighbours.flatMap(({ family, address, dev, mac, state }): LabNeighbour[] =>
    state === 'PERMANENT' && mac !== null && dev !== 'lo' ? [{ family, address, dev, mac }] : [],
  ),
  ...proxies.map(({ family, address, dev }): LabNeighbour => ({ family, address, dev, mac: null })),
]

/** What the kernel takes for the same place in its tables. */
export const slotOf = ({ address, dev, mac }: LabNeighbour): string =>
  `${dev} ${address} ${mac === null ? 'proxy' : ''}`
