/**
 * The uplink on the command line, for somebody who is not root. Packets go to 10.0.2.2 only, which slirp4netns answers
 * itself; where root runs the tests, it has no network to pass anything on to.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LiveState } from '../../../electron/core/live/state.js'
import { cliFile, root } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { dumpDefaultNamespace, World, type Ran, type Running } from '../support/world.js'
import { cutOff, missingHere, withoutSlirp, withoutTun } from './cut-off.js'

const lab = join(root, 'test/fixtures/labs/uplink.vethlab.yaml')
const reason = missingHere()

const worlds = [
  ['many ids', World.ofUser],
  ...(isRoot
    ? ([
        ['one id', World.ofUserWithOneId],
        ['root', World.ofSelf],
      ] as const)
    : []),
] as const

describe.skipIf(reason !== null).each(worlds)(`the uplink of a lab, %s`, (kind, makeWorld) => {
  let world: World
  let machine: string
  let resolver: string
  beforeAll(async () => {
    world = await makeWorld()
    machine = dumpDefaultNamespace()
    resolver = readFileSync('/etc/resolv.conf', 'utf8')
  })
  afterEach(() => world.untilNothingIsLeft())
  afterAll(() => {
    world.dispose()
    expect(readFileSync('/etc/resolv.conf', 'utf8')).toBe(resolver)
    expect(dumpDefaultNamespace()).toBe(machine)
  })

  const cli = (...words: string[]): Promise<Ran> => world.runCli(words, { before: cutOff })
  const inside = (namespace: string, ...words: string[]): Promise<Ran> =>
    world.cli('exec', 'uplinked', namespace, '--', ...words)
  const slirp = (): number | undefined =>
    world
      .processes()
      .find(({ command }) => /slirp4netns --configure/.test(command) && !command.startsWith('/usr/bin/setpriv'))?.pid
  const pings = async (): Promise<boolean> => (await inside('ns0', 'ping', '-c1', '-W1', '10.0.2.2')).status === 0
  const host = async (): Promise<LiveState['namespaces'][number]> => {
    const { namespaces } = JSON.parse((await world.cli('state', 'uplinked', '--json')).stdout) as LiveState
    return namespaces.find(({ name }) => name === 'host') as LiveState['namespaces'][number]
  }

  test('stays unplugged without the flag, which one line says, and the lab runs without it', async () => {
    const ran = await cli('check', lab, '--only', 'ns0 reaches its gateway')
    expect(ran.status).toBe(0)
    expect(ran.stderr).toBe(
      'uplinked asks for an uplink, which stays unplugged: with it, programs of the lab reach your own network as you do. To allow that, add --uplink.\n',
    )
    const json = await cli('check', lab, '--json', '--only', 'ns0 reaches the gateway of the uplink')
    expect([json.status, json.stderr]).toEqual([1, ''])
    expect(JSON.parse(json.stdout)).toMatchObject({ checks: [{ ok: false, actual: /^unreachable/ }] } as object)
  })

  test('check --uplink reaches its gateway from behind the bridge, with the source of eth0', async () => {
    const ran = await cli('check', '--uplink', '--json', lab)
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ok: true,
      checks: [{ ok: true }, { ok: true, actual: 'reply, path ns0 -> host, source 10.0.2.100' }],
    })
  })

  test('trace --uplink films the way through eth0', async () => {
    const ran = await cli('trace', '--uplink', lab, '--from', 'ns0', '--to', '10.0.2.2', '--json')
    expect(ran.status).toBe(0)
    const { hops } = JSON.parse(ran.stdout) as {
      hops: { interface: string; event: string; packet: { ip?: { src: string } } }[]
    }
    const out = hops.find(({ interface: name, event, packet }) => name === 'eth0' && event === 'sent' && packet.ip)
    expect(out?.packet.ip?.src).toBe('10.0.2.100')
  })

  test('up --uplink gives the host eth0, a default route and DNS in every namespace; MASQUERADE decides about ns0', async () => {
    const ran = await cli('up', '-d', '--json', '--uplink', lab)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ok: true,
      uplink: {
        interface: 'eth0',
        address: '10.0.2.100/24',
        gateway: '10.0.2.2',
        nameserver: '10.0.2.3',
        resolves: true,
      },
    })
    const { links, addresses, routes } = await host()
    expect(links.find(({ name }) => name === 'eth0')).toMatchObject({ kind: 'tun', up: true, mtu: 65_520 })
    expect(addresses).toContainEqual(expect.objectContaining({ dev: 'eth0', address: '10.0.2.100/24' }))
    expect(routes).toContainEqual(expect.objectContaining({ to: '0.0.0.0/0', via: '10.0.2.2', dev: 'eth0' }))

    const nameserver = /^nameserver 10\.0\.2\.3$/m
    expect((await inside('host', 'cat', '/etc/resolv.conf')).stdout).toMatch(nameserver)
    expect((await inside('ns0', 'cat', '/etc/resolv.conf')).stdout).toMatch(nameserver)
    expect((await inside('host', 'ip', 'netns', 'exec', 'ns0', 'cat', '/etc/resolv.conf')).stdout).toMatch(nameserver)
    // The way that a question of ns0 would take; none is asked.
    expect((await inside('ns0', 'ip', 'route', 'get', '10.0.2.3')).stdout).toContain('via 192.168.1.1 dev veth0')
    expect((await inside('host', 'ip', 'route', 'get', '10.0.2.3')).stdout).toContain('dev eth0 src 10.0.2.100')

    const rule = ['POSTROUTING', '-s', '192.168.1.0/24', '-o', 'eth0', '-j', 'MASQUERADE']
    expect(await pings()).toBe(true)
    expect((await inside('host', 'iptables', '-t', 'nat', '-D', ...rule)).status).toBe(0)
    expect(await pings()).toBe(false)
    expect((await inside('host', 'iptables', '-t', 'nat', '-A', ...rule)).status).toBe(0)
    expect(await pings()).toBe(true)

    const asLab = await world.cli('state', 'uplinked', '--as', 'lab')
    expect(asLab.stdout).toMatch(/^uplink: on$/m)
    expect(asLab.stdout).not.toContain('10.0.2.')
    expect((await world.cli('down', 'uplinked')).status).toBe(0)
  })

  test('kill -9 of slirp4netns takes eth0 and its DNS away; the lab stays', async () => {
    expect((await cli('up', '-d', '--uplink', lab)).status).toBe(0)
    const before = resolver
    process.kill(await until('slirp4netns', slirp), 'SIGKILL')
    await until('eth0 is gone', async () => !(await host()).links.some(({ name }) => name === 'eth0'))
    await until(
      'the old resolver is back',
      async () => (await inside('host', 'cat', '/etc/resolv.conf')).stdout === before,
    )
    expect((await inside('ns0', 'ping', '-c1', '-W2', '192.168.1.1')).status).toBe(0)
    expect((await world.cli('down', 'uplinked')).status).toBe(0)
  })

  test('kill -9 of slirp4netns is said to whoever sits in the shell', async () => {
    const running: Running = world.startCli(['up', '--uplink', lab], { before: cutOff })
    await until('it is up', () => running.stderr().includes('until you leave this shell'))
    process.kill(await until('slirp4netns', slirp), 'SIGKILL')
    await until('it says so', () => running.stderr().includes('The uplink ended by itself'))
    running.child.stdin?.end('exit\n')
    expect((await running.ended).status).toBe(0)
  })

  test.each([
    ['the keeper', ({ keeper }: Entry) => keeper.pid],
    ['process 1 of the sandbox', ({ anchor }: Entry) => anchor.pid],
  ])('kill -9 of %s takes slirp4netns along', async (_, victim) => {
    expect((await cli('up', '-d', '--uplink', lab)).status).toBe(0)
    const pid = await until('slirp4netns', slirp)
    const entry = JSON.parse(readFileSync(join(world.runtime, 'vethlab/uplinked.json'), 'utf8')) as Entry
    process.kill(victim(entry), 'SIGKILL')
    await until('slirp4netns is gone', () => !world.processes().some((each) => each.pid === pid))
    await until('the sandbox is gone', () => world.networks().length === 0)
    // What a killed keeper has left is cleared away by the next command.
    await world.cli('ps')
  })

  if (kind !== 'many ids') return
  // What is decided before any sandbox is the same for everybody.
  test('a lab that does not ask for it cannot be given one, nor can a running lab', async () => {
    const plain = world.file('plain.yaml', 'vethlab: 1\nname: plain\nnamespaces: { ns0: {} }\n')
    for (const words of [['check'], ['up', '-d'], ['trace', '--from', 'ns0', '--to', 'host']]) {
      const ran = await cli(...words, '--uplink', plain)
      expect([ran.status, ran.stderr]).toEqual([
        2,
        'vethlab: The lab plain does not ask for an uplink. Add "uplink: on" to its file, or leave --uplink out.\n',
      ])
    }
    const late = await cli('state', '--uplink', 'plain')
    expect([late.status, late.stderr]).toMatchObject([2, /^vethlab: A running lab has the uplink that it was started/])
  })

  test.runIf(isRoot)('a missing slirp4netns is named with its package, and nothing is left', async () => {
    for (const words of [['check'], ['up', '-d']]) {
      const ran = await world.runCli([...words, '--uplink', lab], { before: withoutSlirp })
      expect([ran.status, ran.stderr]).toEqual([
        3,
        'vethlab: The uplink needs the program "slirp4netns", which is missing. Install the package slirp4netns, for example: sudo apt-get install slirp4netns\n',
      ])
      expect(world.leftovers()).toEqual({ processes: [], files: [] })
    }
    const doctor = await world.runCli(['doctor', '--json'], { before: withoutSlirp })
    expect((JSON.parse(doctor.stdout) as { tools: object[] }).tools).toContainEqual({
      ...{ name: 'slirp4netns', path: null, version: null, package: 'slirp4netns' },
    })
  })

  test.runIf(isRoot)('a tun device that the user may not open is named', async () => {
    const ran = await world.runCli(['check', '--uplink', lab], { before: withoutTun })
    expect(ran.status).toBe(3)
    expect(ran.stderr).toMatch(/^vethlab: You may not open \/dev\/net\/tun/)
  })
})

interface Entry {
  readonly keeper: { readonly pid: number }
  readonly anchor: { readonly pid: number }
}

test('the command says in its help what the flag allows', async () => {
  const world = await World.ofSelf()
  const { stdout } = await world.run([process.execPath, cliFile, 'check', '--help'])
  world.dispose()
  expect(stdout.replace(/\s+/g, ' ')).toContain('its programs then reach your own network')
})
