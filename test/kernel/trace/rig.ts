/** A sandbox of an unprivileged user for one test file: labs are built in it one after the other, and probed. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { Trace, TraceHop } from '../../../electron/core/diagnosis/trace.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { CheckResult, Params } from '../../../electron/core/rpc.js'
import { attachTo } from '../../../electron/session/running/attach.js'
import { listRunning } from '../../../electron/session/running/entry.js'
import type { Session } from '../../../electron/session/session.js'
import { until } from '../support/until.js'
import { World } from '../support/world.js'

const exec = promisify(execFile)

/** Longest a command in a lab may take (milliseconds): a ping that waits for its answer, and some. */
const commandLimitMs = 60_000

export interface Ran {
  readonly status: number
  readonly output: string
}

export class Rig {
  private constructor(
    readonly world: World,
    readonly session: Session,
    private readonly anchor: number,
  ) {}

  static async open(): Promise<Rig> {
    const world = await World.ofUser()
    const up = await world.cli('up', '-d', world.file('empty.vethlab.yaml', 'vethlab: 1\nname: rig\n'))
    if (up.status !== 0) throw new Error(`no sandbox: ${up.stderr}`)
    const directory = join(world.runtime, 'vethlab')
    const entry = listRunning(directory)[0]
    if (!entry?.anchor) throw new Error('the lab is not running')
    const attached = await attachTo(directory, entry)
    if (!attached.ok) throw new Error(attached.failure.message)
    return new Rig(world, attached.session, entry.anchor.pid)
  }

  /** Takes everything down and fails where anything is left. */
  async close(): Promise<void> {
    await this.session.close()
    const down = await this.world.cli('down', 'rig')
    if (down.status !== 0) throw new Error(`down: ${down.stderr}`)
    await this.world.untilNothingIsLeft()
    this.world.dispose()
  }

  /** Builds a lab in place of the one before, then types commands in its host. */
  async build(lab: string | LabFile, ...commands: readonly string[]): Promise<void> {
    const labFile = typeof lab === 'string' ? parse(lab) : lab
    const cleared = await this.session.request('lab/clear', {})
    if (!cleared.ok) throw new Error(cleared.failure.message)
    // The kernel frees the host's ends of cables in its own time.
    await until('the host has no cable left', () =>
      this.session.live.namespaces.every(({ links }) => links.every(({ kind }) => kind !== 'veth')),
    )
    const applied = await this.session.request('lab/apply', { lab: labFile, former: 'everything' })
    if (!applied.ok) throw new Error(`${applied.failure.message}`)
    for (const command of commands) await this.type(command)
    if (commands.length > 0) await this.session.request('live/refresh', {})
  }

  /** A command line in the host, as in a terminal; it must succeed. */
  async type(command: string): Promise<string> {
    const { status, output } = await this.try(command)
    if (status !== 0) throw new Error(`${command}: ${output}`)
    return output
  }

  /** A command line in the host, whatever becomes of it. */
  async try(command: string): Promise<Ran> {
    const enter = ['--target', String(this.anchor), '--user', '--mount', '--net', '--pid']
    try {
      const { stdout, stderr } = await exec('nsenter', [...enter, '--', 'sh', '-c', command], {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
        timeout: commandLimitMs,
      })
      return { status: 0, output: stdout + stderr }
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string }
      return { status: typeof code === 'number' ? code : -1, output: stdout + stderr }
    }
  }

  async trace(from: string, to: string, more: Partial<Params<'trace/run'>> = {}): Promise<Trace> {
    const result = await this.session.request('trace/run', { from, to, ...more })
    if (!result.ok) throw new Error(result.failure.message)
    return result.trace
  }

  /** Builds a lab, types commands in its host, and runs its checks. */
  async check(lab: string | LabFile, ...commands: readonly string[]): Promise<readonly CheckResult[]> {
    await this.build(lab, ...commands)
    const result = await this.session.request('lab/check', {})
    if (!result.ok) throw new Error(result.failure.message)
    return result.checks
  }

  async fix(trace: Trace): Promise<{ readonly undo: string; readonly commands: readonly string[] }> {
    const result = await this.session.request('trace/fix', { trace: trace.id })
    if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`)
    return result
  }
}

/** A lab without its first two lines. */
export function parse(yaml: string): LabFile {
  const { labFile, problems } = parseLabText(`vethlab: 1\nname: lab\n${yaml}`, 'lab')
  if (labFile === null) throw new Error(problems.map(({ message }) => message).join('; '))
  return labFile
}

const isNeighbourLeg = ({ leg }: TraceHop): boolean => leg === 'arp' || leg === 'ndp'

/** A film in words, one line per hop; what was worked out stands in brackets. */
export function story(trace: Trace, neighbours = false): string[] {
  return trace.hops
    .filter((hop) => neighbours || !isNeighbourLeg(hop))
    .map(({ leg, event, namespace, interface: name, direction, observed }) => {
      const place = name === null ? namespace : `${namespace}:${name}`
      return observed ? `${leg} ${event} ${place} ${direction}` : `(${leg} ${event} ${place})`
    })
}
