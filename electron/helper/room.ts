/** Whether the machine can hold a lab at all: asked before the first step, so that nothing is half built. */
import { readFileSync } from 'node:fs'
import { failure } from '../core/failure.js'
import type { Lab } from '../core/lab/lab.js'
import type { Failure } from '../core/rpc.js'
import { said } from '../core/words/said.js'

/** Of a namespace: itself, requests, events, rules, and one for a capture or a rule trace. */
const descriptorsPerNamespace = 5
/** Of the helper itself: its channel, threads, programs, terminals. */
const ownDescriptors = 100

/** Most files this process may have open. Node has raised itself to the hard limit (proc_pid_limits(5)). */
export function openFilesLimit(): number {
  const soft = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1]
  return soft === undefined ? Infinity : Number(soft)
}

/** Network namespaces that this user namespace may have; every one above it counts too, and is not seen from here. */
function namespacesLimit(): number {
  const text = read('/proc/sys/user/max_net_namespaces').trim()
  return /^\d+$/.test(text) ? Number(text) : Infinity
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** What raises the limit of open files for the shell it is typed in, and all that is started there. */
export const moreFiles = (needed: number): string => {
  const room = Math.max(65_536, 2 ** Math.ceil(Math.log2(needed)))
  return `sudo prlimit --pid $$ --nofile=${room}:${room}`
}

/** Why this machine cannot hold the lab, or null. */
export function noRoomFor(lab: Lab): Failure | null {
  const namespaces = lab.namespaces.size
  const mostNamespaces = namespacesLimit()
  if (namespaces > mostNamespaces)
    return failure(
      'too-many-namespaces',
      said`The lab has ${namespaces} namespaces, and this machine allows ${mostNamespaces}. Allow more with: ${`sudo sysctl user.max_net_namespaces=${namespaces * 2}`}`,
    )
  const services = [...lab.namespaces.values()].reduce((sum, each) => sum + each.services.length, 0)
  const needed = namespaces * descriptorsPerNamespace + services + ownDescriptors
  const most = openFilesLimit()
  if (needed <= most) return null
  return failure(
    'too-many-files',
    said`The lab needs ${needed} open files, for ${namespaces} namespaces and ${services} services, and this process may have ${most}. Allow more in the shell that starts Vethlab, then start it again: ${moreFiles(needed)}`,
  )
}
