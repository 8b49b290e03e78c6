/** Ends a keeper, its sandbox, and whatever it has started. */
import { descendantsOf } from './descendants.js'
import { waitForEnd, type ProcessIdentity } from './process-identity.js'

/** A keeper takes its sandbox down in some 100 ms; one that has not after this long is ended by force (milliseconds). */
const politeLimitMs = 5000
/** The kernel ends the processes of a killed sandbox; on a busy machine that takes a while (milliseconds). */
const forcedLimitMs = 5000

/** @returns whether all of it is gone */
export async function endProcesses(keeper: ProcessIdentity, anchor: ProcessIdentity | null): Promise<boolean> {
  // Those of a lab that is still coming up are written down nowhere.
  const below = descendantsOf(keeper.pid)
  send(keeper, 'SIGTERM')
  // The sandbox dies with its keeper, also with a killed one.
  if (!(await waitForEnd(keeper, politeLimitMs))) send(keeper, 'SIGKILL')
  return (
    (await waitForEnd(keeper, forcedLimitMs)) &&
    (anchor === null || (await waitForEnd(anchor, forcedLimitMs))) &&
    (await allEnded(below))
  )
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
