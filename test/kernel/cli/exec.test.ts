import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { World } from '../support/world.js'
import { pair } from './labs.js'

const worlds = [
  ['an unprivileged user', World.ofUser],
  ['a user with one id', World.ofUserWithOneId],
  ...(isRoot ? ([['root', World.ofSelf]] as const) : []),
] as const

describe.each(worlds)('exec as %s', (_, makeWorld) => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld()
    const started = await world.cli('up', '-d', world.file('pair.yaml', pair()))
    expect([started.status, started.stdout]).toEqual([0, ''])
  })
  afterAll(async () => {
    const { status } = await world.cli('down', 'pair')
    await world.untilNothingIsLeft().finally(() => world.dispose())
    expect(status).toBe(0)
  })
  const exec = (...words: string[]): ReturnType<World['run']> => world.cli('exec', 'pair', ...words)

  test('runs in the namespace it names', async () => {
    const [ns0, ns1, host] = await Promise.all(
      ['ns0', 'ns1', 'host'].map((name) => exec(name, '--', 'ip', '-o', '-4', 'addr', 'show')),
    )
    expect(ns0?.stdout).toContain('10.0.0.1/24')
    expect(ns1?.stdout).toContain('10.0.0.2/24')
    expect(host?.stdout).not.toContain('10.0.0.')
    expect((await exec('ns0', '--', 'ping', '-c1', '-W2', '10.0.0.2')).stdout).toContain('ttl=64')
  })

  test('knows the names that /etc/netns has for the namespace', async () => {
    const write = 'mkdir -p /etc/netns/ns0 && echo 10.0.0.2 peer.lab >/etc/netns/ns0/hosts'
    expect((await exec('host', '--', 'sh', '-c', write)).status).toBe(0)
    expect((await exec('ns0', '--', 'getent', 'hosts', 'peer.lab')).stdout).toMatch(/^10\.0\.0\.2\s/)
    expect((await exec('ns1', '--', 'getent', 'hosts', 'peer.lab')).status).toBe(2)
    expect((await exec('ns0', '--', 'sh', '-c', 'exit 7')).status).toBe(7)
    await exec('host', '--', 'rm', '-r', '/etc/netns/ns0')
  })

  test('may change the network: links, addresses, sysctls, rules', async () => {
    const words =
      'ip link add d0 type bridge && ip addr add 10.9.0.1/24 dev d0 && sysctl -qw net.ipv4.ip_forward=1 && iptables -A FORWARD -j DROP && nft list ruleset | grep -c drop; ip link del d0; iptables -F'
    const ran = await exec('ns0', '--', 'sh', '-c', words)
    expect([ran.status, ran.stdout, ran.stderr.replace(/^# Warning.*\n/gm, '')]).toEqual([0, '1\n', ''])
  })

  test('a namespace made in the lab can be entered at once', async () => {
    expect((await exec('host', '--', 'ip', 'netns', 'add', 'fresh')).status).toBe(0)
    expect((await exec('fresh', '--', 'ip', '-o', 'link')).stdout).toMatch(/^1: lo:.*\n$/)
    expect((await exec('host', '--', 'ip', 'netns', 'del', 'fresh')).status).toBe(0)
  })

  test.each([0, 1, 7, 255])('passes exit code %i on', async (code) => {
    expect((await exec('ns0', '--', 'sh', '-c', `exit ${code}`)).status).toBe(code)
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGKILL', 137],
    ['SIGSEGV', 139],
  ])('a command that dies of %s gives %i', async (signal, code) => {
    expect((await exec('ns0', '--', 'sh', '-c', `kill -${signal.slice(3)} $$`)).status).toBe(code)
  })

  test('a command that is not there gives 127 and its name', async () => {
    const ran = await world.runCli(['exec', 'pair', 'ns0', '--', 'no-such-command'], { env: { PATH: '/usr/bin:/bin' } })
    expect(ran.status).toBe(127)
    expect(ran.stderr).toContain('no-such-command')
  })

  test('standard input and output pass every byte', async () => {
    const bytes = randomBytes(1 << 20)
    const ran = await world.runCli(['exec', 'pair', 'ns1', '--', 'cat'], { input: bytes })
    expect(ran.status).toBe(0)
    expect(ran.bytes.equals(bytes)).toBe(true)
    expect(ran.stderr).toBe('')
  })

  test('stdout and stderr stay apart', async () => {
    const ran = await exec('ns0', '--', 'sh', '-c', 'echo out; echo err >&2')
    expect([ran.stdout, ran.stderr]).toEqual(['out\n', 'err\n'])
  })

  test('words reach the command as they are, and options are its own', async () => {
    const words = ['', 'two words', '$HOME', "it's", '--json', '-h', '--', '*']
    const ran = await exec('ns0', '--', 'printf', '[%s]', ...words)
    expect(ran.stdout).toBe(words.map((word) => `[${word}]`).join(''))
    expect((await exec('ns0', 'printf', '[%s]', '--json')).stdout).toBe('[--json]')
  })

  test("directory and environment are the caller's", async () => {
    const ran = await world.runCli(
      ['exec', 'pair', 'ns0', '--', 'sh', '-c', 'pwd; echo $MINE $VETHLAB_LAB $VETHLAB_NS'],
      {
        cwd: '/usr/share',
        env: { MINE: 'yes' },
      },
    )
    expect(ran.stdout).toBe('/usr/share\nyes pair ns0\n')
  })

  test("without a command, the user's shell reads standard input", async () => {
    const ran = await world.runCli(['exec', 'pair', 'ns1'], { input: 'echo "$0 in $VETHLAB_NS"; exit 5\n' })
    expect([ran.status, ran.stdout]).toEqual([5, '/bin/bash in ns1\n'])
    const dash = await world.runCli(['exec', 'pair', 'ns1'], {
      input: 'echo $0\n',
      env: { SHELL: '/usr/sbin/nologin' },
    })
    expect(dash.stdout).toBe('/bin/sh\n')
  })

  test('on a terminal the prompt names the namespace, and Ctrl-C ends the command, not the shell', async () => {
    const running = world.start(['script', '-qefc', `'${process.execPath}' '${cliFile}' exec pair ns1`, '/dev/null'])
    await until('the prompt', () => /ns1.*[$#] $/.test(running.stdout()))
    running.child.stdin?.write('echo begin; sleep 60; echo never\n')
    await until('the command runs', () => running.stdout().includes('begin\r\n'))
    await until('it sleeps', () => world.processes().some(({ command }) => command === 'sleep 60'))
    running.child.stdin?.write('\u0003')
    await until('it has ended', () => !world.processes().some(({ command }) => command === 'sleep 60'))
    running.child.stdin?.write('echo alive $((40 + 2)); exit 9\n')
    const ran = await running.ended
    expect(ran.status).toBe(9)
    expect(ran.stdout).toContain('alive 42\r\n')
    expect(ran.stdout).not.toContain('never\r\n\r\n')
  })

  test("on a terminal Ctrl-C is the command's own business", async () => {
    const words = `'${process.execPath}' '${cliFile}' exec pair ns0 -- sh -c 'trap "echo caught; exit 4" INT; echo ready; sleep 65; echo late'`
    const running = world.start(['script', '-qefc', words, '/dev/null'])
    await until('the command runs', () => world.processes().some(({ command }) => command === 'sleep 65'))
    running.child.stdin?.write('\u0003')
    const ran = await running.ended
    expect([ran.status, ran.stdout.replaceAll('\r', '')]).toEqual([4, 'ready\n^Ccaught\n'])
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s to the command line is passed to the command', async (signal, code) => {
    const running = world.startCli(['exec', 'pair', 'ns0', '--', 'sleep', '61'])
    await until('it sleeps', () => world.processes().some(({ command }) => command === 'sleep 61'))
    process.kill(running.pid, signal)
    expect((await running.ended).status).toBe(code)
    expect(world.processes().some(({ command }) => command === 'sleep 61')).toBe(false)
  })

  test('kill -9 of the command line ends the command', async () => {
    const running = world.startCli(['exec', 'pair', 'ns0', '--', 'sleep', '62'])
    await until('it sleeps', () => world.processes().some(({ command }) => command === 'sleep 62'))
    process.kill(running.pid, 'SIGKILL')
    await running.ended
    await until('the command is gone', () => !world.processes().some(({ command }) => command.includes('sleep 62')))
  })

  test('an unknown namespace: exit code 2 and the nearest name', async () => {
    const near = await exec('ns2', '--', 'true')
    expect([near.status, near.stdout, near.stderr]).toEqual([
      2,
      '',
      'vethlab: The lab pair has no namespace "ns2". Did you mean "ns0"?\n',
    ])
    const far = await exec('../../etc', '--', 'true')
    expect([far.status, far.stderr]).toEqual([
      2,
      'vethlab: The lab pair has no namespace "../../etc". It has: host, ns0, ns1.\n',
    ])
  })

  test('an unknown lab: exit code 2 and the nearest name', async () => {
    const ran = await world.cli('exec', 'pari', 'ns0', '--', 'true')
    expect([ran.status, ran.stderr]).toEqual([2, 'vethlab: No lab named "pari" is running. Did you mean "pair"?\n'])
  })
})
