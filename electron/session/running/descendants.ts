/** The processes below one, as /proc has them at this moment. */
import { readdirSync, readFileSync } from 'node:fs'
import { identify, type ProcessIdentity } from './process-identity.js'

/** Most that are looked at: a sandbox in which somebody makes processes without end must not hold us. */
const limit = 10_000

/** Children of every thread of a process; none where it has just ended. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

export function descendantsOf(pid: number): ProcessIdentity[] {
  const found: ProcessIdentity[] = []
  const open = [pid]
  for (let next = open.pop(); next !== undefined && found.length < limit; next = open.pop()) {
    for (const child of childrenOf(next)) {
      const identity = identify(child)
      if (identity === null) continue
      found.push(identity)
      open.push(child)
    }
  }
  return found
}
