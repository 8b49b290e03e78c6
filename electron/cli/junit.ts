/** JUnit XML, the form in which continuous integration systems read test results. */
import type { CheckResult, Failure } from '../core/rpc.js'

/**
 * XML 1.0 (2.2) has no way to write control characters, unpaired surrogates and two non-characters, not even as
 * references: they are spelled out.
 */
function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Surrogate}/gu, (c) => {
      return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`)
}

export interface JunitRun {
  readonly lab: string
  /** Milliseconds since the epoch. */
  readonly started: number
  /** Of the whole run with deploy and teardown, milliseconds. */
  readonly tookMs: number
  readonly checks: readonly CheckResult[]
  /** What kept the checks from running. */
  readonly error: Failure | null
}

const seconds = (ms: number): string => (ms / 1000).toFixed(6)

/** One test suite for the lab, one test case per check; a lab that did not come up is one case `deploy` in error. */
export function junitXml({ lab, started, tookMs, checks, error }: JunitRun): string {
  const failures = checks.filter(({ ok }) => !ok).length
  const errors = error === null ? 0 : 1
  const counts = `tests="${checks.length + errors}" failures="${failures}" errors="${errors}" skipped="0"`
  const name = xml(lab)
  // Without the zone: xs:dateTime as the schema of JUnit reports wants it, in UTC.
  const timestamp = new Date(started).toISOString().slice(0, 19)
  const cases = checks.map(({ name: check, ok, expected, actual, rttUs, detail }) => {
    const head = `    <testcase name="${xml(check)}" classname="${name}" time="${seconds((rttUs ?? 0) / 1000)}"`
    if (ok) return `${head}/>`
    const message = `expected ${expected}, got ${actual}`
    return `${head}>\n      <failure type="check" message="${xml(message)}">${xml(detail ?? message)}</failure>\n    </testcase>`
  })
  if (error !== null) {
    const words = [
      error.message,
      ...('command' in error ? [String(error.command)] : []),
      ...(error.output ? [error.output] : []),
    ]
    cases.push(
      `    <testcase name="deploy" classname="${name}" time="0">\n      <error type="${xml(error.code)}" message="${xml(error.message)}">${xml(words.join('\n'))}</error>\n    </testcase>`,
    )
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="vethlab" ${counts} time="${seconds(tookMs)}">`,
    `  <testsuite name="${name}" ${counts} time="${seconds(tookMs)}" timestamp="${timestamp}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}
