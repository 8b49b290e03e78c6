/** /etc/netns as `ip netns exec` reads it: read for the mirror, written for plans. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { netnsFileMark, netnsFiles, type NetnsFile, type NetnsTexts } from '../core/lab/netns-files.js'
import { hostNamespace } from '../core/lab/lab.js'
import { netnsDirectoryOf } from '../core/plan/netns-files.js'
import type { NetnsFileStep } from '../core/plan/step.js'
import { readRegularFile } from './regular-file.js'

export const netnsRoot = '/etc/netns'
/** Longer ones are no file of a lab (bytes). */
const mostBytes = 64 * 1024

/** By namespace. */
export function readNetnsFiles(): ReadonlyMap<string, NetnsTexts> {
  const found = new Map<string, NetnsTexts>()
  for (const namespace of namesIn(netnsRoot)) {
    const texts = netnsFiles.flatMap((file) => {
      const text = readText(namespace, file)
      return text === null ? [] : [[file, text] as const]
    })
    if (texts.length > 0) found.set(namespace, Object.fromEntries(texts))
  }
  return found
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    // Nobody has made one yet.
    return []
  }
}

/** Whoever is in the sandbox may put anything there: a pipe would hold up who reads it. */
const readText = (namespace: string, file: NetnsFile): string | null =>
  readRegularFile(`${netnsDirectoryOf(namespace)}/${file}`, mostBytes)

/**
 * In a sandbox /etc is a layer of its own, in which everything may be written over; the machine's own file may only be the
 * lab's. Returns why it must not be changed, or null where it was.
 */
export function changeNetnsFile({ namespace, file, text }: NetnsFileStep, onMachine: boolean): string | null {
  const directory = netnsDirectoryOf(namespace)
  const path = `${directory}/${file}`
  if (!onMachine && !hasOwnEtc())
    return `${path}: this sandbox has no /etc of its own (no overlay file system), and the machine's is not written to`
  // What cannot be read as a file of a lab, as a link or a longer one, is somebody's as well.
  if (onMachine && isThere(path) && !isOurs(readText(namespace, file) ?? ''))
    return `${path} is there already and not of a lab; move it away, or leave "resolver" and "hosts" of ${namespace} out`
  try {
    if (text === null) {
      rmSync(path, { force: true })
      removeIfEmpty(directory)
      removeIfEmpty(netnsRoot)
      return null
    }
    mkdirSync(directory, { recursive: true, mode: 0o755 })
    // A new file each time: what is bound over /etc in somebody's terminal stays whole.
    rmSync(path, { force: true })
    writeFileSync(path, text, { mode: 0o644, flag: 'wx' })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * The resolv.conf that a lease gives, in the place of the one that it gave `before`, or of none. One of somebody else's stays,
 * the lab's own, too. Returns what stands there for the lease.
 *
 * @param asked on the machine itself, as in a deploy
 */
export function changeLeaseResolver(
  namespace: string,
  text: string | null,
  before: string | null,
  asked?: (step: NetnsFileStep) => string | null,
): string | null {
  const there = readText(namespace, 'resolv.conf')
  if (namespace === hostNamespace || text === before || (there !== null && there !== before)) return before
  if (text === null && there === null) return null
  const step = { op: 'netns-file', namespace, file: 'resolv.conf', text, before: there } as const
  // Without nameservers a lease is still a lease.
  const refused = asked?.(step) ?? changeNetnsFile(step, asked !== undefined)
  return refused === null ? text : there
}

function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}

const isOurs = (text: string): boolean => text.startsWith(`${netnsFileMark}\n`)

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // Somebody has something else in it.
  }
}

/**
 * Whether /etc is the layer that resources/sandbox-init.sh has laid: fields 5 and, after the dash, the type
 * (proc_pid_mountinfo(5)).
 */
export function hasOwnEtc(): boolean {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const last = lines.findLast((line) => line.split(' ')[4] === '/etc')
  return last !== undefined && / - overlay /.test(last) && last.includes('upperdir=/run/vethlab-etc/upper')
}

export const hasNetnsFiles = (namespace: string): boolean =>
  netnsFiles.some((file) => readText(namespace, file) !== null)

/** Of what a lab has made those that still are its own, after whatever has ended. Returns what stays. */
export function removeNetnsFile(
  namespace: string,
  file: NetnsFile,
  ours: readonly string[],
): 'gone' | 'kept' | 'removed' {
  const there = readText(namespace, file)
  if (there === null) return 'gone'
  if (!ours.includes(there)) return 'kept'
  changeNetnsFile({ op: 'netns-file', namespace, file, text: null, before: there }, true)
  return 'removed'
}
