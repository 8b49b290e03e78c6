/** Checks begin when the network stands: a bridge with spanning tree listens and learns before it forwards. */
import { setTimeout as pause } from 'node:timers/promises'
import type { LiveLink, LiveState } from '../core/live/state.js'

/** `max_age` and twice `forward_delay` (IEEE 802.1D): after that every port has decided (milliseconds). */
const longestMs = 50_000
/** Between two looks, milliseconds. */
const lookMs = 250

/** Ports on their way to forwarding, which takes the same time in every run. Those that block have arrived. */
export function undecidedPorts({ namespaces }: LiveState): { readonly namespace: string; readonly port: string }[] {
  return namespaces.flatMap(({ name: namespace, links }) => {
    const trees = new Set(links.filter(({ bridge, up }) => up && bridge?.stp).map(({ name }) => name))
    return links.filter((link) => isUndecided(link, trees)).map(({ name: port }) => ({ namespace, port }))
  })
}

const isUndecided = ({ master, port, up, carrier }: LiveLink, trees: ReadonlySet<string>): boolean =>
  up && carrier && trees.has(master ?? '') && (port?.state === 'listening' || port?.state === 'learning')

/** Resolves when all bridges forward or block, or when no bridge could take any longer. `read` brings `live` up to date. */
export async function untilBridgesForward(
  live: () => LiveState,
  read: (namespaces: readonly string[]) => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + longestMs
  for (
    let waiting = undecidedPorts(live());
    waiting.length > 0 && performance.now() < deadline;
    waiting = undecidedPorts(live())
  ) {
    await pause(lookMs)
    await read([...new Set(waiting.map(({ namespace }) => namespace))])
  }
}
