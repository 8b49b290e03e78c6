/** Whose route table explains a trace that failed, and for which address. */
import type { Trace } from '../../electron/core/diagnosis/trace.js'
import { isAnswer } from '../../electron/core/diagnosis/trace.js'
import type { LiveNamespace, LiveState } from '../../electron/core/live/state.js'
import { isAboutRoutes } from './knowledge.js'
import { packetOf } from './packet-changes.js'

export interface LookupSubject {
  readonly namespace: LiveNamespace
  readonly target: string
}

export function lookupOf(trace: Trace, live: LiveState | null): LookupSubject | null {
  const { diagnosis, probe } = trace
  if (isAnswer(trace.outcome) || !live) return null
  const neverSent = !trace.hops.some(({ leg, observed }) => leg === 'request' && observed)
  if (!diagnosis ? !neverSent : !isAboutRoutes(diagnosis.code)) return null
  const name = diagnosis?.namespace ?? probe.from
  const namespace = live.namespaces.find((each) => each.name === name)
  if (!namespace) return null
  // On the way back, the address that the request came from is the one that is looked up.
  const back = diagnosis?.code === 'no-return-route' || diagnosis?.code === 'rp-filter'
  const source = trace.hops.findLast((hop) => hop.leg === 'request' && hop.namespace === name && hop.packet !== null)
  const target = back ? source && packetOf(source)?.ip?.src : probe.to
  return target === undefined ? null : { namespace, target: target.replace(/%.*/, '') }
}
