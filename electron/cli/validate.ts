/**
 * `vethlab validate FILE...`: what is wrong with lab files. Needs no privileges.
 *
 * With `--machine` also what of them this machine's kernel lacks (`kernel-lacks`); exit code 3 where that is all.
 *
 * `--json`: `{"ok":BOOL,"files":[{"file":S,"ok":BOOL,"error":FAILURE|null,"problems":[{"severity":"error"|"warning",
 * "code":S,"message":S,"hint":S|null,"line":N,"column":N,"path":[S|N]}]}]}`; `error` is set where a file cannot be read.
 */
import { placeProblems } from '../core/lab/parse.js'
import type { PlacedProblem } from '../core/lab/problem.js'
import { openSource } from '../core/lab/source.js'
import { lackingProblems, missingFeatures } from '../core/needs/lacking.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failureJson, type CommonOptions } from './failure.js'
import { problemJson, problemText, readLab, type ReadLab } from './lab-input.js'
import { tryOut } from './try-out.js'
import { note, paint, paintNote, print, printable, printJson } from './output.js'

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

export interface ValidateOptions extends CommonOptions {
  readonly machine?: boolean
}

export async function validate(files: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const reports: object[] = []
  let [errors, warnings, wrong, lacking, lackingFiles] = [0, 0, 0, 0, 0]
  const tried = options.machine ? await tryOut() : null
  if (tried !== null && 'code' in tried) return fail(exitCode.machine, tried, options)
  const missing = missingFeatures(tried?.features ?? [])
  for (const file of files) {
    const result = await readLab(file)
    if (!result.ok) {
      wrong += 1
      reports.push({ file, ok: false, error: failureJson(result.failure), problems: [] })
      if (!options.json) note(`${paintNote('red', 'vethlab:')} ${printable(result.failure.message)}`)
      continue
    }
    const { name, text } = result.read
    const lacks = lacksOf(result.read, missing)
    const problems = [...result.read.problems, ...lacks]
    lacking += lacks.length
    if (lacks.length > 0) lackingFiles += 1
    const found = problems.filter(({ severity }) => severity === 'error').length
    errors += found
    warnings += problems.length - found
    if (found > 0) wrong += 1
    reports.push({ file, ok: found === 0, error: null, problems: problems.map(problemJson) })
    if (options.json) continue
    for (const problem of problems) print(`${problemText(problem, text, paint)}\n`)
    if (found === 0) print(`${printable(name)}: ${paint('green', 'ok')}`)
  }
  if (options.json) printJson({ ok: wrong === 0, files: reports })
  else if (errors > 0 || warnings > 0 || files.length > 1)
    note(`${many(files.length, 'file')}: ${wrong} wrong, ${many(errors, 'error')}, ${many(warnings, 'warning')}`)
  if (wrong === 0) return exitCode.ok
  return lacking > 0 && errors === lacking && wrong === lackingFiles ? exitCode.machine : exitCode.usage
}

/** What a valid lab needs that this kernel lacks, where its file says so. */
function lacksOf({ lab, labFile, text, name }: ReadLab, missing: ReadonlySet<string>): readonly PlacedProblem[] {
  const source = lab && labFile && missing.size > 0 ? openSource(text) : null
  return source && labFile ? placeProblems(source, lackingProblems(labFile, missing), name) : []
}
