/** Who sends the probes of a window, and may keep what came of them: the helper of the lab, or what looks at this machine. */
import type { Trace, TraceSummary } from '../../electron/core/diagnosis/trace.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Notifications, Result, Results } from '../../electron/core/rpc.js'
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

/** @param meant the open lab, where its network was built by hand; what a fix should say then */
export const labProber = (rpc: Rpc, meant: () => LabFile | null): Prober => ({
  run(probe) {
    const lab = meant()
    return rpc.request('trace/run', lab ? { ...probe, lab } : probe)
  },
  kept: {
    list: async () => (await rpc.request('trace/list', {})).traces,
    get: (trace) => rpc.request('trace/get', { trace }),
  },
  repairs: {
    fix: (trace) => rpc.request('trace/fix', { trace }),
    unfix: (undo) => rpc.request('trace/unfix', { undo }),
  },
  onProgress: (listener) => void rpc.on('trace/progress', listener),
})
