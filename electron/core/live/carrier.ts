/** What the kernel has yet to notice of its carriers. */
import type { LiveLink } from './state.js'

/**
 * The carrier of an interface comes and goes at once, but the kernel acts on it later, when it sets `operstate`: at most once a
 * second (net/core/link_watch.c). Until then frames go nowhere, neighbours that are gone still count as reachable, and what
 * is sent may end as "No buffer space available".
 */
export const isCarrierNews = ({ up, carrier, operstate }: LiveLink): boolean =>
  up && (carrier ? operstate === 'down' || operstate === 'lowerlayerdown' : operstate === 'up')
