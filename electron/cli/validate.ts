/**
 * `vethlab validate FILE...`: what is wrong with lab files. Needs no privileges.
 *
 * `--json`: `{"ok":BOOL,"files":[{"file":S,"ok":BOOL,"error":FAILURE|null,"problems":[{"severity":"error"|"warning",
 * "code":S,"message":S,"hint":S|null,"line":N,"column":N,"path":[S|N]}]}]}`; `error` is set where a file cannot be read.
 */
import { exitCode, type ExitCode } from './exit-code.js'
import { failureJson, type CommonOptions } from './failure.js'
import { problemJson, problemText, readLab } from './lab-input.js'
import { note, paint, paintNote, print, printable, printJson } from './output.js'

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

export async function validate(files: readonly string[], options: CommonOptions): Promise<ExitCode> {
  const reports: object[] = []
  let [errors, warnings, wrong] = [0, 0, 0]
  for (const file of files) {
    const result = await readLab(file)
    if (!result.ok) {
      wrong += 1
      reports.push({ file, ok: false, error: failureJson(result.failure), problems: [] })
      if (!options.json) note(`${paintNote('red', 'vethlab:')} ${printable(result.failure.message)}`)
      continue
    }
    const { name, problems, text } = result.read
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
  return wrong === 0 ? exitCode.ok : exitCode.usage
}
