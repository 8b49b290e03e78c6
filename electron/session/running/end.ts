/** Ends a running lab and waits until nothing of it is left. */
import type { Failure, Result } from '../../core/rpc.js'
import { descendantsOf } from './descendants.js'
import { release, type RunningLab } from './entry.js'
import { waitForEnd, type ProcessIdentity } from './process-identity.js'

/** A keeper takes its sandbox down in some 100 ms; one that has not after this long is ended by force (milliseconds). */
const politeLimitMs = 5000
/** The kernel ends the processes of a killed sandbox; on a busy machine that takes a while (milliseconds). */
const forcedLimitMs = 5000

export async function endRunning(directory: string, entry: RunningLab): Promise<Result<object>> {
  const { keeper, anchor } = entry
  // Those of a lab that is still coming up are written down nowhere.
  const below = descendantsOf(keeper.pid)
  send(keeper, 'SIGTERM')
  // The sandbox dies with its keeper, also with a killed one.
  if (!(await waitForEnd(keeper, politeLimitMs))) send(keeper, 'SIGKILL')
  const gone =
    (await waitForEnd(keeper, forcedLimitMs)) &&
    (anchor === null || (await waitForEnd(anchor, forcedLimitMs))) &&
    (await allEnded(below))
  if (!gone) return { ok: false, failure: stuck(entry) }
  release(directory, entry)
  return { ok: true }
}

async function allEnded(processes: readonly ProcessIdentity[]): Promise<boolean> {
  for (const each of processes) if (!(await waitForEnd(each, forcedLimitMs))) return false
  return true
}

function send({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself meanwhile.
  }
}

const stuck = ({ name, keeper, anchor }: RunningLab): Failure => ({
  code: 'not-ended',
  message: `The lab ${name} did not end: process ${keeper.pid}${anchor ? ` or its sandbox, process ${anchor.pid},` : ''} is still there. Look with: ps -fp ${keeper.pid}`,
  where: name,
  output: null,
})
