/** What is written down of a running lab: `NAME.json` in the runtime directory, one per name. */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Failure, Result } from '../../core/rpc.js'
import { identify, isAlive, ownNumbering, type ProcessIdentity } from './process-identity.js'
import { vethlab } from '../own-command.js'
import { damagedFailure, damagedRecord, type DamagedRecord } from './damaged.js'

const processSchema = z.object({ pid: z.int().positive(), startTicks: z.int().min(0) })

/** Fields of a later version are no reason to take a running lab for dead. */
const labName = /^[a-z0-9-]{1,40}$/

const entrySchema = z.object({
  name: z.string().regex(labName),
  /** The process that holds the session: a keeper, or the `up` that somebody's terminal runs. */
  keeper: processSchema,
  /** Who numbers its processes; earlier versions did not say. */
  numbered: z.object({ boot: z.string(), namespaces: z.string() }).optional(),
  /** Process 1 of the sandbox, numbered as outside; null until the lab is up. */
  anchor: processSchema.nullable(),
  /** It is being taken down. */
  ending: z.boolean().optional(),
  /** Milliseconds since the epoch. */
  started: z.number(),
  /** The lab file it was made from, absolute; `-` for standard input. */
  file: z.string(),
})

export type RunningLab = z.infer<typeof entrySchema>

const entryFile = (directory: string, name: string): string => join(directory, `${name}.json`)

/** Named after its keeper too: whoever clears away a dead keeper's socket cannot hit its successor's. */
export const socketFile = (directory: string, { name, keeper }: RunningLab): string =>
  join(directory, `${name}.${keeper.pid}.sock`)

/** Null where there is none; what is there and cannot be understood is told apart. */
function read(directory: string, name: string, path = entryFile(directory, name)): RunningLab | DamagedRecord | null {
  try {
    const entry = entrySchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    if (entry.name !== name) throw new Error('the record of another lab')
    return entry
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : damagedRecord(directory, name, path, error)
  }
}

const isDamaged = (record: RunningLab | DamagedRecord | null): record is DamagedRecord =>
  record !== null && 'why' in record

/**
 * Whether its lab runs. An entry whose keeper is gone says nothing any more: the sandbox goes with its keeper. Of one that
 * was made in another container, which shares the directory and not the numbers of processes, nobody here can tell.
 */
function standingOf(entry: RunningLab | null): 'here' | 'elsewhere' | 'gone' {
  if (entry === null) return 'gone'
  const { boot, namespaces } = ownNumbering()
  const { numbered } = entry
  if (numbered && numbered.boot !== boot) return 'gone'
  if (numbered && numbered.namespaces !== namespaces) return 'elsewhere'
  return isAlive(entry.keeper) ? 'here' : 'gone'
}

const same = (one: ProcessIdentity, other: ProcessIdentity): boolean =>
  one.pid === other.pid && one.startTicks === other.startTicks

/** That a lab cannot be told of from here, and what one does. */
export function elsewhere(directory: string, name: string): Failure {
  const message = `A lab named ${name} was started in another container or PID namespace, from which alone it can be seen and stopped. Where it has ended there, take its name away with: rm '${entryFile(directory, name)}'`
  return { code: 'running-elsewhere', message, where: name, output: null }
}

/** @param by who has the name; null where that changes while it is looked at */
function alreadyRunning(name: string, by: RunningLab | null): { readonly ok: false; readonly failure: Failure } {
  const stop = `with: ${vethlab(`down ${name}`)}`
  const messages = {
    ending: `A lab named ${name} is just being taken down, by process ${by?.keeper.pid}. Try again in a moment.`,
    starting: `A lab named ${name} is coming up already, in process ${by?.keeper.pid}. Wait for it, or stop it ${stop}`,
    up: `A lab named ${name} is running already. Stop it ${stop}`,
  }
  const message = messages[by === null ? 'up' : stageOf(by)]
  return { ok: false, failure: { code: 'already-running', message, where: name, output: null } }
}

export const stageOf = ({ anchor, ending }: RunningLab): 'starting' | 'up' | 'ending' =>
  ending ? 'ending' : anchor === null ? 'starting' : 'up'

/** Attempts at a name that others take and leave meanwhile. */
const claimAttempts = 5

