/** Starts the sandbox: user, network, mount and process namespaces with the helper inside. Never asks for a password. */
import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import type { Failure } from '../core/rpc.js'
import { failure } from '../core/failure.js'
import { said } from '../core/words/said.js'
import { connect } from './connection.js'
import { HelperProcess, nodeEnvironment } from './helper-process.js'
import { gate, passGate, subordinateRange } from './id-map.js'
import { withoutInspector } from './no-inspector.js'
import { programFile, resourceFile } from './programs.js'
import { startPatience, stoppedWorking, type Patience } from './progress.js'
import { explainRefusal, killedWhileStarting, missingTool } from './refusal.js'
import { scriptPipes, scriptWords, superviseScript, type ScriptRan, type ScriptRun } from './script-run.js'
import type { SessionStart } from './session.js'

/** After the channel is closed, the sandbox has this long to end by itself (milliseconds). */
const endLimitMs = 1500

/** How the sandbox can be made, best first. The name travels to the helper and into the capabilities. */
interface Variant {
  readonly name: 'many-ids' | 'one-id' | 'root'
  readonly options: readonly string[]
  /** Processes from ours to process 1 of the sandbox: each unshare(1) that forks is one. */
  readonly forks: 1 | 2
}

/** The ids are mapped at the gate; unshare(1) has made the user namespace by then, and goes on as root in it. */
function manyIds(): Variant {
  const again = [findProgram('setpriv') ?? 'setpriv', '--pdeathsig', 'KILL', findProgram('unshare') ?? 'unshare']
  return { name: 'many-ids', options: ['--user', ...gate, ...again], forks: 1 }
}
/**
 * With one id there is no setgroups(2), and as root tcpdump calls it to become somebody else. So nobody is root inside:
 * the user stays the user, with every capability kept across exec (ambient). The user namespace around it is the door:
 * who comes from outside must be root to keep capabilities across exec, and root there has power over all inside.
 * A real root has no other name to take.
 */
function oneId(): Variant {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  const asRootInside = ['--user', '--map-root-user']
  if (uid === 0) return { name: 'one-id', options: asRootInside, forks: 1 }
  const asSelf = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--keep-caps']
  const options = [...asRootInside, '--fork', '--kill-child', findProgram('unshare') ?? 'unshare', ...asSelf]
  return { name: 'one-id', options, forks: 2 }
}
const asRoot: Variant = { name: 'root', options: [], forks: 1 }

const common = [
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'slave',
] as const

function variants(): readonly Variant[] {
  if (process.getuid?.() === 0) return [asRoot, oneId()]
  return hasSubordinateIds() ? [manyIds(), oneId()] : [oneId()]
}

/** Mapping more than one id needs newuidmap, newgidmap, and a range of ids that belongs to the user (subuid(5)). */
function hasSubordinateIds(): boolean {
  const tools = findProgram('newuidmap') !== null && findProgram('newgidmap') !== null
  return tools && subordinateRange('/etc/subuid') !== null && subordinateRange('/etc/subgid') !== null
}

export function findProgram(name: string): string | null {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  for (const directory of directories) {
    if (!directory.startsWith('/')) continue
    try {
      accessSync(`${directory}/${name}`, constants.X_OK)
      return `${directory}/${name}`
    } catch {
      // Not in this directory.
    }
  }
  return null
}

/** How long a script may take to be ended once its time is over, with the sandbox around it (milliseconds). */
const scriptEndLimitMs = 20_000

const patienceWith = (script: ScriptRun | null): Patience => {
  const ms = script === null ? 0 : script.seconds * 1000 + scriptEndLimitMs
  return { idleMs: startPatience.idleMs + ms, mostMs: startPatience.mostMs + ms }
}

export type ScriptedStart = SessionStart & {
  /** Null: it never began. */
  readonly script: ScriptRan | null
}

/** Tries each way this machine might allow; the failure explains the first refusal, which is about the best way. */
export const startSandbox = (): Promise<SessionStart> => tryAll(null)

/** Runs the script in namespaces of its own first; the session is about the network that it made. */
export const startScripted = (script: ScriptRun): Promise<ScriptedStart> => tryAll(script)

async function tryAll(script: ScriptRun | null): Promise<ScriptedStart> {
  for (const tool of ['setpriv', 'unshare', 'ip'] as const)
    if (findProgram(tool) === null) return { ok: false, failure: missingTool(tool), script: null }
  let first: Failure | null = null
  for (const variant of variants()) {
    const started = await tryVariant(variant, script)
    // No script is run a second time.
    if (started.ok || started.script !== null) return started
    // What somebody has killed is not what this machine refuses: a weaker way would be taken without need, and in silence.
    if (started.failure.code === 'sandbox-killed') return started
    first ??= started.failure
    // Another way into the same silence would only double the wait.
    if (started.failure.code === 'sandbox-timeout') break
  }
  return { ok: false, failure: first as Failure, script: null }
}

