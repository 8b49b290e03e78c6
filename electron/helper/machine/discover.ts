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
  /** Where whoever asks stands: `host`, wherever we ourselves were started. */
  readonly defaultInode: number
  /** Of the machine's first process, of which everything is a part; null where it may not be known. */
  readonly firstInode: number | null
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

/** @param askedFrom network namespace of whoever asks (inode); null: our own */
export function discover(askedFrom: number | null): Discovery {
  const all = placed(readProcesses())
  const ours = ownProcesses(all)
  const processes = all.filter(({ pid }) => !ours.has(pid))
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
  // What may be entered by a process of it leads there; that of another may be of no use.
  for (const { net, pid } of processes.filter(({ mayEnter }) => mayEnter))
    if (net !== null) at(net, processFile(pid, 'ns/net'))
  for (const each of processes) if (each.net !== null) namespaces.get(each.net)?.processes.push(each)
  readMounts(processes, at)
  const known = new Set(processes.flatMap(({ net, netFile }) => (net !== null && netFile !== null ? [netFile] : [])))
  const hidden = new Map<number, SeenProcess>()
  for (const each of processes) {
    const { net, netFile } = each
    if (net === null && netFile !== null && !known.has(netFile) && !hidden.has(netFile)) hidden.set(netFile, each)
  }
  // Where /proc shows nothing of others, we are where we were started.
  const first = all.find(({ pid }) => pid === 1)
  return {
    // Whose a socket is may be told of ours as well.
    ...{ namespaces, processes: all, ownInode, hidden, known },
    defaultInode: askedFrom ?? ownInode,
    firstInode: first === undefined ? ownInode : first.net,
  }
}

/**
 * We, and all that whoever started us has started besides: others that look with us, and the sandbox of a window. Networks
 * that only these are in are Vethlab's own, and no part of what is found. The starter itself is a program like any other.
 */
function ownProcesses(all: readonly SeenProcess[]): ReadonlySet<number> {
  const ours = new Set([process.pid])
  if (process.ppid <= 1) return ours
  const children = new Map<number, number[]>()
  for (const { pid, parent } of all) children.set(parent, [...(children.get(parent) ?? []), pid])
  const waiting = [process.ppid]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const child of children.get(next) ?? []) {
      if (ours.has(child) && child !== process.pid) continue
      ours.add(child)
      waiting.push(child)
    }
  return ours
}

/** Where only the link may not be read, the file that every namespace has one of says which one it is all the same. */
function placed(processes: readonly SeenProcess[]): SeenProcess[] {
  const inodes = new Map(
    processes.flatMap(({ net, netFile }) => (net !== null && netFile !== null ? [[netFile, net] as const] : [])),
  )
  return processes.map((each) =>
    each.net === null && each.netFile !== null ? { ...each, net: inodes.get(each.netFile) ?? null } : each,
  )
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
