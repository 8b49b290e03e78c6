/**
 * Starts helpers that only look at this machine. Root needs one. Somebody else needs one for what everybody may see, and
 * one in each user namespace of theirs that network namespaces belong to: rootless engines make such.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { failure } from '../core/failure.js'
import { isHostName } from '../core/machine/find.js'
import { namespaceId } from '../core/machine/view.js'
import type { Failure, Results } from '../core/rpc.js'
import { said } from '../core/words/said.js'
import { connect } from './connection.js'
import { bareEnvironment, HelperProcess } from './helper-process.js'
import { withoutInspector } from './no-inspector.js'
import { programFile } from './programs.js'
import { startPatience, stoppedWorking } from './progress.js'
import { isRoot } from './root-helper.js'
import { findProgram } from './sandbox.js'
import type { Session, SessionStart } from './session.js'

export type Looked = Extract<Results['machine/look'], { readonly ok: true }>

export interface Looker {
  readonly session: Session
  /** What it saw when it was started. */
  readonly looked: Looked
}

export type LookersStart =
  | { readonly ok: true; readonly lookers: readonly [Looker, ...Looker[]]; close(): Promise<void> }
  | { readonly ok: false; readonly failure: Failure }

/** User namespaces that are entered: an engine or two, and what else somebody has made. */
const mostUserNamespaces = 8
/** A looker has nothing to take back (milliseconds). */
const endLimitMs = 1500

/**
 * Of root's powers those that reading takes: to enter namespaces, to ask for rules, to capture, to see whose processes
 * are where, and to read the engines' state.
 */
const readingCapabilities = ['sys_admin', 'net_admin', 'net_raw', 'sys_ptrace', 'dac_read_search'] as const

const died = said`The part of Vethlab that looks at this machine ended by itself. Nothing of the machine was changed.`

export async function startLookers(): Promise<LookersStart> {
  const lookers: Looker[] = []
  const close = async (): Promise<void> => void (await Promise.all(lookers.map(({ session }) => session.close())))
  const first = await startLooker(isRoot() ? asReader() : [])
  if ('code' in first) return { ok: false, failure: first }
  lookers.push(first)
  if (!isRoot()) await enterOwn(lookers)
  return { ok: true, lookers: [first, ...lookers.slice(1)], close }
}

/** Words in front of the program. */
function asReader(): readonly string[] {
  const setpriv = findProgram('setpriv')
  if (setpriv === null) return []
  return [setpriv, '--bounding-set', ['-all', ...readingCapabilities.map((name) => `+${name}`)].join(), '--']
}

/** Into user namespaces of our own, the oldest first, as long as one holds what could not be read. */
async function enterOwn(lookers: Looker[]): Promise<void> {
  const nsenter = findProgram('nsenter')
  if (nsenter === null) return
  const tried = new Set<string>()
  for (let n = 0; n < mostUserNamespaces; n += 1) {
    const unread = unreadIds(lookers.map(({ looked }) => looked))
    const next = ownUserNamespaces().find(({ user, net }) => !tried.has(user) && unread.has(net))
    if (!next) return
    tried.add(next.user)
    const place = `/proc/${next.pid}/ns`
    // From a namespace of somebody else's it could leave for ours, and not come back.
    const words = [nsenter, `--user=${place}/user`, `--net=${place}/net`]
    const started = await startLooker([...words, ...(next.isRootThere ? ['--preserve-credentials'] : []), '--'])
    if (!('code' in started)) lookers.push(started)
  }
}

/** Namespaces that are known to one and read by none. */
export function unreadIds(all: readonly Looked[]): ReadonlySet<string> {
  const read = new Set(
    all.flatMap(({ namespaces }) => namespaces.flatMap(({ id, readable }) => (readable ? [id] : []))),
  )
  return new Set(all.flatMap(({ namespaces }) => namespaces.flatMap(({ id }) => (read.has(id) ? [] : [id]))))
}

