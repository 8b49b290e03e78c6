/**
 * Runs inside the emulated machine, whose first namespace is nobody's and may be changed: builds the starter labs on it as
 * it was started, and once more when its first namespace would hand other settings on. Writes what it saw to the file given.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { startSandbox } from '../../electron/session/sandbox.js'
import type { Session } from '../../electron/session/session.js'
import { studyDevices, type DeviceStudy } from './devices.js'
import { studyLinks, type LinkStudy } from './links.js'
import { studyMachineWide, type MachineWide } from './machine-wide.js'
import { studyTunnels, type TunnelStudy } from './tunnels.js'

export interface Study {
  /** Name, whether as expected, and what came. */
  readonly checks: readonly string[]
  readonly networks: readonly string[]
  /** By namespace, one per line. */
  readonly settings: Readonly<Record<string, string>>
}

export interface Inherited {
  readonly kernel: string
  /** What the kernel itself gives a new namespace, and what a lab's has. */
  readonly own: string
  readonly fresh: string
  /** What the changed machine hands on to whoever takes it. */
  readonly handedOn: string
  readonly plain: Readonly<Record<string, Study>>
  readonly changed: Readonly<Record<string, Study>>
  readonly links: LinkStudy
  readonly devices: DeviceStudy
  readonly tunnels: TunnelStudy
  readonly machineWide: MachineWide
}

const [file, labs] = process.argv.slice(2)
if (process.env['VETHLAB_STOCK_KERNEL'] !== '1' || file === undefined || labs === undefined)
  throw new Error('This changes the first namespace of its machine: test/stock/machine.mjs starts one for it.')

const run = (program: string, ...args: readonly string[]): string => execFileSync(program, args, { encoding: 'utf8' })
const read =
  'grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf /proc/sys/net/bridge || true'
const readForward = 'sysctl -n net.ipv4.ip_forward net.ipv4.conf.all.rp_filter'

/** Random, or turned by the lab on purpose: IPv6 is off in labs that do not speak it. */
const passing = /stable_secret|addr_gen_mode|disable_ipv6|accept_dad|\/ra_defrtr_metric/
const tidy = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line !== '' && !passing.test(line))
    .sort()
    .join('\n')

function settingsIn(session: Session, name: string): string {
  const within = name === 'host' ? [] : ['nsenter', `--net=/run/netns/${name}`, '--']
  const anchor = ['--target', String(session.anchorPid), '--mount', '--net', '--pid', '--']
  return tidy(run('nsenter', ...anchor, ...within, 'sh', '-c', read))
}

async function build(session: Session, lab: LabFile): Promise<void> {
  const cleared = await session.request('lab/clear', {})
  if (!cleared.ok) throw new Error(cleared.failure.message)
  const applied = await session.request('lab/apply', { lab, former: 'everything' })
  if (!applied.ok) throw new Error(applied.failure.message)
}

async function study(session: Session, lab: LabFile): Promise<Study> {
  await build(session, lab)
  const result = await session.request('lab/check', {})
  if (!result.ok) throw new Error(result.failure.message)
  const { namespaces } = session.live
  return {
    checks: result.checks.map(({ name, ok, actual }) => `${name}: ${ok} ${actual}`),
    networks: namespaces.flatMap(({ name, addresses, routes, rules }) => [
      ...addresses.map(({ dev, address }) => `${name} ${dev} ${address}`),
      ...routes.map(({ to, via, dev, type }) => `${name} ${type} ${to} ${via} ${dev}`),
      ...rules.map((rule) => `${name} ${JSON.stringify(rule)}`),
    ]),
    settings: Object.fromEntries(namespaces.map(({ name }) => [name, settingsIn(session, name)])),
  }
}

/** A machine with containers on it, and with an administrator who has opinions. */
function changeFirstNamespace(): void {
  run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1')
  const opinions = { rp_filter: 2, promote_secondaries: 1, arp_ignore: 1, send_redirects: 0, accept_source_route: 0 }
  for (const [name, value] of Object.entries(opinions))
    run('sysctl', '-qw', `net.ipv4.conf.all.${name}=${value}`, `net.ipv4.conf.default.${name}=${value}`)
}

/** One of each kind, whole and broken: they have routers, bridges, NAT and a published port among them. */
const kinds = /^0[5689]-[a-z-]+(\.broken)?\.vethlab\.yaml$/
const starters = readdirSync(labs).filter((name) => kinds.test(name))

async function withSandbox<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const started = await startSandbox()
  if (!started.ok) throw new Error(started.failure.message)
  try {
    return await work(started.session)
  } finally {
    await started.session.close()
  }
}

async function studyAll(session: Session): Promise<Record<string, Study>> {
  const studies: Record<string, Study> = {}
  for (const name of starters) {
    const { labFile } = parseLabText(readFileSync(join(labs as string, name), 'utf8'), name)
    if (labFile === null) throw new Error(`${name} is no lab`)
    studies[name] = await study(session, labFile)
    process.stdout.write(`${name}\n`)
  }
  return studies
}

async function main(path: string): Promise<void> {
  run('modprobe', 'br_netfilter')
  const own = tidy(run('unshare', '--net', 'sh', '-c', read))
  const { fresh, plain } = await withSandbox(async (session) => {
    const { labFile } = parseLabText('vethlab: 1\nname: fresh\nnamespaces: { ns0: {} }\n', 'fresh')
    if (labFile !== null) await build(session, labFile)
    return { fresh: settingsIn(session, 'ns0'), plain: await studyAll(session) }
  })
  const links = await withSandbox((session) => studyLinks(session, 'test/fixtures/labs/trunk.vethlab.yaml'))
  const devices = await withSandbox((session) => studyDevices(session, 'test/fixtures/labs/devices.vethlab.yaml'))
  const machineWide = await withSandbox(studyMachineWide)
  changeFirstNamespace()
  const handedOn = run('unshare', '--net', 'sh', '-c', readForward)
  const changed = await withSandbox(studyAll)
  const tunnels = await withSandbox((session) => studyTunnels(session, 'test/fixtures/labs/tunnels.vethlab.yaml'))
  const kernel = run('uname', '-r').trim()
  const seen: Inherited = { kernel, own, fresh, handedOn, plain, changed, links, devices, tunnels, machineWide }
  writeFileSync(path, JSON.stringify(seen))
}

await main(file)
