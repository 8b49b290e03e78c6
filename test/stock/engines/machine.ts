/** Makes the emulated machine one with Docker on it, as a project of several networks has it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { docker, makeNetwork, run, untilItAnswers, type Container, type Inspected, type Network } from './docker.js'

/** To come up: most of it is the emulator, reading programs of a hundred megabytes (milliseconds). */
const startMs = 600_000

const idle = ['sleep', '1000000']
const serving = (port: number): string[] => ['httpd', '-f', '-p', String(port)]

const containers: readonly Container[] = [
  { name: 'web', network: 'front', command: serving(80), published: { 80: '8080' } },
  { name: 'app', network: 'front', command: idle },
  { name: 'db', network: 'back', command: serving(5432) },
  { name: 'cache', network: 'hidden', command: serving(6379) },
  { name: 'one', network: 'strict', command: idle },
  { name: 'two', network: 'strict', command: serving(80) },
  { name: 'side', network: 'container:web', command: idle },
  { name: 'hosted', network: 'host', command: serving(9000) },
]
const networks = ['front', 'back', 'hidden', 'strict'] as const

export interface Made {
  readonly docker: string
  /** What scripts of the faults know by name: addresses, processes, bridges, ports. */
  readonly facts: Readonly<Record<string, string>>
}

export async function makeMachine(): Promise<Made> {
  const setup = spawnSync('bash', ['test/stock/engines/setup.sh'], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (setup.status !== 0) throw new Error(`the machine was not made ready (${setup.status})`)
  const log = openSync('/run/dockerd.log', 'w')
  const words = ['--storage-driver', 'vfs', '--exec-opt', 'native.cgroupdriver=cgroupfs']
  spawn('dockerd', words, { stdio: ['ignore', log, log] }).unref()
  const version = await untilItAnswers(startMs).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${readFileSync('/run/dockerd.log', 'utf8').slice(-2000)}`)
  })
  await docker('POST', '/images/create?fromSrc=-&repo=box', readFileSync('/run/image.tar'))
  await makeNetwork('front')
  await makeNetwork('back')
  await makeNetwork('hidden', { Internal: true })
  await makeNetwork('strict', { Options: { 'com.docker.network.bridge.enable_icc': 'false' } })
  // One that shares another's network comes after it.
  for (const each of containers) await run(each)
  if (hasMacvlan()) {
    const Config = [{ Subnet: '198.51.100.0/24', Gateway: '198.51.100.1' }]
    await makeNetwork('lan', { Driver: 'macvlan', Options: { parent: 'up0' }, IPAM: { Config } })
    await run({ name: 'onlan', network: 'lan', command: idle, address: '198.51.100.77' })
  }
  return { docker: version, facts: await factsOf() }
}

const hasMacvlan = (): boolean =>
  spawnSync('ip', ['link', 'add', 'probe0', 'link', 'up0', 'type', 'macvlan']).status === 0 &&
  spawnSync('ip', ['link', 'del', 'probe0']).status === 0

async function factsOf(): Promise<Record<string, string>> {
  const facts: Record<string, string> = {}
  for (const name of networks) {
    const { Id, IPAM } = await docker<Network>('GET', `/networks/${name}`)
    const [{ Subnet, Gateway } = { Subnet: '' }] = IPAM.Config
    facts[`br_${name}`] = `br-${Id.slice(0, 12)}`
    facts[`net_${name}`] = Subnet
    facts[`gateway_${name}`] = Gateway ?? ''
    facts[`nobody_${name}`] = Subnet.replace(/\.\d+\/.*/, '.99')
  }
  for (const { name, network } of containers) {
    const { State, NetworkSettings } = await docker<Inspected>('GET', `/containers/${name}/json`)
    facts[`${name}_pid`] = String(State.Pid)
    const address = NetworkSettings.Networks[network]?.IPAddress
    if (!address) continue
    facts[name] = address
    facts[`port_${name}`] = farEnd(State.Pid)
  }
  return facts
}

/** The other end of its eth0, on the machine. */
function farEnd(pid: number): string {
  const ip = (...words: string[]) => execFileSync('nsenter', [...words], { encoding: 'utf8' })
  const number = /@if(\d+):/.exec(ip(`--target=${pid}`, '--net', 'ip', '-o', 'link', 'show', 'eth0'))?.[1]
  const own = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' })
  return new RegExp(`^${number}: ([^@:]+)`, 'm').exec(own)?.[1] ?? ''
}
