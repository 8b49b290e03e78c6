/** IPv6 looks for duplicates for a second or two before it uses an address: until then, a change shows nothing. */
import type { LiveState } from '../../core/live/state.js'

/** Longer than the kernel takes (milliseconds). */
const patienceMs = 2500
const lookMs = 50

/** @param read brings the live state up to date */
export async function untilUsable(live: () => LiveState, read: () => Promise<void>): Promise<void> {
  const end = Date.now() + patienceMs
  for (await read(); isTentative(live()) && Date.now() < end; await read())
    await new Promise((resolve) => setTimeout(resolve, lookMs))
}

const isTentative = ({ namespaces }: LiveState): boolean =>
  namespaces.some(({ addresses }) => addresses.some(({ flags }) => flags.includes('tentative')))
