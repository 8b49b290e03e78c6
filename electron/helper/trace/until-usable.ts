/** After a change the kernel takes its time: until then, it shows nothing of what it will do. */
import type { LiveLink, LiveState } from '../../core/live/state.js'

/** Longer than the kernel takes (milliseconds). */
const patienceMs = 2500
const lookMs = 50

/**
 * @param read brings the live state up to date
 * @param limitMs to wait at most (milliseconds)
 */
async function until(
  isReady: (live: LiveState) => boolean,
  live: () => LiveState,
  read: () => Promise<void>,
  limitMs = patienceMs,
): Promise<void> {
  const end = Date.now() + Math.min(limitMs, patienceMs)
  for (await read(); !isReady(live()) && Date.now() < end; await read())
    await new Promise((resolve) => setTimeout(resolve, lookMs))
}

/** Until addresses are in use and ports have their carrier. */
export const untilUsable = (live: () => LiveState, read: () => Promise<void>, limitMs?: number): Promise<void> =>
  until((now) => !isTentative(now) && !isPlugging(now), live, read, limitMs)

/** Until ports have their carrier. */
export const untilPlugged = (live: () => LiveState, read: () => Promise<void>): Promise<void> =>
  until((now) => !isPlugging(now), live, read)

/** IPv6 looks for duplicates for a second or two before it uses an address. */
const isTentative = ({ namespaces }: LiveState): boolean =>
  namespaces.some(({ addresses }) => addresses.some(({ flags }) => flags.includes('tentative')))

/**
 * Carriers are told of once a second (linkwatch): until then a bridge sends nothing out by the port of a cable that is whole
 * again. A bond looks at its members every `miimon` milliseconds.
 */
function isPlugging({ namespaces }: LiveState): boolean {
  const far = ({ peer }: LiveLink): LiveLink | undefined =>
    namespaces.find(({ name }) => name === peer?.namespace)?.links.find(({ index }) => index === peer?.index)
  return namespaces.some(({ links }) =>
    links.some((link) => {
      if (link.bonding && link.up && !link.carrier)
        return link.bonding.miimon > 0 && links.some(({ bond, up, carrier }) => bond === link.name && up && carrier)
      const bridge = links.find(({ name }) => name === link.master)
      return link.up && link.port?.state === 'disabled' && bridge?.up === true && far(link)?.up === true
    }),
  )
}
