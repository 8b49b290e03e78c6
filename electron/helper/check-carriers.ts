/** Checks begin when the network stands: the kernel looks after carriers that came or went once a second. */
import { isCarrierNews } from '../core/live/carrier.js'
import type { Waiting } from './check-wait.js'

/** Until the kernel has acted on every carrier: two rounds of its own look (net/core/link_watch.c), and what a busy machine adds. */
export const carriersNoticed: Waiting = {
  where: ({ namespaces }) => namespaces.filter(({ links }) => links.some(isCarrierNews)).map(({ name }) => name),
  longestMs: 4000,
  lookMs: 100,
}
