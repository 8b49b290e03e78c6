import { chmodSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { signalNumber, World, type Running } from '../support/world.js'
import { pair, refused } from './labs.js'

const worlds = [['an unprivileged user', World.ofUser], ...(isRoot ? ([['root', World.ofSelf]] as const) : [])] as const

describe.each(worlds)('up with a shell, as %s', (_, makeWorld) => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld()
  })
  afterEach(() => world.untilNothingIsLeft())
  afterAll(() => world.dispose())

  const onTerminal = (): Running =>
    world.start([
      'script',
      '-qefc',
      `'${process.execPath}' '${cliFile}' up '${world.file('pair.yaml', pair())}'`,
      '/dev/null',
    ])
  const prompt = /host.*[$#] $/

  test('the shell is in the host of the lab; leaving it takes the lab down, whatever its exit code', async () => {
    const ran = await world.runCli(['up', world.file('pair.yaml', pair())], {
      input: 'ip netns; echo "in $VETHLAB_NS"; exit 3\n',
    })
    expect(ran.status).toBe(0)
    expect(ran.stdout.split('\n').sort()).toEqual(['', 'in host', 'ns0', 'ns1'])
    expect(ran.stderr).toMatch(/^pair is up: \d+ steps in [\d.]+ ms, until you leave this shell\.\npair is down\.\n$/)
    expect(world.leftovers()).toEqual({ processes: [], files: [] })
  })

  test('on a terminal Ctrl-C at the prompt and in a command leaves the lab up', async () => {
    const running = onTerminal()
    await until('the prompt', () => prompt.test(running.stdout()))
    running.child.stdin?.write('\u0003')
    await until('another prompt', () => running.stdout().includes('^C') && prompt.test(running.stdout()))
    running.child.stdin?.write('sleep 63\n')
    await until('it sleeps', () => world.processes().some(({ command }) => command === 'sleep 63'))
    running.child.stdin?.write('\u0003')
    await until('it has ended', () => !world.processes().some(({ command }) => command === 'sleep 63'))
    running.child.stdin?.write('ip netns exec ns0 ping -c1 -W2 10.0.0.2 | grep -o ttl=6.\n')
    await until('the answer', () => running.stdout().includes('ttl=64\r\n'))
    running.child.stdin?.write('exit 1\n')
    const ran = await running.ended
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/pair is down\.\r\n$/)
  })

  test('a shell without job control survives Ctrl-C with its lab', async () => {
    const file = world.file('pair.yaml', pair())
    // Everything it starts stays in the terminal's foreground group.
    const shell = world.file('plain-shell', '#!/bin/sh\nexec /bin/sh +m -i\n')
    chmodSync(shell, 0o755)
    const words = `SHELL='${shell}' '${process.execPath}' '${cliFile}' up '${file}'`
    const running = world.start(['script', '-qefc', words, '/dev/null'])
    await until('the prompt', () => running.stdout().endsWith('host# '))
    running.child.stdin?.write('sleep 64\n')
    await until('it sleeps', () => world.processes().some(({ command }) => command === 'sleep 64'))
    running.child.stdin?.write('\u0003')
    await until('it has ended', () => !world.processes().some(({ command }) => command === 'sleep 64'))
    running.child.stdin?.write('ip netns exec ns0 ping -c1 -W2 10.0.0.2 | grep -o ttl=6.\n')
    await until('the answer', () => running.stdout().includes('ttl=64\r\n'))
    running.child.stdin?.write('exit\n')
    const ran = await running.ended
    expect([ran.status, ran.stdout.endsWith('pair is down.\r\n')]).toEqual([0, true])
  })

  test('other commands reach it while the shell is open, and down ends it', async () => {
    const running = onTerminal()
    await until('the prompt', () => prompt.test(running.stdout()))
    expect((await world.cli('ps')).stdout).toMatch(/\npair +up /)
    expect((await world.cli('exec', 'pair', 'ns0', '--', 'ping', '-c1', '-W2', '10.0.0.2')).status).toBe(0)
    const second = await world.cli('up', '-d', world.file('pair.yaml', pair()))
    expect([second.status, second.stderr]).toEqual([
      2,
      'vethlab: A lab named pair is running already. Stop it with: npm run -s cli -- down pair\n',
    ])
    expect((await world.cli('down', 'pair')).status).toBe(0)
    const ran = await running.ended
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/pair is down\.\r\n$/)
  })

  test.each(['SIGTERM', 'SIGHUP'] as const)('%s takes the lab down', async (signal) => {
    const running = world.startCli(['up', world.file('pair.yaml', pair())])
    await until('the shell runs', () => running.stderr().includes('is up'))
    await until('the shell waits', () => world.processes().some(({ command }) => command === '/bin/bash'))
    process.kill(running.pid, signal)
    expect((await running.ended).status).toBe(128 + signalNumber(signal))
    expect(world.leftovers()).toEqual({ processes: [], files: [] })
  })

  test('kill -9 takes the lab and the shell along', async () => {
    const running = world.startCli(['up', world.file('pair.yaml', pair())])
    await until('the shell runs', () => world.processes().some(({ command }) => command === '/bin/bash'))
    process.kill(running.pid, 'SIGKILL')
    await running.ended
    await until('every process is gone', () => world.processes().length === 0)
    expect((await world.cli('ps', '--json')).stdout).toBe('{"labs":[]}\n')
  })

  test('a sandbox that dies is said, with exit code 3', async () => {
    const running = world.startCli(['up', world.file('pair.yaml', pair())])
    await until('the shell runs', () => world.processes().some(({ command }) => command === '/bin/bash'))
    const [lab] = JSON.parse((await world.cli('ps', '--json')).stdout).labs
    process.kill(lab.anchorPid, 'SIGKILL')
    const ran = await running.ended
    expect(ran.status).toBe(3)
    expect(ran.stderr).toContain('vethlab: The sandbox ended by itself')
  })

  test('a refused lab never opens a shell: exit code 4', async () => {
    const ran = await world.runCli(['up', world.file('refused.yaml', refused)], { input: 'echo in\n' })
    expect([ran.status, ran.stdout]).toEqual([4, ''])
  })
})
