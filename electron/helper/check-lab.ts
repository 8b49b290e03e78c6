/** The checks of a lab, in answer to a request: which are wanted, how they went, and why not where they failed. */
import { failure } from '../core/failure.js'
import type { Lab } from '../core/lab/lab.js'
import type { LiveState } from '../core/live/state.js'
import type { CheckResult, Params, Results } from '../core/rpc.js'
import { said } from '../core/words/said.js'
import { bridgesForward } from './check-bridges.js'
import { carriersNoticed } from './check-carriers.js'
import { prefixesTaken, speaksIpv6 } from './check-prefixes.js'
import { untilDone } from './check-wait.js'
import { runChecks } from './check.js'
import type { KernelWorker } from './kernel/client.js'
import type { Tracer } from './trace/tracer.js'

/** What the server lends. */
export interface CheckParts {
  readonly worker: KernelWorker
  readonly tracer: Tracer
  live(): LiveState
  /** Reads these namespaces of the kernel again. */
  read(namespaces: readonly string[]): Promise<void>
  /** Told of each as it is known. */
  result(check: CheckResult): void
}

/** The live state has just been read. */
export async function checkLab(
  lab: Lab,
  { only, explain = true }: Omit<Params<'lab/check'>, 'lab'>,
  { worker, tracer, live, read, result: told }: CheckParts,
): Promise<Results['lab/check']> {
  const all = lab.checks
  const unknown = only?.find((name) => !all.some((check) => check.name === name))
  if (unknown !== undefined)
    return { ok: false, failure: failure('no-such-check', said`The lab has no check named "${unknown}".`, unknown) }
  const wanted = only === undefined ? all : all.filter(({ name }) => only.includes(name))
  await untilDone(carriersNoticed, live, read)
  await untilDone(bridgesForward, live, read)
  if (wanted.some(speaksIpv6)) await untilDone(prefixesTaken, live, read)
  const checks = await runChecks(worker, wanted, live, told)
  if (!explain) return { ok: true, checks }
  // One at a time: what is counted meanwhile must be of one probe alone.
  const explained: CheckResult[] = []
  for (const [index, result] of checks.entries()) {
    const check = wanted[index]
    const why = result.ok || check === undefined ? { diagnosis: null } : await tracer.explain(check)
    if ('failure' in why) return { ok: false, failure: why.failure }
    explained.push({ ...result, diagnosis: why.diagnosis })
  }
  return { ok: true, checks: explained }
}
