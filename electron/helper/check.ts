/** Runs a lab's checks with real packets and compares what came back with what the lab expects. */
import type { LabCheck } from '../core/lab/lab.js'
import type { Outcome } from '../core/lab/schema.js'
import type { LiveState } from '../core/live/state.js'
import type { CheckResult } from '../core/rpc.js'
import type { KernelWorker } from './kernel/client.js'
import { capturePath, type PathEvidence } from './check-path.js'
import type { ProbeReply } from './kernel/protocol.js'
import { inEnglish, said, type Said } from '../core/words/said.js'
import { nextIdentifier } from './trace/identifier.js'

/** No answer within this time is `lost`. Twice the first SYN retransmission of Linux, so that one loss is survived (RFC 6298). */
const timeoutMs = 2000
/** Probes under way at once. Each is a socket or two; a lab of a thousand checks must not exhaust descriptors. */
const atOnce = 32
/** The payload of a plain `ping`, bytes. */
const pingSize = 56

/** Runs all checks; `told` hears of each as it ends. Results keep the order of the checks. */
export async function runChecks(
  worker: KernelWorker,
  checks: readonly LabCheck[],
  live: () => LiveState,
  told: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < checks.length; index = next++) {
      const check = checks[index] as LabCheck
      const identifier = nextIdentifier()
      const send = (): Promise<ProbeReply> => probe(worker, check, identifier)
      const result = await runCheck(worker, check, live, identifier, send).catch((error: unknown) =>
        notRun(check, error instanceof Error ? error.message : String(error)),
      )
      results[index] = result
      told(result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, checks.length) }, lane))
  return results
}

async function runCheck(
  worker: KernelWorker,
  check: LabCheck,
  live: () => LiveState,
  identifier: number,
  send: () => Promise<ProbeReply>,
): Promise<CheckResult> {
  if (check.path === null && check.snat === null) return judge(check, await send(), null)
  const { reply, evidence } = await capturePath(worker, live(), check, identifier, send)
  return judge(check, reply, evidence)
}

/** A check that could not be made at all, such as one from a namespace that is not there. */
function notRun(check: LabCheck, why: string): CheckResult {
  return { name: check.name, ok: false, expected: check.expect, actual: 'not run', rttUs: null, ttl: null, detail: why }
}

function probe(worker: KernelWorker, check: LabCheck, identifier: number): Promise<ProbeReply> {
  const { from: namespace, target } = check
  switch (check.kind) {
    case 'ping':
      return worker.request('ping', { namespace, target, timeoutMs, ttl: null, size: pingSize, identifier })
    case 'tcp':
      return worker.request('connect', { namespace, target, port: check.port, timeoutMs })
    case 'udp':
      return worker.request('datagram', { namespace, target, port: check.port, timeoutMs })
  }
}

/** How a probe ended, as it stands in a sentence. */
const outcomeWords: Readonly<Record<Outcome, Said>> = {
  reply: said`reply`,
  connected: said`connected`,
  refused: said`refused`,
  unreachable: said`unreachable`,
  lost: said`lost`,
}

function judge(check: LabCheck, reply: ProbeReply, evidence: PathEvidence | null): CheckResult {
  const wrong: Said[] = []
  if (reply.outcome !== check.expect)
    wrong.push(
      reply.message === null
        ? said`${outcomeWords[reply.outcome]} instead of ${outcomeWords[check.expect]}`
        : said`${outcomeWords[reply.outcome]}: ${reply.message}`,
    )
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
