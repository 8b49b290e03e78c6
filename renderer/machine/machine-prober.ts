/** Probes between networks of this machine, and the latest of what came of them: whoever looks there keeps none. */
import type { Trace } from '../../electron/core/diagnosis/trace.js'
import { failure } from '../../electron/core/failure.js'
import { said } from '../../electron/core/words/said.js'
import type { Rpc } from '../connection/rpc.js'
import type { Prober } from '../trace/prober.js'

/** As many as can be compared at a glance. */
const most = 20

export function machineProber(rpc: Rpc): Prober {
  let kept: readonly Trace[] = []
  let made = 0
  return {
    async run({ from, to, protocol, port, count }) {
      const answer = await rpc.request('look/explain', {
        ...{ from, to },
        ...(protocol === undefined ? {} : { protocol }),
        ...(port === undefined ? {} : { port }),
        ...(count === undefined ? {} : { count }),
      })
      if (!answer.ok) return answer
      made += 1
      const trace = { ...answer.trace, id: `machine-${made}` }
      kept = [...kept, trace].slice(-most)
      return { ok: true, trace }
    },
    list: async () => kept,
    async get(id) {
      const trace = kept.find((each) => each.id === id)
      return trace
        ? { ok: true, trace }
        : { ok: false, failure: failure('no-such-trace', said`That trace is not kept any more.`, id) }
    },
    repairs: null,
    onProgress: () => {},
  }
}
