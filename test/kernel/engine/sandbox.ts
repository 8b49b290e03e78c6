/** What the engine tests share: a session, commands inside its sandbox, dumps that can be compared, leftovers. */
import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, type TestContext } from 'vitest'
import { lackingFailure, missingFeatures } from '../../../electron/core/needs/lacking.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { Lab } from '../../../electron/core/lab/lab.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { Session } from '../../../electron/session/session.js'
import { startSandbox } from '../../../electron/session/sandbox.js'
import { skipBecause } from '../support/skip.js'

const exec = promisify(execFile)
const labsDirectory = fileURLToPath(new URL('../../../resources/labs/', import.meta.url))

export const starterLabs = readdirSync(labsDirectory)
  .filter((name) => name.endsWith('.vethlab.yaml'))
  .sort()

export interface LoadedLab {
  readonly file: LabFile
  readonly lab: Lab
}

export function loadText(text: string, name = 'test.vethlab.yaml'): LoadedLab {
  const { labFile, problems } = parseLabText(text, name)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  if (labFile === null) throw new Error(`${name} is no lab`)
  return { file: labFile, lab: normalise(labFile) }
}

export const loadStarter = (name: string): LoadedLab => loadText(readFileSync(`${labsDirectory}${name}`, 'utf8'), name)

/**
 * A fresh sandbox that is closed when the test ends.
 * @param context of a test that runs beside others, whose end vitest does not tell otherwise
 */
export async function openSession(context?: TestContext): Promise<Session> {
  const started = await startSandbox()
  if (!started.ok) throw new Error(started.failure.message)
  const atTheEnd = context?.onTestFinished ?? onTestFinished
  atTheEnd(() => started.session.close())
  return started.session
}

/** On a kernel without what the lab needs, the test is skipped, and says what is missing. */
export function skipLacking(context: TestContext, session: Session, file: LabFile): void {
  const lacking = lackingFailure(file, missingFeatures(session.capabilities.features))
  if (lacking) skipBecause(context, lacking.message)
}

/** Any process of a sandbox: what is run is run beside it. */
export type Anchored = Pick<Session, 'anchorPid'>

const enter = (session: Anchored): string[] => [
  '--target',
  String(session.anchorPid),
  ...(process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials']),
  '--mount',
  '--net',
  '--pid',
  '--',
]

/** Runs a program in a namespace of the sandbox, as a terminal there would. */
export async function inside(
  session: Anchored,
  namespace: string,
  program: string,
  ...args: string[]
): Promise<string> {
  const within = namespace === 'host' ? [] : ['nsenter', `--net=/run/netns/${namespace}`, '--']
  const { stdout } = await exec('nsenter', [...enter(session), ...within, program, ...args], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  })
  return stdout
}

interface IpObject {
  [key: string]: unknown
}

/** Fields that differ between two builds of the same network: chosen by the kernel at random or by order of creation. */
const volatile = new Set([
  'ifindex',
  'link_index',
  'link_netnsid',
  'address',
  'broadcast',
  'id',
  'root_id',
  'bridge_id',
  'link',
  'designated_root',
  'designated_bridge',
  'designated_port',
  'port_id',
  'gc_timer',
  'hello_timer',
  'tcn_timer',
  'topology_change_timer',
  'message_age_timer',
  'forward_delay_timer',
  'hold_timer',
  'no',
  'qdisc',
  'inet6_addr_gen_mode',
  'stats64',
  'valid_life_time',
  'preferred_life_time',
  'operstate',
  'flags',
  'cost',
])

/** A port comes to forward by itself, 15 s a state (net/bridge/br_stp.c); how far it is is a matter of when one looks. */
const onItsWay: ReadonlySet<unknown> = new Set(['listening', 'learning', 'forwarding'])

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value as IpObject)
      .filter(([key]) => !volatile.has(key))
      .map(([key, inner]) => [key, key === 'state' && onItsWay.has(inner) ? 'forwarding' : stable(inner)]),
  )
}

const sorted = (list: unknown): string[] => (list as unknown[]).map((entry) => JSON.stringify(entry)).sort()

/** Link-local addresses are made of the random MAC. */
const withoutLinkLocal = (text: string): string => text.replace(/fe80:[0-9a-f:]+/g, 'fe80::')

/** Without times, and without counts of what kernels send by themselves. */
const savedRules = (saved: string): readonly string[] =>
  saved
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''))

