/** What a check's answer comes to, beside what the lab expects. */
import type { Resolution } from '../core/diagnosis/names.js'
import type { LabCheck, NameCheck, ProbeCheck } from '../core/lab/lab.js'
import type { Outcome } from '../core/lab/schema.js'
import type { CheckResult } from '../core/rpc.js'
import { inEnglish, said, type Said } from '../core/words/said.js'
import type { PathEvidence } from './check-path.js'
import type { ProbeReply } from './kernel/protocol.js'

/** A check that could not be made at all, such as one from a namespace that is not there. */
export function notRun(check: LabCheck, why: string): CheckResult {
  return { name: check.name, ok: false, expected: check.expect, actual: 'not run', rttUs: null, ttl: null, detail: why }
}

/** How a probe ended, as it stands in a sentence. */
const outcomeWords: Readonly<Record<Outcome, Said>> = {
  reply: said`reply`,
  connected: said`connected`,
  refused: said`refused`,
  unreachable: said`unreachable`,
  lost: said`lost`,
}

export interface Probed {
  readonly evidence: PathEvidence | null
  readonly sent: number
  /** How many of them ended otherwise than expected. */
  readonly odd: number
}

/** @param reply of the first that ended otherwise, else of the first */
export function judge(check: ProbeCheck, reply: ProbeReply, { evidence, sent, odd }: Probed): CheckResult {
  const wrong: Said[] = []
  if (reply.outcome !== check.expect)
    wrong.push(
      reply.message === null
        ? said`${outcomeWords[reply.outcome]} instead of ${outcomeWords[check.expect]}`
        : said`${outcomeWords[reply.outcome]}: ${reply.message}`,
    )
  if (odd > 0 && sent > 1) wrong.push(said`that was ${odd} of ${sent}`)
  if (check.ttl !== null && reply.outcome === 'reply' && reply.ttl !== check.ttl)
    wrong.push(said`TTL ${reply.ttl ?? said`unknown`} instead of ${check.ttl}`)
  if (check.path !== null && evidence && evidence.path.join(' ') !== check.path.join(' '))
    wrong.push(said`went ${evidence.path.join(' -> ') || said`nowhere`} instead of ${check.path.join(' -> ')}`)
  if (check.snat !== null && evidence && evidence.source !== check.snat)
    wrong.push(said`source ${evidence.source ?? said`unknown`} instead of ${check.snat}`)
  const describe = (outcome: string, ttl: number | null, path: readonly string[] | null, snat: string | null): string =>
    [
      outcome,
      ...(check.ttl !== null && ttl !== null ? [`ttl ${ttl}`] : []),
      ...(check.path !== null && path ? [`path ${path.join(' -> ')}`] : []),
      ...(check.snat !== null && snat !== null ? [`source ${snat}`] : []),
    ].join(', ')
  const [first = null, ...more] = wrong
  const detail = more.reduce<Said | null>((all, each) => all && said`${all}; ${each}`, first)
  return {
    name: check.name,
    ok: wrong.length === 0,
    expected: describe(check.expect, check.ttl, check.path, check.snat),
    actual: describe(reply.outcome, reply.ttl, evidence?.path ?? null, evidence?.source ?? null),
    rttUs: reply.rttUs,
    ttl: reply.ttl,
    detail: detail && inEnglish(detail),
    ...(detail && { said: detail }),
  }
}

/** What a name stands for, beside what the lab expects. */
export function judgeName(check: NameCheck, { addresses }: Resolution): CheckResult {
  const isResolved = addresses.length > 0
  const isOther = check.answer !== null && isResolved && !addresses.includes(check.answer)
  const wrong: Said | null =
    isResolved !== (check.expect === 'resolved')
      ? isResolved
        ? said`resolved: ${addresses.join(', ')}`
        : said`not resolved`
      : isOther
        ? said`resolved to ${addresses.join(', ')} instead of ${check.answer ?? ''}`
        : null
  const describe = (outcome: string, answer: string | null): string =>
    answer === null ? outcome : `${outcome}, answer ${answer}`
  return {
    ...{ name: check.name, ok: wrong === null, expected: describe(check.expect, check.answer) },
    actual: describe(isResolved ? 'resolved' : 'unresolved', isResolved ? addresses.join(' ') : null),
    ...{ rttUs: null, ttl: null, detail: wrong && inEnglish(wrong) },
    ...(wrong && { said: wrong }),
  }
}
