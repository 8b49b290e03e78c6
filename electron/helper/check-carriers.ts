/** Checks begin when the network stands: the kernel looks after carriers that came or went once a second. */
import { setTimeout as pause } from 'node:timers/promises'
import { isCarrierNews } from '../core/live/carrier.js'
import type { LiveState } from '../core/live/state.js'

/** Two rounds of the kernel's own look (net/core/link_watch.c), and what a busy machine adds (milliseconds). */
const longestMs = 4000
/** Between two looks, milliseconds. */
const lookMs = 100

const whereNews = ({ namespaces }: LiveState): readonly string[] =>
  namespaces.filter(({ links }) => links.some(isCarrierNews)).map(({ name }) => name)

/** Resolves when the kernel has acted on every carrier, or could not take any longer. `read` brings `live` up to date. */
export async function untilCarriersAreNoticed(
  live: () => LiveState,
  read: (namespaces: readonly string[]) => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + longestMs
  for (
    let waiting = whereNews(live());
    waiting.length > 0 && performance.now() < deadline;
    waiting = whereNews(live())
  ) {
    await pause(lookMs)
    await read(waiting)
  }
}