/** Whoever reads all that is named, as `findByName` takes it; else whoever reads most. */
export function whoReads(lookers: readonly [Looker, ...Looker[]], names: readonly string[] = []): Looker {
  const readable = ({ looked }: Looker): Looker['looked']['namespaces'] =>
    looked.namespaces.filter((each) => each.readable)
  const knows = (looker: Looker): number =>
    names.filter((name) =>
      readable(looker).some(
        ({ id, default: isHost, names: called }) =>
          id === name || (isHost && isHostName(name)) || called.some((each) => each.name === name),
      ),
    ).length
  return lookers.reduce((best, each) => {
    const [a, b] = [knows(best), knows(each)]
    return b > a || (b === a && readable(each).length > readable(best).length) ? each : best
  })
}

/**
 * At once, and after each change that a looker has told of: one after the other, and once for all that came meanwhile. Ends
 * with the last of the lookers.
 * @param use false: enough
 */
export async function eachChange(lookers: readonly Looker[], use: () => Promise<boolean>): Promise<void> {
  let isChanged = true
  let isOver = false
  let wake = (): void => {}
  const changed = (): void => {
    isChanged = true
    wake()
  }
  const deaf = lookers.map(({ session }) => session.on('machine/changed', changed))
  // What it had read is gone with it.
  for (const { session } of lookers) void session.ended.then(changed)
  void Promise.all(lookers.map(({ session }) => session.ended)).then(() => {
    isOver = true
    wake()
  })
  try {
    while (!isOver) {
      if (isChanged) {
        isChanged = false
        if (!(await use())) return
      } else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    for (const stop of deaf) stop()
  }
}

interface OwnNamespace {
  readonly pid: number
  readonly user: string
  readonly net: string
  /** Whoever we are is root in there: capabilities last across exec. */
  readonly isRootThere: boolean
}

/** Processes in user namespaces below our own, with what network each is in; those of others are not told. */
function ownUserNamespaces(): OwnNamespace[] {
  const own = readlinkSync('/proc/self/ns/user')
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b)
    .flatMap((pid) => {
      try {
        const user = readlinkSync(`/proc/${pid}/ns/user`)
        if (user === own) return []
        const inode = Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0])
        return [{ pid, user, net: namespaceId(inode), isRootThere: mapsUsToRoot(pid) }]
      } catch {
        // Somebody else's, or gone.
        return []
      }
    })
}

/** uid_map: first id inside, first id as we count, how many. */
function mapsUsToRoot(pid: number): boolean {
  return readFileSync(`/proc/${pid}/uid_map`, 'utf8')
    .split('\n')
    .some((line) => {
      const [inside, outside] = line.trim().split(/\s+/).map(Number)
      return inside === 0 && outside === process.getuid?.()
    })
}

async function startLooker(before: readonly string[]): Promise<Looker | Failure> {
  const started = await start(before)
  if (!started.ok) return started.failure
  const looked = await started.session.request('machine/look', {}).catch(() => null)
  if (looked?.ok) return { session: started.session, looked }
  await started.session.close()
  return looked === null ? failure('helper-failed', died) : looked.failure
}

async function start(before: readonly string[]): Promise<SessionStart> {
  const [program = process.execPath, ...words] = [
    ...before,
    process.execPath,
    ...withoutInspector(),
    programFile('helper.js'),
    // Inside of a user namespace it is started in a network that is not ours.
    ...['look', '--from', String(statSync('/proc/self/ns/net').ino)],
  ]
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const
  const helper = new HelperProcess(spawn(program, words, { stdio: [...stdio], env: bareEnvironment() }))
  const { channel, end } = helper.talk(endLimitMs)
  const progress = stoppedWorking(helper.child.pid ?? 0, startPatience)
  const session = await connect(channel, {
    limit: progress.stopped,
    anchorPid: () => null,
    lastWords: () => helper.lastWords,
    died: () => died,
    end,
    gone: helper.exited,
  })
  progress.end()
  if (session !== null) return { ok: true, session }
  await helper.kill()
  const { lastWords } = helper
  return {
    ok: false,
    failure: failure('helper-failed', said`The helper did not start.`, 'helper', lastWords === '' ? null : lastWords),
  }
}
