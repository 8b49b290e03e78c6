/** What a trace has shown, as a check: that it ends so from now on. */
import { addressPort } from '../lab/address-port.js'
import type { TraceSummary } from '../diagnosis/trace.js'
import { outcomes, type CheckEntry } from '../lab/schema.js'

/** Null where no check can ask for it: traffic of the lab itself, and ends that only a whole film knows. */
export function expectedFrom({
  probe,
  outcome,
  overheard,
}: Pick<TraceSummary, 'probe' | 'outcome' | 'overheard'>): CheckEntry | null {
  const expect = outcomes.find((each) => each === outcome)
  if (overheard || expect === undefined) return null
  const { from, to, protocol, port, size, df, count, ttl, series } = probe
  if (series || ttl !== undefined) return null
  const target = addressPort(to, String(port))
  if (protocol === 'icmp') {
    const more = {
      ...(size !== undefined && { size }),
      ...(df && { df }),
      ...(count !== undefined && count > 1 && { count }),
    }
    return { from, ping: to, expect, ...more }
  }
  if (port === undefined) return null
  if (protocol === 'tcp') return { from, tcp: target, expect }
  return protocol === 'udp' ? { from, udp: target, expect } : null
}