/** Takes the name for this process, or says who has it. */
export function claim(directory: string, name: string, file: string): Result<{ readonly entry: RunningLab }> {
  const keeper = identify(process.pid)
  if (keeper === null) throw new Error('/proc does not show this process')
  const entry: RunningLab = { name, keeper, numbered: ownNumbering(), anchor: null, started: Date.now(), file }
  const draft = writeDraft(directory, entry)
  try {
    for (let attempt = 0; attempt < claimAttempts; attempt++) {
      try {
        // link(2) fails where the name exists: of two that come at once, one gets it.
        linkSync(draft, entryFile(directory, name))
        return { ok: true, entry }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const there = read(directory, name)
      if (isDamaged(there)) return { ok: false, failure: damagedFailure(there) }
      const standing = standingOf(there)
      if (standing === 'elsewhere') return { ok: false, failure: elsewhere(directory, name) }
      if (standing === 'here') return alreadyRunning(name, there)
      removeStale(directory, name)
    }
    return alreadyRunning(name, null)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Writes down that the lab is up. Refused where the name has passed to another keeper meanwhile. */
export function publish(
  directory: string,
  entry: RunningLab,
  anchor: ProcessIdentity,
): Result<{ readonly entry: RunningLab }> {
  const current = read(directory, entry.name)
  if (isDamaged(current)) return { ok: false, failure: damagedFailure(current) }
  if (current === null || !same(current.keeper, entry.keeper)) return alreadyRunning(entry.name, current)
  const complete = { ...entry, anchor }
  replace(directory, complete)
  return { ok: true, entry: complete }
}

/** Writes down that the lab is being taken down, for whoever wants its name meanwhile. Never throws: it goes in any case. */
export function markEnding(directory: string, entry: RunningLab): void {
  try {
    const current = read(directory, entry.name)
    if (current === null || isDamaged(current) || !same(current.keeper, entry.keeper)) return
    replace(directory, { ...current, ending: true })
  } catch {
    // A full disk: it is told of as a lab that is up, until it is gone.
  }
}

/** Gives the name back, with the socket. Another keeper's entry stays. */
export function release(directory: string, entry: RunningLab): void {
  rmSync(socketFile(directory, entry), { force: true })
  const path = entryFile(directory, entry.name)
  const current = read(directory, entry.name)
  if (current !== null && !isDamaged(current) && same(current.keeper, entry.keeper)) rmSync(path, { force: true })
}

/** Every lab that runs here, by name; what dead keepers left is cleared away on the occasion. */
export const listRunning = (directory: string): RunningLab[] => listAll(directory).here

export interface AllLabs {
  /** That run here. */
  readonly here: RunningLab[]
  /** Of which only another container can tell. */
  readonly elsewhere: RunningLab[]
  /** Of which nobody can tell. */
  readonly damaged: DamagedRecord[]
}

export function listAll(directory: string): AllLabs {
  const [here, far, damaged]: [RunningLab[], RunningLab[], DamagedRecord[]] = [[], [], []]
  const files = readdirSync(directory).sort()
  for (const file of files.filter((each) => each.endsWith('.json'))) {
    const name = file.slice(0, -'.json'.length)
    // Nothing of ours.
    if (!labName.test(name)) continue
    const entry = read(directory, name)
    if (isDamaged(entry)) {
      damaged.push(entry)
      continue
    }
    const standing = standingOf(entry)
    if (entry === null || standing === 'gone') removeStale(directory, name)
    else (standing === 'here' ? here : far).push(entry)
  }
  const kept = new Set(far.map((entry) => socketFile(directory, entry)))
  for (const file of files) {
    const owner = /\.(\d+)\.(?:sock|draft|stale)$/.exec(file)?.[1]
    const path = join(directory, file)
    if (owner !== undefined && !kept.has(path) && identify(Number(owner)) === null) rmSync(path, { force: true })
  }
  return { here, elsewhere: far, damaged }
}

/** Throws as `node:fs` does, and then leaves nothing. */
function writeDraft(directory: string, entry: RunningLab): string {
  const draft = join(directory, `${entry.name}.${process.pid}.draft`)
  try {
    writeFileSync(draft, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
  } catch (error) {
    rmSync(draft, { force: true })
    // An error of write(2) does not say of which file.
    throw Object.assign(error as Error, { path: draft })
  }
  return draft
}

function replace(directory: string, entry: RunningLab): void {
  const draft = writeDraft(directory, entry)
  try {
    renameSync(draft, entryFile(directory, entry.name))
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/**
 * Removes an entry that was found stale. It is moved aside first and looked at again: if the name was taken in that
 * moment, the new entry is put back.
 */
function removeStale(directory: string, name: string): void {
  const [path, aside] = [entryFile(directory, name), join(directory, `${name}.${process.pid}.stale`)]
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = read(directory, name, aside)
  if (moved !== null && (isDamaged(moved) || standingOf(moved) !== 'gone')) {
    try {
      linkSync(aside, path)
    } catch {
      // Taken again: its keeper finds out when it publishes.
    }
  } else if (moved !== null) rmSync(socketFile(directory, moved), { force: true })
  rmSync(aside, { force: true })
}