/** Namespaces by name, but for the host. */
export const netnsOf = async (session: Anchored): Promise<readonly string[]> =>
  (await inside(session, 'host', 'ls', '/run/netns')).split('\n').filter(Boolean).sort()

/** The network of a whole sandbox as iproute2, sysctl and iptables tell it: comparable between two builds of one lab. */
export async function dump(session: Anchored): Promise<Record<string, unknown>> {
  const names = ['host', ...(await netnsOf(session))]
  const parts: (readonly [string, unknown])[] = []
  for (let at = 0; at < names.length; at += atOnce)
    parts.push(
      ...(await Promise.all(
        names.slice(at, at + atOnce).map(async (name) => [name, await dumpOne(session, name)] as const),
      )),
    )
  return Object.fromEntries(parts)
}

/** Namespaces that are read side by side: most of it is programs that start. */
const atOnce = 4

async function dumpOne(session: Anchored, name: string): Promise<unknown> {
  const json = async (...args: string[]): Promise<string[]> =>
    sorted(JSON.parse(withoutLinkLocal((await inside(session, name, 'ip', '-j', ...args)) || '[]')) as unknown).map(
      (entry) => JSON.stringify(stable(JSON.parse(entry))),
    )
  const macs = (JSON.parse(await inside(session, name, 'ip', '-j', 'link')) as { ifname: string; flags: string[] }[])
    .map(({ ifname, flags }) => `${ifname} ${[...flags].sort().join(',')}`)
    .sort()
  return {
    links: (await json('-d', 'link')).sort(),
    flags: macs,
    addresses: (
      JSON.parse(await inside(session, name, 'ip', '-j', 'addr')) as {
        ifname: string
        addr_info: { local: string; prefixlen: number; scope: string; family: string }[]
      }[]
    )
      .flatMap(({ ifname, addr_info }) =>
        addr_info
          .filter(({ local }) => !local.startsWith('fe80:'))
          .map(({ local, prefixlen, scope }) => `${ifname} ${local}/${prefixlen} ${scope}`),
      )
      .sort(),
    routes4: (await json('route', 'show', 'table', 'all')).sort(),
    routes6: (await json('-6', 'route', 'show', 'table', 'all'))
      .filter((line) => !/fe80|ff00|anycast|multicast/.test(line))
      .sort(),
    rules: (await json('rule')).sort(),
    sysctls: (
      await inside(
        session,
        name,
        'sysctl',
        '-e',
        'net.ipv4.ip_forward',
        'net.ipv6.conf.all.forwarding',
        'net.ipv6.conf.all.disable_ipv6',
        'net.ipv4.conf.all.rp_filter',
        'net.bridge.bridge-nf-call-iptables',
      )
    ).split('\n'),
    iptables: savedRules(await inside(session, name, 'iptables-save')),
    ip6tables: savedRules(await inside(session, name, 'ip6tables-save')),
    qdiscs: (await inside(session, name, 'tc', 'qdisc', 'show'))
      .split('\n')
      .map((line) => line.replace(/(qdisc \S+) \S+:/, '$1'))
      .sort(),
  }
}

/**
 * In the environment of everything that descends from this process. Numbers of processes and of namespaces are given
 * again as soon as they are free, to another sandbox of this machine for instance; this is not.
 */
const mark = `vethlab-engine-${randomBytes(8).toString('hex')}`
process.env['VETHLAB_TEST'] = mark

/** Processes that descend from this one, in whatever namespaces, as `PID COMMAND`. */
export function descendantsOfTest(): string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'utf8').includes(mark)) return []
      return [`${entry} ${readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')}`]
    } catch {
      return []
    }
  })
}

/** The machine's own network in one text: equal before and after, byte for byte, if nobody touched it. */
export function ownNetwork(): string {
  const run = (program: string, ...args: string[]): string => {
    const { stdout, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    })
    return `${program} ${args.join(' ')}\n${stdout}${stderr}`
  }
  const steady = (text: string): string => text.replace(/"(valid|preferred)_life_time":\d+/g, '"$1":0')
  return [
    steady(run('ip', '-j', 'addr')),
    run('ip', '-j', 'route', 'show', 'table', 'all'),
    run('ip', '-6', '-j', 'route', 'show', 'table', 'main'),
    run('ip', '-j', 'rule'),
    run('ip', 'netns', 'list'),
    run('nft', 'list', 'ruleset'),
    ...['net.ipv4.conf', 'net.ipv6.conf', 'net.ipv4.ip_forward', 'net.bridge'].map((key) => run('sysctl', key)),
  ].join('\n')
}
