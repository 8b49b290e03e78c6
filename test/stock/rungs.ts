/**
 * Runs inside the emulated machine: the rungs of the ladder that need what few kernels have all of. Each guide is followed
 * by typing its own commands; each lab to repair is broken as it says, explained, and repaired. Writes what it saw to the
 * file given.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isAnswer } from '../../electron/core/diagnosis/trace.js'
import { isProbe, traceOf } from '../../electron/core/lab/probe-check.js'
import { normalise } from '../../electron/core/lab/normalise.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { needsOf } from '../../electron/core/needs/needs.js'
import { startSandbox } from '../../electron/session/sandbox.js'
import type { Session } from '../../electron/session/session.js'
import { betweenHereAnd, failedChecks, follow, ranOf, told, withStatus, type Type } from '../kernel/guide/follow.js'
import { repairs } from '../kernel/guide/repairs.js'
import { film } from './study.js'

export interface Rungs {
  readonly kernel: string
  /** By file: what went otherwise than the lab says; empty when all is well. */
  readonly guides: Readonly<Record<string, readonly string[]>>
  readonly twins: Readonly<Record<string, { readonly wrong: readonly string[]; readonly causes: readonly string[] }>>
}

const [file, labs] = process.argv.slice(2)
if (process.env['VETHLAB_STOCK_KERNEL'] !== '1' || file === undefined || labs === undefined)
  throw new Error('test/stock/machine.mjs starts a machine for this.')

const exec = promisify(execFile)
/** What most machines have. */
const usual = new Set(['tbf', 'vxlan', 'dnsmasq'])

async function withSandbox<T>(work: (session: Session, type: Type) => Promise<T>): Promise<T> {
  const started = await startSandbox()
  if (!started.ok) throw new Error(started.failure.message)
  const { session } = started
  const anchor = ['--target', String(session.anchorPid), '--mount', '--net', '--pid', '--']
  const type: Type = async (command) => {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }
    const shell = ['bash', '--norc', '-c', withStatus(command)]
    return ranOf((await exec('nsenter', [...anchor, ...shell], { env, timeout: 60_000 })).stdout)
  }
  try {
    return await work(session, type)
  } finally {
    await session.close()
  }
}

const walked = (lab: LabFile): Promise<readonly string[]> =>
  withSandbox(async (session, type) => {
    await type('sysctl -qw net.ipv4.ip_forward=0')
    await follow(session, type, lab)
    const { missing, beyond } = await betweenHereAnd(normalise(lab), session)
    return [...(await failedChecks(session, lab, lab.checks ?? [])).map(told), ...missing, ...beyond]
  })

const repaired = (lab: LabFile, name: string) =>
  withSandbox(async (session, type) => {
    const applied = await session.request('lab/apply', { lab, former: 'everything' })
    if (!applied.ok) throw new Error(applied.failure.message)
    const before = await failedChecks(session, lab, lab.checks ?? [])
    const lost = await failedChecks(session, lab, lab.goal ?? [])
    const causes: string[] = []
    for (const goal of normalise(lab).goal.filter(isProbe)) {
      const { from: _, to: __, ...probe } = traceOf(goal)
      const { diagnosis, outcome } = await film(session, goal.from, goal.target, probe)
      const tried = diagnosis?.fix?.tried ? `, tried: ${diagnosis.fix.commands.join('; ')}` : ''
      causes.push(isAnswer(outcome) ? outcome : `${diagnosis?.code ?? outcome}: ${diagnosis?.cause ?? '-'}${tried}`)
    }
    for (const command of repairs[name] ?? []) {
      const { ok, shown } = await type(command)
      if (!ok) throw new Error(`${command}: ${shown}`)
    }
    await session.request('live/refresh', {})
    const after = await failedChecks(session, lab, [...(lab.goal ?? []), ...(lab.checks ?? [])])
    const wrong = [...before.map(told), ...(lost.length === 0 ? ['no goal fails'] : []), ...after.map(told)]
    return { wrong, causes }
  })

async function main(path: string, folder: string): Promise<void> {
  const guides: Record<string, readonly string[]> = {}
  const twins: Record<string, Awaited<ReturnType<typeof repaired>>> = {}
  for (const each of readdirSync(folder).filter((name) => name.endsWith('.vethlab.yaml'))) {
    const { labFile } = parseLabText(readFileSync(join(folder, each), 'utf8'), each)
    if (labFile === null) throw new Error(`${each} is no lab`)
    if ([...needsOf(labFile)].every(({ feature }) => usual.has(feature))) continue
    const name = each.replace('.vethlab.yaml', '')
    const failed = (error: unknown): string => (error instanceof Error ? error.message : String(error))
    if (labFile.goal === undefined) guides[name] = await walked(labFile).catch((error: unknown) => [failed(error)])
    else twins[name] = await repaired(labFile, name).catch((error: unknown) => ({ wrong: [failed(error)], causes: [] }))
    process.stdout.write(`${name}\n`)
  }
  const kernel = (await exec('uname', ['-r'])).stdout.trim()
  const seen: Rungs = { kernel, guides, twins }
  writeFileSync(path, JSON.stringify(seen))
}

await main(file, labs)
