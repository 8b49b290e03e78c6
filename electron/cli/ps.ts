/**
 * `vethlab ps`: the labs that are running.
 *
 * `--json`: `{"labs":[{"name":S,"pid":N,"anchorPid":N|null,"started":S,"file":S}]}`; `started` is ISO 8601 in UTC,
 * `anchorPid` null while the lab is coming up, `file` absolute or `-` for standard input. Where a record cannot be read
 * also `"damaged":[{"name":S,"file":S,"pids":[N],"message":S}]`: `file` is the record, `pids` who holds the lab.
 */
import { runtimeDirectory } from '../session/running/directory.js'
import { damagedFailure, type DamagedRecord } from '../session/running/damaged.js'
import { elsewhere, listAll, stageOf, type RunningLab } from '../session/running/entry.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, type CommonOptions } from './failure.js'
import { note, paint, print, printable, printJson } from './output.js'
import { vethlab } from '../session/own-command.js'
import { columns } from './columns.js'

export async function ps(options: CommonOptions): Promise<ExitCode> {
  const directory = runtimeDirectory()
  if (!directory.ok) return fail(exitCode.machine, directory.failure, options)
  const { here: labs, elsewhere: far, damaged } = listAll(directory.path)
  if (options.json) {
    printJson({
      ...(damaged.length === 0 ? {} : { damaged: damaged.map(damagedJson) }),
      labs: labs.map(({ name, keeper, anchor, started, file }) => {
        return { name, pid: keeper.pid, anchorPid: anchor?.pid ?? null, started: new Date(started).toISOString(), file }
      }),
    })
    return exitCode.ok
  }
  if (labs.length > 0) print(table(labs))
  else if (far.length === 0 && damaged.length === 0) note(`No lab is running. Start one with: ${vethlab('up FILE -d')}`)
  for (const { name } of far) note(printable(elsewhere(directory.path, name).message))
  for (const each of damaged) note(printable(damagedFailure(each).message))
  return exitCode.ok
}

const damagedJson = (record: DamagedRecord): object => ({
  name: record.name,
  file: record.path,
  pids: record.keepers.map(({ pid }) => pid),
  message: damagedFailure(record).message,
})

function table(labs: readonly RunningLab[]): string {
  const head = ['NAME', 'STATE', 'UP FOR', 'PID', 'FILE']
  const rows = labs.map((lab) => {
    const { name, started, keeper, file } = lab
    return [name, states[stageOf(lab)], durationText(Date.now() - started), String(keeper.pid), file]
  })
  const [titles = '', ...lines] = columns([head, ...rows])
  return [paint('dim', titles), ...lines].join('\n')
}

const states = { starting: 'starting', up: 'up', ending: 'stopping' } as const

/** The two largest units. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [d, h, m, s] = [
    Math.floor(seconds / 86400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ]
  if (d > 0) return `${d} d ${h} h`
  if (h > 0) return `${h} h ${m} min`
  return m > 0 ? `${m} min ${s} s` : `${s} s`
}
