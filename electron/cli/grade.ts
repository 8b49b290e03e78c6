/**
 * `vethlab grade SUBMISSION...`: builds what learners handed in, asks the teacher's checks of it, and prints a table.
 *
 * `--json`: `{"lab":S,"rows":[{"student":S,"path":S,"seed":N|null,"score":N|null,"passed":N,"total":N,"hints":N,"fixes":N,
 * "seconds":N|null,"answers":{...},"failed":[S],"sameAs":[S],"refused":S|null}]}`. The exit code is 1 where a teacher should look: one was refused, or two
 * handed in the same.
 */
import { dirname, join } from 'node:path'
import { existsSync } from 'node:fs'
import { Assessor, copiesAmong, scoreOf, type Assessed, type Task } from '../core/challenge/assess.js'
import { readTeacher, type Teacher } from '../core/challenge/teacher.js'
import { readSubmission, type ReadSubmission } from '../session/submissions.js'
import type { Failure } from '../core/rpc.js'
import type { Session } from '../session/session.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, startFresh, untilDeath } from './fresh-lab.js'
import { gradeCsv, gradeJunit, gradeTable, type Row } from './grade-report.js'
import { readInput, requireLab } from './lab-input.js'
import { note, paint, print, printJson } from './output.js'
import { OutputFile } from './output-file.js'
import { startProgress } from './progress.js'

export interface GradeOptions extends CommonOptions {
  /** `teacher.yaml`; without it, the one in this folder or beside the submissions. */
  readonly teacher?: string
  readonly csv?: string
  readonly junit?: string
}

/** A probe that is lost waits, so that more sandboxes than cores are of use. */
const sandboxes = 8
/** At most (a school, not a class). */
const mostSubmissions = 5000

export async function grade(paths: readonly string[], options: GradeOptions): Promise<ExitCode> {
  const started = Date.now()
  if (paths.length > mostSubmissions)
    return fail(
      exitCode.usage,
      failure('too-many', `At most ${mostSubmissions} submissions are graded at once.`),
      options,
    )
  const file = options.teacher ?? teacherFor(paths)
  if (file === null) {
    const message = 'There is no teacher.yaml here or beside the submissions. Name it with --teacher.'
    return fail(exitCode.usage, failure('no-teacher', message, 'teacher.yaml'), options)
  }
  const input = await readInput(file)
  if (!input.ok) return fail(exitCode.usage, input.failure, options)
  const read = readTeacher(input.bytes, file)
  if (!read.ok) return fail(exitCode.usage, failure('bad-teacher', read.message, file), options)
  const { teacher } = read
  const labFile = join(dirname(file), teacher.lab)
  const outputs = outputsOf(options, [file, labFile, ...paths])
  if ('code' in outputs) return fail(exitCode.usage, outputs, options)
  const valid = await requireLab(labFile, options)
  if (typeof valid === 'number') return valid

  const submissions: ReadSubmission[] = []
  for (const path of paths) submissions.push(await readSubmission(path))
  const readable = submissions.flatMap((each) => (each.ok ? [each.submission] : []))
  const copies = copiesAmong(readable)
  const judged = new Map(
    new Assessor(valid.labFile, teacher).assessAll(readable).map((each) => [each.submission, each]),
  )
  const assessed = submissions.map((each): Judged => (each.ok ? (judged.get(each.submission) ?? each) : each))
  return untilDeath(options, async () => {
    const graded = await gradeAll(
      assessed.flatMap((each) => (isTask(each) ? [each] : [])),
      options,
    )
    if (typeof graded === 'number') return graded
    const rows = assessed.map((each): Row => {
      const sameAs = 'submission' in each ? (copies.get(each.submission) ?? []) : []
      const row = isTask(each) ? (graded.get(each) ?? null) : null
      return rowOf(each, row, sameAs, teacher)
    })
    return report(valid.lab.name, started, rows, outputs, options)
  })
}

type Judged = Assessed | ReadSubmission

const isTask = (each: Judged): each is Extract<Assessed, { readonly ok: true }> => 'build' in each

/** Beside the submissions, or in the folder that one is in. */
function teacherFor(paths: readonly string[]): string | null {
  const [first = '.'] = paths
  const places = ['.', dirname(first), dirname(dirname(first))].map((place) => join(place, 'teacher.yaml'))
  return places.find((place) => existsSync(place)) ?? null
}

