/** Runs a lab's checks with real packets and compares what came back with what the lab expects. */
import { setTimeout as pause } from 'node:timers/promises'
import type { LabCheck, NameCheck, ProbeCheck } from '../core/lab/lab.js'
import type { LiveState } from '../core/live/state.js'
import type { CheckResult } from '../core/rpc.js'
import { byErrorDestination, countErrors, errorPaceMs, wasCrowded } from './check-crowd.js'
import { capturePath, type PathEvidence } from './check-path.js'
import { resolveName } from './check-names.js'
import { judge, judgeName, notRun } from './check-verdict.js'
import type { KernelWorker } from './kernel/client.js'
import type { ProbeReply } from './kernel/protocol.js'
import { nextIdentifier } from './trace/identifier.js'

/** No answer within this time is `lost`. Twice the first SYN retransmission of Linux, so that one loss is survived (RFC 6298). */
const timeoutMs = 2000
/** Probes under way at once. Each is a socket or two; a lab of a thousand checks must not exhaust descriptors. */
const atOnce = 32
interface Ran {
  readonly result: CheckResult
  /** Nothing came back, or frames are missing: beside other checks that proves nothing. */
  readonly doubtful: boolean
}

/**
 * Runs all checks; `told` hears of each as it ends. Results keep the order of the checks, and each is what it is alone:
 * where so many errors were sent that the kernel may have held some back, checks that heard nothing run once more, as
 * far apart as the kernel needs.
 */
export async function runChecks(
  worker: KernelWorker,
  checks: readonly LabCheck[],
  live: () => LiveState,
  told: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  const doubtful: number[] = []
  const settle = (index: number, result: CheckResult): void => {
    results[index] = result
    told(result)
  }
  const run = (index: number): Promise<Ran> => {
    const check = checks[index] as LabCheck
    return check.kind === 'dns' ? runNameCheck(worker, check, live) : runCheck(worker, check, live)
  }
  const before = await countErrors(worker)
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < checks.length; index = next++) {
      const ran = await run(index)
      results[index] = ran.result
      if (ran.doubtful && checks.length > 1) doubtful.push(index)
      else told(ran.result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, checks.length) }, lane))
  if (doubtful.length === 0) return results
  if (!wasCrowded(before, await countErrors(worker))) {
    for (const index of doubtful) told(results[index] as CheckResult)
    return results
  }
  const pace = errorPaceMs(live())
  const again = async (group: readonly number[]): Promise<void> => {
    const running: Promise<void>[] = []
    for (const index of group) {
      await pause(pace)
      running.push(run(index).then(({ result }) => settle(index, result)))
    }
    await Promise.all(running)
  }
  await Promise.all(
    byErrorDestination(
      doubtful.toSorted((a, b) => a - b),
      checks,
      live(),
    ).map(again),
  )
  return results
}

async function runNameCheck(worker: KernelWorker, check: NameCheck, live: () => LiveState): Promise<Ran> {
  try {
    return { result: judgeName(check, await resolveName(worker, live(), check)), doubtful: false }
  } catch (error) {
    return { result: notRun(check, error instanceof Error ? error.message : String(error)), doubtful: false }
  }
}

async function runCheck(worker: KernelWorker, check: ProbeCheck, live: () => LiveState): Promise<Ran> {
  const identifier = nextIdentifier()
  let odd = 0
  const send = async (): Promise<ProbeReply> => {
    // The first that ends otherwise is what the check comes to.
    let found: ProbeReply | null = null
    for (let sequence = 1; sequence <= countOf(check); sequence += 1) {
      const reply = await probe(worker, check, identifier, sequence)
      const isOdd = reply.outcome !== check.expect
      if (found === null || (isOdd && odd === 0)) found = reply
      if (isOdd) odd += 1
    }
    return found as ProbeReply
  }
  try {
    const seesWay = check.path !== null || check.snat !== null
    const { reply, evidence }: { readonly reply: ProbeReply; readonly evidence: PathEvidence | null } = seesWay
      ? await capturePath(worker, live(), check, identifier, send)
      : { reply: await send(), evidence: null }
    const silent = reply.outcome === 'lost' && reply.message === null
    return {
      result: judge(check, reply, { evidence, odd, sent: countOf(check) }),
      doubtful: silent || evidence?.complete === false,
    }
  } catch (error) {
    return { result: notRun(check, error instanceof Error ? error.message : String(error)), doubtful: false }
  }
}

const countOf = (check: ProbeCheck): number => (check.kind === 'ping' ? check.count : 1)

function probe(worker: KernelWorker, check: ProbeCheck, identifier: number, sequence: number): Promise<ProbeReply> {
  const { from: namespace, target } = check
  switch (check.kind) {
    case 'ping': {
      const { size, df } = check
      return worker.request('ping', { namespace, target, timeoutMs, ttl: null, size, df, identifier, sequence })
    }
    case 'tcp':
      return worker.request('connect', { namespace, target, port: check.port, timeoutMs })
    case 'udp':
      return worker.request('datagram', { namespace, target, port: check.port, timeoutMs, identifier })
  }
}
