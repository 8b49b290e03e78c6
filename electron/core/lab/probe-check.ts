/** Checks that send a probe, and the trace that follows the same probe. */
import type { LabCheck, ProbeCheck } from './lab.js'
import type { TraceEntry } from './schema.js'

export const isProbe = (check: LabCheck): check is ProbeCheck => check.kind !== 'dns'

/** As a guide names it: of the check's protocol, port, payload in bytes and DF bit. */
export const traceOf = (check: ProbeCheck): TraceEntry => ({
  from: check.from,
  to: check.target,
  ...(check.kind === 'ping' ? { size: check.size, df: check.df } : { protocol: check.kind, port: check.port }),
})
