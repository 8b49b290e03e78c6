/** Stations that somebody wrote down by hand: neighbours as a lab file says them, entries of bridges that it has no words for. */
import { neighbourEntry } from '../lab/normalise-neighbours.js'
import type { NeighbourEntry } from '../lab/schema.js'
import type { LiveNamespace } from '../live/state.js'
import { said, type Said } from '../words/said.js'
import { givenNeighbours } from './given-neighbours.js'

export function readNeighbours(
  live: LiveNamespace,
  skipped: ReadonlySet<string>,
  unexpressed: Said[],
): NeighbourEntry[] {
  return givenNeighbours(live).flatMap((neighbour): NeighbourEntry[] => {
    const { address, dev } = neighbour
    if (!skipped.has(dev)) return [neighbourEntry(neighbour)]
    unexpressed.push(said`${live.name}: neighbour ${address} by ${dev}`)
    return []
  })
}

/** The commands that would write them anew. */
export function writtenStations({ name, fdb, links, neighbours }: LiveNamespace): Said[] {
  // Of its own address, and of that of each port, the kernel keeps a permanent entry itself (fdb_add_local, net/bridge/br_fdb.c).
  const own = new Set(links.map(({ mac }) => mac))
  const written = fdb.flatMap(({ dev, mac, master, vlan, permanent, ...entry }) => {
    const isWritten = entry.static || (permanent && !own.has(mac))
    if (master === null || !isWritten) return []
    const where = master === dev ? 'self' : 'master'
    const tag = vlan === null ? '' : ` vlan ${vlan}`
    return [`bridge fdb add ${mac} dev ${dev} ${where}${entry.static ? ' static' : ''}${tag}`]
  })
  // Never asked about again, as one that is permanent, but forgotten when room is wanted (neigh_forced_gc, net/core/neighbour.c).
  const unasked = neighbours.flatMap(({ address, dev, mac, state }) =>
    state === 'NOARP' ? [`ip neighbour add ${address} lladdr ${mac} dev ${dev} nud noarp`] : [],
  )
  return [...new Set([...written, ...unasked])].map((command) => said`${name}: ${command}`)
}

/** What keeps ports from sending what their bridge has not learned. */
export const silencedPorts = ({ name, links }: LiveNamespace): Said[] =>
  links.flatMap(({ name: dev, port }) => [
    ...(port?.flood === false ? [said`${name}: ${`bridge link set dev ${dev} flood off`}`] : []),
    ...(port?.bcastFlood === false ? [said`${name}: ${`bridge link set dev ${dev} bcast_flood off`}`] : []),
  ])
