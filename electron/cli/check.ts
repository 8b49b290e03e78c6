/**
 * `vethlab check FILE`: builds the lab in a fresh sandbox, runs its checks, takes it down.
 *
 * `--json`: `{"lab":S,"ok":BOOL,"deployMs":N,"checks":[{"name":S,"ok":BOOL,"expected":S,"actual":S,"rttUs":N|null,
 * "ttl":N|null,"diagnosis":D|null}]}`, where D says why a check failed that had no answer. For a lab with a goal also
 * `"goals":[like checks],"repaired":BOOL`; only `--goal` lets the goals decide the exit code.
 */
import { diagnosisJson } from '../core/diagnosis/trace.js'
import type { Lab } from '../core/lab/lab.js'
import { didYouMeanText } from '../core/lab/nearest.js'
import type { CheckResult, Failure, Result } from '../core/rpc.js'
import { checkReport, goalReport } from './check-report.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure } from './failure.js'
import { ask, deployFresh, untilDeath, type FreshLab } from './fresh-lab.js'
import { junitXml } from './junit.js'
import { requireLab, type ValidLab } from './lab-input.js'
import { paint, print, printJson } from './output.js'
import { OutputFile } from './output-file.js'
import { startProgress } from './progress.js'
import type { UplinkOptions } from './uplink.js'

export interface CheckOptions extends UplinkOptions {
  /** File for JUnit XML. */
  readonly junit?: string
  /** Names of checks; all without. */
  readonly only?: readonly string[]
  /** The goals of a lab to repair count like its checks. */
  readonly goal?: boolean
}

const checkJson = ({ name, ok, expected, actual, rttUs, ttl, diagnosis }: CheckResult): object => ({
  name,
  ok,
  expected,
  actual,
  rttUs,
  ttl,
  diagnosis: diagnosisJson(diagnosis ?? null),
})

export async function check(file: string, options: CheckOptions): Promise<ExitCode> {
  const output = OutputFile.named('--junit', 'report', options.junit, [file])
  if (output !== null && 'code' in output) return fail(exitCode.usage, output, options)
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  const unknown = options.only?.find((name) => !valid.lab.checks.some((each) => each.name === name))
  if (unknown !== undefined) return fail(exitCode.usage, noSuchCheck(valid.lab, unknown), options)
  return untilDeath(options, () => run(valid, output, options))
}

async function run(valid: ValidLab, output: OutputFile | null, options: CheckOptions): Promise<ExitCode> {
  const { lab } = valid
  const started = Date.now()
  let refused: Failure | null = null
  const junit = async (checks: readonly CheckResult[]): Promise<Failure | null> => {
    if (output === null) return null
    return output.write(junitXml({ lab: lab.name, started, tookMs: Date.now() - started, checks, error: refused }))
  }
  const fresh = await deployFresh(valid, { ...options, tell: (failed) => (refused = failed) })
  if (typeof fresh === 'number') {
    await junit([])
    return fresh
  }
  const ran = await runChecks(valid, fresh, options)
  if (!ran.ok) return fail(exitCode.usage, ran.failure, options)
  const { checks, goals } = ran
  const unwritable = await junit(options.goal ? [...checks, ...goals] : checks)
  const repaired = goals.every((each) => each.ok)
  const ok = checks.every((each) => each.ok) && (repaired || !options.goal)
  if (unwritable !== null) return fail(exitCode.usage, unwritable, options)
  const { deployMs } = fresh.report
  const told = lab.goal.length === 0 ? {} : { goals: goals.map(checkJson), repaired }
  if (options.json) printJson({ lab: lab.name, ok, deployMs, checks: checks.map(checkJson), ...told })
  else {
    print(checkReport(lab.name, deployMs, checks, paint))
    if (lab.goal.length > 0) print(goalReport(goals, paint))
  }
  return ok ? exitCode.ok : exitCode.failed
}

type Ran = Result<{ readonly checks: readonly CheckResult[]; readonly goals: readonly CheckResult[] }>

/** Runs the checks and the goals, and takes the lab down. */
async function runChecks(
  { lab, labFile }: ValidLab,
  { session, end }: FreshLab,
  { only, json }: CheckOptions,
): Promise<Ran> {
  const total = (only?.length ?? lab.checks.length) + lab.goal.length
  const progress = startProgress(`${lab.name}: checking ...`, json)
  let done = 0
  session.on('check/result', ({ check: { name } }) =>
    progress.show(`${lab.name}: check ${++done} of ${total}: ${name}`),
  )
  try {
    const checked = await ask(session, 'lab/check', only === undefined ? {} : { only: [...only] })
    if (!checked.ok || lab.goal.length === 0) return checked.ok ? { ...checked, goals: [] } : checked
    const reached = await ask(session, 'lab/check', { lab: { ...labFile, checks: labFile.goal ?? [] } })
    return reached.ok ? { ok: true, checks: checked.checks, goals: reached.checks } : reached
  } finally {
    progress.end()
    await end()
  }
}

/** Names shown where none is near (characters of a line are few, checks may be many). */
const listed = 8

function noSuchCheck({ name, checks }: Lab, unknown: string): Failure {
  const names = checks.map((each) => each.name)
  const some = names.slice(0, listed).map((each) => `"${each}"`)
  const list =
    names.length === 0 ? 'It has none.' : `It has: ${some.join(', ')}${names.length > listed ? ', ...' : ''}.`
  return failure(
    'no-such-check',
    `The lab ${name} has no check named "${unknown}". ${didYouMeanText(unknown, names) ?? list}`,
    unknown,
  )
}
