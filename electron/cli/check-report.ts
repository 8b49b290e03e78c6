/** The outcome of a lab's checks, for people. */
import type { Diagnosis } from '../core/diagnosis/diagnosis.js'
import type { CheckResult } from '../core/rpc.js'
import { printable, type Paint } from './output.js'

/** A round trip in the unit that reads best. */
export function timeText(us: number): string {
  if (us < 1000) return `${us.toFixed(0)} us`
  return us < 1e6 ? `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms` : `${(us / 1e6).toFixed(2)} s`
}

/** In two lines; `trace` says the rest. */
function diagnosed({ code, cause, fix }: Diagnosis, lead: string, paint: Paint): string[] {
  const repair = fix?.commands.map((command) => `${lead}${paint('green', 'fix')}       ${printable(command)}`) ?? []
  return [`${lead}${paint('red', 'cause')}     ${printable(`${code}: ${cause}`)}`, ...repair]
}

/** Names longer than this do not push the other columns out (characters). */
const maxNameWidth = 48

export function checkReport(lab: string, deployMs: number, checks: readonly CheckResult[], paint: Paint): string {
  if (checks.length === 0) return `${lab}: deployed in ${deployMs.toFixed(1)} ms; the lab has no checks`
  const passed = checks.filter(({ ok }) => ok).length
  const failed = checks.length - passed
  const sum =
    failed === 0 ? paint('green', `${passed} passed`) : `${passed} passed, ${paint('red', `${failed} failed`)}`
  return [
    `${paint('bold', lab)}: deployed in ${deployMs.toFixed(1)} ms`,
    ...resultLines(checks, paint),
    `${checks.length} checks: ${sum}`,
  ].join('\n')
}

/** What a lab to repair is after. Not reached is how such a lab begins. */
export function goalReport(goals: readonly CheckResult[], paint: Paint): string {
  const reached = goals.filter(({ ok }) => ok).length
  const sum = reached === goals.length ? paint('green', 'repaired') : `${reached} reached, not repaired yet`
  return [...resultLines(goals, paint), `${goals.length} goals: ${sum}`].join('\n')
}

function resultLines(checks: readonly CheckResult[], paint: Paint): string[] {
  const names = checks.map(({ name }) => printable(name).replaceAll('\n', ' '))
  const width = Math.min(maxNameWidth, Math.max(...names.map((name) => name.length)))
  const actualWidth = Math.max(...checks.map(({ actual }) => printable(actual).length))
  return checks.flatMap((check, index) => {
    const mark = check.ok ? paint('green', '✓') : paint('red', '✗')
    const trip = check.rttUs === null ? '' : paint('dim', timeText(check.rttUs).padStart(9))
    const first =
      `  ${mark} ${(names[index] ?? '').padEnd(width)}  ${printable(check.actual).padEnd(actualWidth)}  ${trip}`.trimEnd()
    if (check.ok) return [first]
    const lead = ' '.repeat(4)
    return [
      first,
      `${lead}${paint('red', 'expected')}  ${printable(check.expected)}`,
      `${lead}${paint('red', 'actual')}    ${printable(check.actual)}`,
      ...(check.detail === null ? [] : [`${lead}${paint('red', 'because')}   ${printable(check.detail)}`]),
      ...(check.diagnosis ? diagnosed(check.diagnosis, lead, paint) : []),
    ]
  })
}
