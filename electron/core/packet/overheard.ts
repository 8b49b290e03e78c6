/** A bridge that does not know the way floods; who hears a frame that is meant for others is not on its way. */
import type { LiveState } from '../live/state.js'
import { packetType, type CapturedFrame, type Hop } from './hop.js'

/** @param frame of the hop; undefined where it was not captured. A port of a bridge hears for others by its nature. */
export function isOverheard(
  { namespace }: Pick<Hop, 'namespace'>,
  frame: Pick<CapturedFrame, 'pkttype' | 'ifindex'> | undefined,
  live: LiveState,
): boolean {
  if (frame?.pkttype !== packetType.otherhost) return false
  const links = live.namespaces.find(({ name }) => name === namespace)?.links
  return links?.find(({ index }) => index === frame.ifindex)?.master === null
}
