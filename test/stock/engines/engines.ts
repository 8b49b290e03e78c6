/**
 * Runs inside the emulated machine, which becomes one with real engines of containers (setup.sh): what is found of it, what
 * is said of each fault, how its twin answers, and what was written meanwhile. Writes what it saw to the file given.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { MachineNamespace } from '../../../electron/core/machine/view.js'
import type { Trace } from '../../../electron/core/diagnosis/trace.js'
import type { Results } from '../../../electron/core/rpc.js'
import { inEnglish } from '../../../electron/core/words/said.js'
import { startSandbox } from '../../../electron/session/sandbox.js'
import { engineFaults, type EngineFault } from './faults.js'
import { startLooker, type Looker } from './lookers.js'
import { makeMachine } from './machine.js'
import { netlinkWrites } from './writes.js'

export interface Explained {
  readonly outcome: string
  readonly code: string | null
  readonly cause: string | null
  /** Commands of the fix, one per line; null where none is offered. */
  readonly fix: string | null
}

export interface Engines {
  readonly kernel: string
  readonly versions: Readonly<Record<string, string>>
  readonly namespaces: readonly MachineNamespace[]
  /** By name of the fault; what could not be asked, with its reason, is in `failed`. */
  readonly faults: Readonly<Record<string, Explained>>
  readonly failed: readonly string[]
  /** Those that the machine was too slow to come to. */
  readonly left: readonly string[]
  /** Each way of the machine, and how it went before any fault, in the twin, and after all faults were mended. */
  readonly ways: readonly Way[]
  /** What the twin says that it lacks. */
  readonly unexpressed: readonly string[]
  /** Lines of the dumps that differ after looking, explaining and twinning. */
  readonly changed: readonly string[]
  /** Requests over netlink that would have changed something. */
  readonly writes: readonly string[]
  readonly requests: number
  /** Seconds since the machine was asked to become one with engines, by what was done by then. */
  readonly seconds: Readonly<Record<string, number>>
}

export interface Way {
  readonly way: string
  readonly host: string
  readonly twin: string
  /** Null where it was not asked for again. */
  readonly after: string | null
}

const [file] = process.argv.slice(2)
if (process.env['VETHLAB_STOCK_KERNEL'] !== '1' || file === undefined)
  throw new Error('This changes the first namespace of its machine: test/stock/machine.mjs starts one for it.')

const run = promisify(execFile)
const began = Date.now()
/** Faults that are not begun by then are left out, so that there is time for the rest (milliseconds since the beginning). */
const faultsUntil = (Number(process.env['VETHLAB_STOCK_SECONDS'] ?? '2400') - 150) * 1000
const seconds: Record<string, number> = {}
const done = (what: string): void => {
  seconds[what] = Math.round((Date.now() - began) / 1000)
  process.stdout.write(`${what}: ${seconds[what]} s\n`)
}

const made = await makeMachine()
const { facts } = made
done('setup')

const prelude = `${Object.entries(facts)
  .map(([name, value]) => `${name}='${value}'`)
  .join('\n')}
at() { local pid="$1_pid"; shift; nsenter --target "\${!pid}" --net "$@"; }`
/** A helper whose shell is silent for too long ends, so nothing here may hold up the process. */
const sh = async (lines: string): Promise<string> =>
  (await run('bash', ['-euc', `${prelude}\n${lines}`], { encoding: 'utf8', maxBuffer: 2 ** 26 })).stdout
/** `$web` is the address of web. */
const resolved = (name: string): string => (name.startsWith('$') ? (facts[name.slice(1)] ?? name) : name)

async function traced(
  looker: Looker,
  [from, to, port]: EngineFault['probe'],
  rules = false,
): Promise<Extract<Results['machine/explain'], { readonly ok: true }>['trace']> {
  const asked = { from, to: resolved(to), rules, ...(port === undefined ? {} : { port, protocol: 'tcp' as const }) }
  const answer = await looker.ask('machine/explain', asked)
  if (!answer.ok) throw new Error(answer.failure.message)
  return answer.trace
}

const toldOf = ({ outcome, diagnosis }: Pick<Trace, 'outcome' | 'diagnosis'>): Explained => ({
  outcome,
  code: diagnosis?.code ?? null,
  cause: diagnosis?.cause ?? null,
  fix: diagnosis?.fix?.commands.join('\n') ?? null,
})

