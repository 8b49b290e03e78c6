/** Processes and the namespaces they are in, as /proc has them. What may not be read is told apart, not passed over. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

export interface SeenProcess {
  readonly pid: number
  readonly parent: number
  /** When it started (clock ticks since boot): with the number it is one process and no other. */
  readonly started: number
  readonly comm: string
  /** Inode of its network namespace; null where we may not know. */
  readonly net: number | null
  /** Its own link could be read. */
  readonly mayEnter: boolean
  /**
   * Inode of /proc/PID/net/dev, which every network namespace has one of and which everybody may see: it tells namespaces
   * apart that may not be read.
   */
  readonly netFile: number | null
  /** Of its mount namespace. */
  readonly mnt: number | null
  /** Text of /proc/PID/cgroup. */
  readonly cgroup: string
}

export const processFile = (pid: number, name: string): string => `/proc/${pid}/${name}`

/** By their numbers, oldest first as a rule. Those that end meanwhile are left out. */
export function readProcesses(): SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b)
    .flatMap((pid) => readProcess(pid) ?? [])
}

function readProcess(pid: number): SeenProcess | null {
  const before = readStat(pid)
  if (before === null) return null
  const net = readNamespace(pid, 'net')
  const seen: SeenProcess = {
    ...{ pid, ...before, net, mayEnter: net !== null },
    netFile: readInode(processFile(pid, 'net/dev')),
    mnt: readNamespace(pid, 'mnt'),
    cgroup: readText(processFile(pid, 'cgroup')) ?? '',
  }
  // Its number may be another's by now: then what was read is of two.
  return readStat(pid)?.started === before.started ? seen : null
}

type Stat = Pick<SeenProcess, 'comm' | 'parent' | 'started'>

/** `PID (COMM) STATE PARENT ...`, where COMM may hold anything, closing brackets too. */
function readStat(pid: number): Stat | null {
  const text = readText(processFile(pid, 'stat'))
  if (text === null) return null
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  // Zombies have left their namespaces; starttime is field 22, of which two are in front.
  if (end < 0 || fields[0] === 'Z') return null
  const comm = text.slice(text.indexOf('(') + 1, end)
  return { comm, parent: Number(fields[1]), started: Number(fields[19]) }
}

function readNamespace(pid: number, kind: string): number | null {
  try {
    const inode = /^\w+:\[(\d+)\]$/.exec(readlinkSync(processFile(pid, `ns/${kind}`)))?.[1]
    return inode === undefined ? null : Number(inode)
  } catch {
    return null
  }
}

function readInode(path: string): number | null {
  try {
    return statSync(path).ino
  } catch {
    return null
  }
}

export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Programs by the inodes of their sockets. Those of others cannot be looked into, and are left out. */
export function socketOwners(processes: readonly SeenProcess[], wanted: ReadonlySet<number>): Map<number, string> {
  const owners = new Map<number, string>()
  for (const { pid, comm } of processes) {
    if (owners.size === wanted.size) break
    for (const fd of descriptorsOf(pid)) {
      const inode = socketInode(processFile(pid, `fd/${fd}`))
      if (inode !== null && wanted.has(inode) && !owners.has(inode)) owners.set(inode, comm)
    }
  }
  return owners
}

function descriptorsOf(pid: number): readonly string[] {
  try {
    return readdirSync(processFile(pid, 'fd'))
  } catch {
    return []
  }
}

function socketInode(path: string): number | null {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1]
    return inode === undefined ? null : Number(inode)
  } catch {
    return null
  }
}