interface Answer {
  readonly name: string
  readonly ok: boolean
}
/** Null where the kernel refused the network. */
type Answers = readonly Answer[] | null

async function gradeAll(tasks: readonly Task[], options: GradeOptions): Promise<ReadonlyMap<Task, Answers> | ExitCode> {
  const answers = new Map<Task, Answers>()
  const waiting = [...tasks]
  const progress = startProgress(`0 of ${tasks.length} graded`, options.json)
  const work = async (): Promise<ExitCode | null> => {
    if (waiting.length === 0) return null
    const fresh = await startFresh({ ...options, json: true })
    if (typeof fresh === 'number') return fresh
    try {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        answers.set(task, await answersOf(task, fresh.session))
        progress.show(`${answers.size} of ${tasks.length} graded`)
      }
      return null
    } finally {
      await fresh.end()
    }
  }
  try {
    const ends = await Promise.all(Array.from({ length: Math.min(sandboxes, tasks.length) }, work))
    return ends.find((each) => each !== null) ?? answers
  } finally {
    progress.end()
  }
}

/** Builds the network and asks. */
async function answersOf({ build }: Task, session: Session): Promise<Answers> {
  await ask(session, 'lab/clear', {})
  const applied = await ask(session, 'lab/apply', { lab: build, former: 'everything' })
  const first = applied.ok ? await ask(session, 'lab/check', { explain: false }) : null
  if (!first?.ok) return null
  // Of a network that has just come up, a first packet may be lost. Nobody loses points by that: silence is asked again.
  const silent = first.checks.filter(({ ok, actual }) => !ok && actual.startsWith('lost'))
  if (silent.length === 0) return first.checks
  const second = await ask(session, 'lab/check', { explain: false, only: silent.map(({ name }) => name) })
  const answered = new Set(second.ok ? second.checks.flatMap(({ ok, name }) => (ok ? [name] : [])) : [])
  return first.checks.map(({ ok, name }) => ({ name, ok: ok || answered.has(name) }))
}

function rowOf(each: Judged, answers: Answers, sameAs: readonly string[], teacher: Teacher): Row {
  const none = { score: null, passed: 0, total: 0, failed: [], sameAs, hints: 0, fixes: 0, seconds: null, answers: {} }
  if (!('submission' in each)) return { ...none, student: each.student, path: each.path, seed: null, refused: each.why }
  const { student, path, help, seconds, answers: given } = each.submission
  const common = { ...none, student, path, ...help, seconds, answers: given }
  if (!isTask(each))
    return { ...common, seed: 'seed' in each ? each.seed : null, refused: 'why' in each ? each.why : null }
  if (answers === null || answers.length !== each.weights.length)
    return { ...common, seed: each.seed, refused: 'the kernel refuses its network' }
  const passed = answers.map(({ ok }) => ok)
  return {
    ...common,
    seed: each.seed,
    score: scoreOf(passed, each.weights, help, teacher),
    passed: passed.filter(Boolean).length,
    total: passed.length,
    failed: answers.filter(({ ok }) => !ok).map(({ name }) => name),
    refused: null,
  }
}

interface Outputs {
  readonly csv: OutputFile | null
  readonly junit: OutputFile | null
}

function outputsOf(options: GradeOptions, read: readonly string[]): Outputs | Failure {
  const csv = OutputFile.named('--csv', 'grades', options.csv, read)
  if (csv !== null && 'code' in csv) return csv
  const junit = OutputFile.named('--junit', 'grades', options.junit, read)
  if (junit !== null && 'code' in junit) return junit
  return OutputFile.clash(csv, junit) ?? { csv, junit }
}

async function report(
  lab: string,
  started: number,
  rows: readonly Row[],
  { csv, junit }: Outputs,
  options: GradeOptions,
): Promise<ExitCode> {
  const unwritable = (await csv?.write(gradeCsv(rows))) ?? (await junit?.write(gradeJunit(lab, started, rows))) ?? null
  if (unwritable !== null) return fail(exitCode.usage, unwritable, options)
  const odd = rows.filter(({ refused, sameAs }) => refused !== null || sameAs.length > 0)
  if (options.json) printJson({ lab, rows })
  else {
    print(gradeTable(rows, paint))
    note(`${rows.length} submissions in ${((Date.now() - started) / 1000).toFixed(1)} s, ${odd.length} to look at.`)
  }
  return odd.length === 0 ? exitCode.ok : exitCode.failed
}
