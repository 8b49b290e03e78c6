/** Probes between networks of this machine: whoever looks there keeps nothing of them. */
import type { Rpc } from '../connection/rpc.js'
import type { Prober } from '../trace/prober.js'

export function machineProber(rpc: Rpc): Prober {
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
      return { ok: true, trace: { ...answer.trace, id: `machine-${made}` } }
    },
    kept: null,
    repairs: null,
    onProgress: () => {},
  }
}
