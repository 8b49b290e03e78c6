/**
 * Looks again and again at what the kernel tells no event of, for the one namespace in the inspector: counters of rules,
 * and connections. Nobody looks: nothing is read.
 */
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'

/** Between an answer and the next look: as often as a person reads a number that moves (ms). */
const pauseMs = 1000

/** Call inside an effect with what is looked at. */
export function keepLooking(rpc: Rpc, namespace: string): () => void {
  let looking = true
  let timer: ReturnType<typeof setTimeout> | null = null
  const look = async (): Promise<void> => {
    timer = null
    if (document.visibilityState === 'visible') await attempt(rpc.request('live/look', { namespace })).catch(() => {})
    if (looking) timer = setTimeout(() => void look(), pauseMs)
  }
  void look()
  return () => {
    looking = false
    if (timer !== null) clearTimeout(timer)
  }
}
