/** Every network namespace that something on this machine leads to: processes, and mounts of whatever mount namespace. */
import { statSync } from 'node:fs'
import { mountedNamespaces } from '../../core/machine/mounts.js'
import { processFile, readProcesses, readText, type SeenProcess } from './processes.js'

export interface Discovered {
  readonly inode: number
  /** A file that leads to it. */
  readonly path: string
  readonly processes: readonly SeenProcess[]
  /** Mount points, as whoever mounted there calls them; `by`: a process that sees it, null for ourselves. */
  readonly mounts: readonly { readonly path: string; readonly by: SeenProcess | null }[]
}

export interface Discovery {
  /** By inode. */
  readonly namespaces: ReadonlyMap<number, Discovered>
  readonly processes: readonly SeenProcess[]
  /** Of the machine's first process; that of ourselves where it may not be known. */
  readonly defaultInode: number
  readonly ownInode: number
  /** Processes whose namespace may not be known: one for each namespace. */
  readonly hidden: ReadonlyMap<number, SeenProcess>
  /** Inodes of /proc/PID/net/dev of those that are known. */
  readonly known: ReadonlySet<number>
}

/** Mount namespaces that are asked for what is mounted in them. */
const mostMountNamespaces = 1000

interface Found {
  inode: number
  path: string
  processes: SeenProcess[]
  mounts: { path: string; by: SeenProcess | null }[]
}

export function discover(): Discovery {
  const processes = readProcesses()
  const namespaces = new Map<number, Found>()
  const at = (inode: number, path: string): Found => {
    const known = namespaces.get(inode)
    if (known) return known
    const made: Found = { inode, path, processes: [], mounts: [] }
    namespaces.set(inode, made)
    return made
  }
  const ownInode = statSync('/proc/self/ns/net').ino
  at(ownInode, '/proc/self/ns/net')
  for (const each of processes)
    if (each.net !== null) at(each.net, processFile(each.pid, 'ns/net')).processes.push(each)
  readMounts(processes, at)
  const known = new Set(processes.flatMap(({ net, netFile }) => (net !== null && netFile !== null ? [netFile] : [])))
  const hidden = new Map<number, SeenProcess>()
  for (const each of processes) {
    const { net, netFile } = each
    if (net === null && netFile !== null && !known.has(netFile) && !hidden.has(netFile)) hidden.set(netFile, each)
  }
  return {
    ...{ namespaces, processes, ownInode, hidden, known },
    defaultInode: processes.find(({ pid }) => pid === 1)?.net ?? ownInode,
  }
}

function readMounts(processes: readonly SeenProcess[], at: (inode: number, path: string) => Found): void {
  const own = statSync('/proc/self/ns/mnt').ino
  for (const { inode, path } of mountedNamespaces(readText('/proc/self/mountinfo') ?? ''))
    at(inode, path).mounts.push({ path, by: null })
  const asked = new Set([own])
  for (const each of processes) {
    if (each.mnt === null || asked.has(each.mnt) || asked.size > mostMountNamespaces) continue
    asked.add(each.mnt)
    for (const { inode, path } of mountedNamespaces(readText(processFile(each.pid, 'mountinfo')) ?? '')) {
      const found = at(inode, processFile(each.pid, `root${path}`))
      if (!found.mounts.some((mount) => mount.path === path)) found.mounts.push({ path, by: each })
    }
  }
}
