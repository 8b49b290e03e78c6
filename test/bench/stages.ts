/** One build of one shape by one builder, each in a sandbox of its own; the time is the builder's alone. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { normalise } from '../../electron/core/lab/normalise.js'
import { diff } from '../../electron/core/plan/diff.js'
import { emptyLive } from '../../electron/core/plan/empty.js'
import { planScript } from '../../electron/core/plan/script.js'
import { findProgram, startSandbox } from '../../electron/session/sandbox.js'
import type { Session } from '../../electron/session/session.js'
import { topology, type Shape } from './topology.js'

const here = fileURLToPath(new URL('../../test/bench/', import.meta.url))

/** Nothing measured here takes longer (milliseconds). */
const limitMs = 180_000

export interface Built {
  readonly upMs: number
  /** Null where the builder has no teardown of its own. */
  readonly downMs: number | null
}

export async function openSession(): Promise<Session> {
  const started = await startSandbox()
  if (!started.ok) throw new Error(started.failure.message)
  return started.session
}

const namespacesNow = (session: Session): number => session.live.namespaces.length

export async function vethlab(shape: Shape, count: number): Promise<Built & { readonly goneMs: number }> {
  const session = await openSession()
  try {
    const applied = await session.request('lab/apply', { lab: topology(shape, count), former: 'everything' })
    if (!applied.ok) throw new Error(applied.failure.message)
    const links = () => session.live.namespaces.find(({ name }) => name === 'host')?.links.length ?? 0
    const begin = performance.now()
    const cleared = await session.request('lab/clear', {})
    if (!cleared.ok) throw new Error(cleared.failure.message)
    while ((links() > 1 || namespacesNow(session) > 1) && performance.now() - begin < 10_000)
      await new Promise((resolve) => setTimeout(resolve, 2))
    return { upMs: applied.deployMs, downMs: cleared.clearMs, goneMs: performance.now() - begin }
  } finally {
    await session.close()
  }
}

/** The tutorial's way: one process per command, in the same kind of sandbox. */
export async function script(shape: Shape, count: number): Promise<Built> {
  return timedScript(scriptText(shape, count))
}

function scriptText(shape: Shape, count: number): string {
  const lab = normalise(topology(shape, count))
  return planScript(lab, diff(lab, emptyLive(), { former: null }))
}

async function timedScript(text: string): Promise<Built> {
  return { upMs: Number((await isolated(['bash', '-c', timed('bash -s')], text)).trim()), downMs: null }
}

/**
 * The same script as the tutorials write it: what is done inside of a namespace is done by `ip netns exec`, which starts
 * two programs and mounts /sys anew for each step.
 */
export async function tutorial(shape: Shape, count: number): Promise<Built> {
  return timedScript(scriptText(shape, count).replace(/^(\s*)ip -n (\S+) /gm, '$1ip netns exec $2 ip '))
}

/** Prints how long the command took; its own output goes nowhere. */
const timed = (command: string): string =>
  `begin=$(date +%s%N); ${command} >/dev/null || exit 1; end=$(date +%s%N); echo $(( (end - begin) / 1000000 ))`

export async function mininet(shape: Shape, count: number): Promise<Built> {
  const [up, down] = (await isolated(['/usr/bin/python3', join(here, 'mininet_build.py'), shape, String(count)], ''))
    .trim()
    .split(' ')
  return { upMs: Number(up), downMs: Number(down) }
}

/** Why Mininet cannot be measured here, or null. */
export function mininetMissing(): string | null {
  if (process.getuid?.() !== 0) return 'Mininet needs root'
  if (findProgram('mn') === null) return 'Mininet is not installed (package mininet)'
  if (findProgram('brctl') === null) return 'its Linux bridge needs brctl (package bridge-utils)'
  return null
}

/** Compiles the floor once; the caller removes the directory. */
export function compileFloor(): { readonly program: string; remove(): void } | null {
  if (findProgram('cc') === null) return null
  const directory = mkdtempSync(join(tmpdir(), 'vethlab-bench-'))
  const program = join(directory, 'floor')
  execFileSync('cc', ['-O2', '-o', program, join(here, 'floor.c')])
  return { program, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export async function floor(program: string, shape: Shape, count: number): Promise<Built> {
  return { upMs: Number((await isolated([program, shape, String(count)], '')).trim()), downMs: null }
}

/** Runs a program in fresh namespaces with an empty /run/netns; everything it makes ends with it. */
export function isolated(command: readonly string[], input: string): Promise<string> {
  const root = process.getuid?.() === 0
  const child = spawn(
    'setpriv',
    [
      '--pdeathsig',
      'KILL',
      'unshare',
      ...(root ? [] : ['--user', '--map-root-user']),
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--propagation',
      'slave',
      'sh',
      '-c',
      'mount -n -t tmpfs tmpfs /run && mkdir /run/netns && mount -n -t sysfs sysfs /sys && exec "$@"',
      'sh',
      ...command,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' },
  )
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command[0] ?? ''} ended with ${code}: ${errors.slice(-500)}`)),
    )
  })
}
