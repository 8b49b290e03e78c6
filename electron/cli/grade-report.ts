/** The rows of a class: as a table for people, as CSV for a spreadsheet, as JUnit for a pipeline. */
import { junitXml } from './junit.js'
import { printable, type Paint } from './output.js'
import { columns } from './columns.js'

export interface Row {
  readonly student: string
  readonly path: string
  readonly seed: number | null
  /** 0..100; null where it could not be graded. */
  readonly score: number | null
  readonly passed: number
  readonly total: number
  readonly hints: number
  readonly fixes: number
  /** From start to end, as it was handed in; null where it does not say (seconds). */
  readonly seconds: number | null
  readonly answers: Readonly<Record<string, string | number>>
  readonly failed: readonly string[]
  /** Students who handed in the same. */
  readonly sameAs: readonly string[]
  /** Why it was refused. */
  readonly refused: string | null
}

/** What a teacher should look at. */
export const remarkOf = ({ refused, sameAs }: Row): string =>
  [
    ...(refused === null ? [] : [`refused: ${refused}`]),
    ...(sameAs.length > 0 ? [`the same as ${few(sameAs)}`] : []),
  ].join('; ')

const few = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

/** As `h:mm:ss`. */
function timeText({ seconds }: Row): string {
  if (seconds === null) return '-'
  const two = (part: number): string => String(Math.floor(part) % 60).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(seconds / 60)}:${two(seconds)}`
}

const scoreText = ({ score }: Row): string => (score === null ? '-' : score.toFixed(1))

export function gradeTable(rows: readonly Row[], paint: Paint): string {
  const cells = rows.map((row) => [
    row.student,
    row.seed === null ? '-' : String(row.seed),
    scoreText(row),
    row.score === null ? '-' : `${row.passed}/${row.total}`,
    `${row.hints}/${row.fixes}`,
    timeText(row),
    remarkOf(row),
  ])
  const head = ['student', 'seed', 'score', 'checks', 'hints/fixes', 'time', 'remark']
  const [titles = '', ...lines] = columns([head, ...cells.map((row) => row.map(printable))])
  return [paint('bold', titles), ...lines].join('\n')
}

/** RFC 4180. A cell that begins like a formula would be run by a spreadsheet: it gets an apostrophe in front. */
function cell(value: string | number | null): string {
  const text = printable(String(value ?? '')).replaceAll('\n', ' ')
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const gradeCsv = (rows: readonly Row[]): string =>
  [
    'student,seed,score,passed,total,hints,fixes,failed,same_as,refused,file,seconds,answers',
    ...rows.map((row) =>
      [
        row.student,
        row.seed,
        row.score,
        row.passed,
        row.total,
        row.hints,
        row.fixes,
        row.failed.join('; '),
        row.sameAs.join('; '),
        row.refused,
        row.path,
        row.seconds,
        Object.entries(row.answers)
          .map((answer) => answer.join('='))
          .join('; '),
      ]
        .map(cell)
        .join(','),
    ),
    '',
  ].join('\r\n')

/** One case per learner: it fails with what is missing. */
export const gradeJunit = (lab: string, started: number, rows: readonly Row[]): string =>
  junitXml({
    lab,
    started,
    tookMs: Date.now() - started,
    error: null,
    checks: rows.map((row) => ({
      name: row.student,
      ok: row.refused === null && row.failed.length === 0 && row.sameAs.length === 0,
      expected: 'all checks',
      actual: row.score === null ? remarkOf(row) : `${row.passed} of ${row.total}, score ${scoreText(row)}`,
      detail: [remarkOf(row), ...row.failed].filter((each) => each !== '').join('\n'),
      rttUs: null,
      ttl: null,
    })),
  })
