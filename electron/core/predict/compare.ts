/** A prediction against the film of the same probe. */
import type { Trace } from '../diagnosis/trace.js'
import type { LiveState } from '../live/state.js'
import { filmWay, stepText } from './film-way.js'
import type { Prediction, Probe } from './prediction.js'

/** What differs, first what the learner would see first; null where all is as predicted, or nothing was. */
export function difference(prediction: Prediction, trace: Trace, live: LiveState): string | null {
  if (!prediction.sure) return null
  for (const leg of ['request', 'reply'] as const) {
    const predicted = prediction[leg].map(stepText)
    const filmed = filmWay(trace, leg, live).map(stepText)
    if (predicted.join() !== filmed.join())
      return `${leg}: predicted ${predicted.join(', ')}; filmed ${filmed.join(', ')}`
  }
  return prediction.outcome === trace.outcome ? null : `predicted ${prediction.outcome}; came to ${trace.outcome}`
}

/** The probe of a trace, as it is asked of a prediction. */
export const probeOf = (
  { probe }: Pick<Trace, 'probe'>,
  timeoutMs: number,
): Probe & { readonly protocol: 'icmp' | 'tcp' | 'udp' } => ({
  from: probe.from,
  to: probe.to,
  protocol: probe.protocol === 'tcp' || probe.protocol === 'udp' ? probe.protocol : 'icmp',
  port: probe.port ?? null,
  size: probe.size ?? null,
  df: probe.df ?? false,
  ttl: probe.ttl ?? null,
  timeoutMs,
})