async function tryVariant(variant: Variant, script: ScriptRun | null): Promise<ScriptedStart> {
  const gated = variant.name === 'many-ids'
  const patience = patienceWith(script)
  const child = spawn(
    findProgram('setpriv') as string,
    [
      // The death of this process ends unshare, and with it process 1 of the sandbox and everything in it.
      '--pdeathsig',
      'KILL',
      findProgram('unshare') as string,
      ...variant.options,
      ...common,
      '/bin/sh',
      resourceFile('sandbox-init.sh'),
      ...(script === null ? [] : scriptWords(script)),
      process.execPath,
      ...withoutInspector(),
      programFile('helper.js'),
      variant.name,
    ],
    {
      stdio: [
        ...(gated ? (['pipe', 'pipe'] as const) : (['ignore', 'ignore'] as const)),
        ...(['pipe', 'pipe'] as const),
        ...(script === null ? [] : scriptPipes),
      ],
      env: helperEnvironment(),
    },
  )
  const helper = new HelperProcess(child)
  const scriptRan = script === null ? Promise.resolve(null) : superviseScript(child, script)
  if (gated) {
    const refused = await passGate(child, findProgram('newuidmap') as string, findProgram('newgidmap') as string)
    if (refused !== null) {
      await helper.kill()
      return { ok: false, failure: notStarted(helper, false, refused), script: null }
    }
  }
  const { channel, end } = helper.talk(endLimitMs)
  let timedOut = false
  const progress = stoppedWorking(child.pid ?? 0, patience)
  const session = await connect(channel, {
    limit: progress.stopped.then(() => void (timedOut = true)),
    anchorPid: () => anchorOf(child, variant.forks),
    lastWords: () => helper.lastWords,
    end,
    gone: helper.exited,
  })
  progress.end()
  if (session !== null) return { ok: true, session, script: await scriptRan }
  // A helper that dies lets go of the channel a moment before the sandbox around it is gone.
  if (!timedOut) await Promise.race([helper.exited, new Promise((resolve) => setTimeout(resolve, endLimitMs))])
  await helper.kill()
  const ran = await scriptRan
  const refused = ran === null ? notStarted(helper, timedOut) : scriptUnread(helper.lastWords, timedOut)
  return { ok: false, failure: refused, script: ran }
}

const notStarted = ({ killedBy, lastWords }: HelperProcess, timedOut: boolean, more = ''): Failure =>
  killedBy === null ? explainRefusal(`${lastWords}\n${more}`.trim(), timedOut) : killedWhileStarting(killedBy)

/** The sandbox was allowed: what ended it says nothing about the machine. */
function scriptUnread(lastWords: string, timedOut: boolean): Failure {
  const reason = lastWords.split('\n').at(-1) ?? ''
  const [, made, most] = /made (\d+) namespaces, more than (\d+)$/.exec(reason) ?? []
  if (made !== undefined && most !== undefined)
    return failure(
      'script-too-much',
      said`The script was run and has made ${made} namespaces; of one script at most ${most} are read. Let it make fewer.`,
      'sandbox',
    )
  const sentence = timedOut
    ? said`The script was run, but what it had built could not be read in time: it is too much for this machine. Let it build less, or try again when the machine has less to do.`
    : reason === ''
      ? said`The script was run, but its sandbox ended before what it had built was read. It is not run a second time.`
      : said`The script was run, but its sandbox ended before what it had built was read: ${reason}. It is not run a second time.`
  return failure('script-unread', sentence, 'sandbox', lastWords || null)
}

function helperEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // What unshare(1) and mount(8) say is read for its reason, so it is in English; sandbox-init.sh gives the user's own
    // language back to the helper, whose environment terminals have.
    LC_ALL: 'C',
    VETHLAB_LC_ALL: process.env['LC_ALL'] ?? '',
    ...nodeEnvironment(),
  }
}

/** Process 1 of the sandbox, by its number outside: the only child of the last unshare. */
function anchorOf(child: ChildProcess, forks: number): number | null {
  let pid = child.pid
  for (let level = 0; level < forks && pid !== undefined; level++) {
    try {
      const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]
      pid = first ? Number(first) : undefined
    } catch {
      return null
    }
  }
  return pid ?? null
}