/** All that looking could change. Counters, timers, and the time that an address has left, are nobody's making. */
async function dump(): Promise<string[]> {
  const commands = [
    'ip -d -o link | sed -E "s/ (group default|qlen [0-9]+|[a-z]+_timer +[0-9.]+)//g"',
    'ip -o addr | sed -E "s/ (valid|preferred)_lft [^ ]+//g"',
    'ip route show table all; ip -6 route show table all; ip rule',
    'nft -s list ruleset; iptables-legacy-save | grep -v "^#" | sed -E "s/\\[[0-9:]+\\]//" || true',
    'grep -rs "" /proc/sys/net | grep -vE "nf_conntrack_count|rss_key|netdev_budget" || true',
  ].join('; ')
  const pids = Object.entries(facts).flatMap(([name, pid]) => (name.endsWith('_pid') ? [pid] : []))
  const text = await sh(`(${commands}); ls /run/netns /run/docker/netns; ip netns list-id | sort
for pid in ${pids.join(' ')}; do echo "of $pid"; nsenter --target $pid --net sh -c '${commands}'; done`)
  return text.split('\n')
}

const differing = (before: readonly string[], after: readonly string[]): string[] => [
  ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
  ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
]

/** Everybody to everybody by ping, and to who listens. */
const people = ['web', 'db', 'client'] as const
const addressOf = (name: (typeof people)[number]): string =>
  name === 'client' ? '198.51.100.1' : (facts[name] ?? name)
const listening = [
  ['web', 80],
  ['db', 5432],
] as const
const ways = people.flatMap((from): [string, EngineFault['probe']][] => [
  ...people
    .filter((to) => to !== from)
    .map((to): [string, EngineFault['probe']] => [`${from} -> ${to}`, [from, addressOf(to)]]),
  ...listening
    .filter(([to]) => to !== from)
    .map(([to, port]): [string, EngineFault['probe']] => [`${from} -> ${to}:${port}`, [from, addressOf(to), port]]),
])
ways.push(['client -> host:8080', ['client', '198.51.100.2', 8080]])
/** What most of the faults would stop. */
const mended = ways.filter(([way]) => /^web -> client$|8080/.test(way))

const looker = await startLooker()
try {
  const looked = await looker.ask('machine/look', {})
  if (!looked.ok) throw new Error(looked.failure.message)
  done('look')

  const host: Record<string, string> = {}
  for (const [way, probe] of ways) host[way] = (await traced(looker, probe)).outcome
  done('ways of the machine')

  const twin = await looker.ask('machine/twin', {})
  if (!twin.ok) throw new Error(twin.failure.message)
  const built: Record<string, string> = {}
  const started = await startSandbox()
  if (!started.ok) throw new Error(started.failure.message)
  const { session } = started
  try {
    const applied = await session.request('lab/apply', { lab: twin.lab, former: 'everything' })
    if (!applied.ok) throw new Error(`the twin was not built: ${applied.failure.message}`)
    await session.request('live/refresh', {})
    for (const [way, [from, to, port]] of ways) {
      const asked = { from, to, ...(port === undefined ? {} : { port, protocol: 'tcp' as const }) }
      const answer = await session.request('trace/run', asked)
      built[way] = answer.ok ? answer.trace.outcome : answer.failure.message
    }
  } finally {
    await session.close()
  }
  done('ways of the twin')

  const before = await dump()
  const record = '/run/strace'
  const watched = await startLooker([
    ...['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=sendto,sendmsg,sendmmsg', '-s', '64', '-o', record],
  ])
  await watched.ask('machine/look', {})
  await watched.ask('machine/twin', {})
  for (const probe of [ways[0], ways.at(-1)]) if (probe) await traced(watched, probe[1])
  await watched.close()
  const changed = differing(before, await dump())
  const { requests, writes } = netlinkWrites(readFileSync(record, 'utf8'))
  done('zero writes')

  const faults: Record<string, Explained> = {}
  const [failed, left]: [string[], string[]] = [[], []]
  for (const fault of engineFaults) {
    if (Date.now() - began > faultsUntil) {
      left.push(fault.name)
      continue
    }
    try {
      await sh(fault.break)
      faults[fault.name] = toldOf(await traced(looker, fault.probe, fault.rules))
    } catch (error) {
      failed.push(`${fault.name}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      await sh(fault.mend)
    }
    process.stdout.write(`${fault.name}: ${JSON.stringify(faults[fault.name] ?? failed.at(-1))}\n`)
  }
  done('faults')

  const after: Record<string, string> = {}
  for (const [way, probe] of mended) after[way] = (await traced(looker, probe)).outcome
  done('ways once more')

  const kernel = (await sh('uname -r')).trim()
  const versions = { docker: made.docker }
  const seen: Engines = {
    ...{ kernel, versions, namespaces: looked.namespaces, faults, failed, left, changed, writes, requests, seconds },
    ways: ways.map(([way]) => ({ way, host: host[way] ?? '', twin: built[way] ?? '', after: after[way] ?? null })),
    unexpressed: twin.unexpressed.map(inEnglish),
  }
  writeFileSync(file, JSON.stringify(seen))
} finally {
  await looker.close()
}
