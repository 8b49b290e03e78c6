/** Who sends the probes of a window, and may keep what came of them: the helper of the lab, or what looks at this machine. */
import type { Trace, TraceSummary } from '../../electron/core/diagnosis/trace.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Notifications, Result, Results } from '../../electron/core/rpc.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import type { ProbeParams } from './probe-form.svelte.js'

export interface Prober {
  run(probe: ProbeParams): Promise<Result<{ readonly trace: Trace }>>
  /** The latest, oldest first; null where none are kept. */
  readonly kept: {
    list(): Promise<readonly TraceSummary[]>
    get(id: string): Promise<Result<{ readonly trace: Trace }>>
  } | null
  /** Carries fixes out; null where nothing may be changed. */
  readonly repairs: {
    fix(trace: string): Promise<Results['trace/fix']>
    unfix(undo: string): Promise<Results['trace/unfix']>
  } | null
  /** Told while a probe takes its time. */
  onProgress(listener: (progress: Notifications['trace/progress']) => void): void
}

/**
 * @param meant the open lab, where its network was built by hand; what a fix should say then
 * @param readAgain takes in the network as it is now
 */
export const labProber = (rpc: Rpc, meant: () => LabFile | null, readAgain: () => Promise<void>): Prober => ({
  run(probe) {
    const lab = meant()
    return rpc.request('trace/run', lab ? { ...probe, lab } : probe)
  },
  kept: {
    list: async () => (await rpc.request('trace/list', {})).traces,
    get: (trace) => rpc.request('trace/get', { trace }),
  },
  repairs: {
    fix: async (trace) => {
      const answer = await rpc.request('trace/fix', { trace })
      // Its changes are still on their way, and the trace that follows was made after them.
      if (answer.ok) await attempt(readAgain())
      return answer
    },
    unfix: (undo) => rpc.request('trace/unfix', { undo }),
  },
  onProgress: (listener) => void rpc.on('trace/progress', listener),
})
