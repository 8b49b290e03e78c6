/** Ends a running lab and waits until nothing of it is left. */
import type { Failure, Result } from '../../core/rpc.js'
import { endProcesses } from './end-processes.js'
import { release, type RunningLab } from './entry.js'

export async function endRunning(directory: string, entry: RunningLab): Promise<Result<object>> {
  if (!(await endProcesses(entry.keeper, entry.anchor))) return { ok: false, failure: stuck(entry) }
  release(directory, entry)
  return { ok: true }
}

const stuck = ({ name, keeper, anchor }: RunningLab): Failure => ({
  code: 'not-ended',
  message: `The lab ${name} did not end: process ${keeper.pid}${anchor ? ` or its sandbox, process ${anchor.pid},` : ''} is still there. Look with: ps -fp ${keeper.pid}`,
  where: name,
  output: null,
})
