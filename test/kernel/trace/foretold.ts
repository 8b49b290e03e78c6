/** A prediction held against the film of the same probe: the state as it is right before, then the probe itself. */
import { difference, probeOf } from '../../../electron/core/predict/compare.js'
import { predict } from '../../../electron/core/predict/predict.js'
import type { Trace } from '../../../electron/core/diagnosis/trace.js'
import type { Params } from '../../../electron/core/rpc.js'
import { inEnglish } from '../../../electron/core/words/said.js'
import { untilUsable } from '../../../electron/helper/trace/until-usable.js'
import type { Rig } from './rig.js'

export interface Foretold {
  readonly verdict: 'equal' | 'cannot say' | 'different'
  readonly why: string
  readonly trace: Trace
}

export async function foretell(
  rig: Rig,
  from: string,
  to: string,
  more: Partial<Params<'trace/run'>> & { readonly timeoutMs: number },
): Promise<Foretold> {
  // Addresses of IPv6 are no one's until the kernel has looked for duplicates.
  await untilUsable(
    () => rig.session.live,
    async () => void (await rig.session.request('live/refresh', {})),
  )
  const { live } = rig.session
  const trace = await rig.trace(from, to, more)
  const prediction = predict(live, probeOf(trace, more.timeoutMs))
  if (!prediction.sure) return { verdict: 'cannot say', why: inEnglish(prediction.because), trace }
  const why = difference(prediction, trace, live)
  if (why === null) return { verdict: 'equal', why: trace.outcome, trace }
  const end = prediction.end ? ` (${inEnglish(prediction.end)})` : ''
  return { verdict: 'different', why: `${why}${end}; diagnosed ${trace.diagnosis?.code ?? 'nothing'}`, trace }
}
