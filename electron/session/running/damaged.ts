/**
 * Records of running labs that cannot be read: cut off by a full disk, written by somebody else, or replaced by a directory.
 * What they spoke of may still run, so they are told of and never cleared away unasked.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Failure, Result } from '../../core/rpc.js'
import { vethlab } from '../own-command.js'
import { endProcesses } from './end-processes.js'
import { identify, type ProcessIdentity } from './process-identity.js'

export interface DamagedRecord {
  readonly name: string
  /** The file, or what is in its place. */
  readonly path: string
  readonly why: string
  /** The processes that hold a lab of this name: their sockets have their numbers. */
  readonly keepers: readonly ProcessIdentity[]
}

/** @param error what reading or understanding it has thrown */
export function damagedRecord(directory: string, name: string, path: string, error: unknown): DamagedRecord {
  return { name, path, why: reasonOf(error), keepers: keepersOf(directory, name) }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EISDIR') return 'it is a directory'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read'
  if (error instanceof SyntaxError) return 'it is no whole JSON'
  return code === undefined ? 'it is not what this version of vethlab writes' : `it cannot be read (${code})`
}

function keepersOf(directory: string, name: string): ProcessIdentity[] {
  return readdirSync(directory).flatMap((file) => {
    const [, lab, pid] = /^([a-z0-9-]{1,40})\.(\d+)\.sock$/.exec(file) ?? []
    const keeper = lab === name ? identify(Number(pid)) : null
    return keeper !== null && isKeeper(keeper) ? [keeper] : []
  })
}

/** A number is given out again: who has it must run the program that keeps labs. */
function isKeeper({ pid }: ProcessIdentity): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .some((word) => /(?:^|\/)keeper\.js$/.test(word))
  } catch {
    return false
  }
}

/** That a lab cannot be told of, and what one does. */
export function damagedFailure({ name, path, why, keepers }: DamagedRecord): Failure {
  const [keeper] = keepers
  const held = keeper ? `, and process ${keeper.pid} still holds the lab` : ''
  const message = `The record of the lab ${name}, ${path}, is damaged: ${why}${held}. ${keeper ? 'Stop it' : 'Take it away'} with: ${vethlab(`down ${name}`)}`
  return { code: 'damaged-record', message, where: path, output: null }
}

/** Ends the processes that hold the lab, and takes its record away. */
export async function endDamaged(record: DamagedRecord): Promise<Result<object>> {
  const { name, path, keepers } = record
  for (const keeper of keepers) {
    if (!(await endProcesses(keeper, null)))
      return {
        ok: false,
        failure: {
          code: 'not-ended',
          message: `The lab ${name} did not end: process ${keeper.pid} is still there. Look with: ps -fp ${keeper.pid}`,
          where: name,
          output: null,
        },
      }
    rmSync(join(dirname(path), `${name}.${keeper.pid}.sock`), { force: true })
  }
  try {
    rmSync(path, { force: true })
    return { ok: true }
  } catch (error) {
    // A directory holds what somebody has put there.
    const message = `The record of the lab ${name}, ${path}, cannot be taken away. Do it with: rm -r '${path}'`
    return { ok: false, failure: { code: 'damaged-record', message, where: path, output: (error as Error).message } }
  }
}
