/** Checks begin when the network stands: a bridge with spanning tree listens and learns before it forwards. */
import type { LiveLink, LiveState } from '../core/live/state.js'
import type { Waiting } from './check-wait.js'

/** Ports on their way to forwarding, which takes the same time in every run. Those that block have arrived. */
export function undecidedPorts({ namespaces }: LiveState): { readonly namespace: string; readonly port: string }[] {
  return namespaces.flatMap(({ name: namespace, links }) => {
    const trees = new Set(links.filter(({ bridge, up }) => up && bridge?.stp).map(({ name }) => name))
    return links.filter((link) => isUndecided(link, trees)).map(({ name: port }) => ({ namespace, port }))
  })
}

const isUndecided = ({ master, port, up, carrier }: LiveLink, trees: ReadonlySet<string>): boolean =>
  up && carrier && trees.has(master ?? '') && (port?.state === 'listening' || port?.state === 'learning')

/** Until all bridges forward or block: `max_age` and twice `forward_delay` (IEEE 802.1D), after which every port has decided. */
export const bridgesForward: Waiting = {
  where: (live) => undecidedPorts(live).map(({ namespace }) => namespace),
  longestMs: 50_000,
  lookMs: 250,
}
