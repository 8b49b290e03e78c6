import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root, cliFile } from '../support/build.js'
import { World } from '../support/world.js'
import { invalid, pair } from './labs.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterAll(() => world.dispose())

const starters = readdirSync(join(root, 'resources/labs'))
  .filter((name) => name.endsWith('.vethlab.yaml'))
  .map((name) => join(root, 'resources/labs', name))

describe('validate', () => {
  test('every starter lab is valid, in one run', async () => {
    const ran = await world.cli('validate', '--json', ...starters)
    expect(ran.status).toBe(0)
    const { ok, files } = JSON.parse(ran.stdout)
    expect(ok).toBe(true)
    expect(files).toHaveLength(starters.length)
    expect(files.map(({ file }: { file: string }) => file)).toEqual(starters)
  })

  test('a wrong file among good ones: exit code 2, with place and excerpt', async () => {
    const [good, bad] = [world.file('good.yaml', pair()), world.file('bad.yaml', invalid)]
    const ran = await world.cli('validate', good, bad)
    expect(ran.status).toBe(2)
    expect(ran.stdout).toContain(`${good}: ok\n`)
    expect(ran.stdout).toContain(
      `${bad}:4:10  error  Unknown key "interface" in namespaces.ns0.\n  4 |   ns0: { interface: {} }\n               ^\n  Did you mean "interfaces"?\n`,
    )
    expect(ran.stderr).toBe('2 files: 1 wrong, 1 error, 0 warnings\n')
  })

  test('with --machine, what this kernel lacks is told at its line, and ends with 3; check refuses before any step', async () => {
    const lab = world.file(
      'vlans.yaml',
      'vethlab: 1\nname: vlans\nnamespaces:\n  a:\n    dummies: { dum0: {} }\n    vlans: { dum0.10: { link: dum0, id: 10 } }\nchecks: [{ from: a, ping: 127.0.0.1 }]\n',
    )
    const doctor = JSON.parse((await world.cli('doctor', '--json')).stdout) as {
      features: { name: string; available: boolean }[]
    }
    const lacks = ['dummy', 'vlan'].filter(
      (name) => !doctor.features.some((each) => each.name === name && each.available),
    )
    const plain = await world.cli('validate', lab)
    expect(plain.status).toBe(0)
    const asked = await world.cli('validate', '--machine', '--json', lab)
    const { files } = JSON.parse(asked.stdout) as { files: { problems: { code: string; line: number }[] }[] }
    const told = files[0]?.problems.map(({ code, line }) => `${code} ${line}`)
    expect(told).toEqual(lacks.map((name) => `kernel-lacks ${name === 'dummy' ? 5 : 6}`))
    expect(asked.status).toBe(lacks.length > 0 ? 3 : 0)
    const checked = await world.cli('check', lab)
    expect(checked.status === 3).toBe(lacks.length > 0)
    if (lacks.includes('vlan')) expect(checked.stderr).toContain('module 8021q')
    if (lacks.includes('dummy')) expect(checked.stderr).toContain('`sudo modprobe dummy`')
    expect(checked.stderr).not.toContain('step')
  })

  test('the document has line, column, path and hint of each problem', async () => {
    const ran = await world.runCli(['validate', '-', '--json'], { input: invalid })
    expect(ran.status).toBe(2)
    expect(ran.stderr).toBe('')
    expect(JSON.parse(ran.stdout)).toEqual({
      ok: false,
      files: [
        {
          file: '-',
          ok: false,
          error: null,
          problems: [
            {
              severity: 'error',
              code: 'unknown-key',
              message: 'Unknown key "interface" in namespaces.ns0.',
              hint: 'Did you mean "interfaces"?',
              line: 4,
              column: 10,
              path: ['namespaces', 'ns0', 'interface'],
            },
          ],
        },
      ],
    })
  })

  test('warnings are shown and are no errors', async () => {
    const broken = pair()
      .replace('name: pair', 'name: pair\nbroken: true')
      .replace('  ns1: {', '  ns1: { routes: [{ to: default, via: 192.168.9.1 }],')
    const ran = await world.runCli(['validate', '-'], { input: broken })
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('  warning  ')
    expect(ran.stdout).toContain('<stdin>: ok\n')
  })

  test.each([
    ['a file that is not there', '/nowhere/lab.yaml', 'Cannot read /nowhere/lab.yaml: there is no such file.'],
    ['a directory', '/etc', 'Cannot read /etc: it is a directory.'],
  ])('%s is one sentence', async (_, file, sentence) => {
    const ran = await world.cli('validate', file)
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([2, '', `vethlab: ${sentence}\n`])
  })

  test('a file that may not be read is one sentence', async () => {
    const ran = await world.cli('validate', '/etc/shadow')
    expect([ran.status, ran.stderr]).toEqual([2, 'vethlab: Cannot read /etc/shadow: you may not read it.\n'])
  })

  test('a device that never ends is refused for what it is', async () => {
    const ran = await world.cli('validate', '/dev/zero')
    expect(ran.status).toBe(2)
    expect(ran.stderr + ran.stdout).toContain('it is a pipe, a socket or a device')
  })

  test('escape sequences in a file do not reach the terminal', async () => {
    const ran = await world.runCli(['validate', '-'], { input: 'vethlab: 1\nname: x\n"\\e[31mred\\e]0;t\\a": 1\n' })
    expect(ran.status).toBe(2)
    expect(ran.bytes.includes(0x1b)).toBe(false)
    expect(ran.bytes.includes(0x07)).toBe(false)
  })

  test('colours are for terminals, and NO_COLOR turns them off there too', async () => {
    const bad = world.file('colour.yaml', invalid)
    const onTerminal = (env: NodeJS.ProcessEnv): ReturnType<World['run']> =>
      world.run(['script', '-qec', `'${process.execPath}' '${cliFile}' validate '${bad}'`, '/dev/null'], { env })
    expect((await world.cli('validate', bad)).stdout).not.toContain('\u001b[')
    expect((await onTerminal({})).stdout).toContain('\u001b[31m')
    expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toContain('\u001b[')
  })

  test('a reader that goes away ends it quietly, whatever is left to say', async () => {
    // More than a pipe holds (64 KiB), and less than one word of a command line may have (MAX_ARG_STRLEN, 128 KiB).
    const files = Array.from({ length: Math.ceil(1250 / starters.length) }, () => starters).flat()
    const words = [process.execPath, cliFile, 'validate', ...files].map((word) => `'${word}'`).join(' ')
    const ran = await world.run(['bash', '-c', `set -o pipefail; ${words} | head -n1; echo "\${PIPESTATUS[0]}"`])
    const [first, status] = ran.stdout.trimEnd().split('\n')
    expect(first).toMatch(/: ok$|warning/)
    expect(status).toBe('0')
    expect(ran.stderr).not.toContain('EPIPE')
  })

  test('a small file takes little more than Node itself', async () => {
    const file = world.file('small.yaml', pair())
    const cpuSeconds = async (words: string): Promise<number> => {
      const all: number[] = []
      for (let round = 0; round < 5; round++) {
        const ran = await world.run(['bash', '-c', `TIMEFORMAT='%U %S'; time ${words} >/dev/null`])
        expect(ran.status).toBe(0)
        const [user = NaN, system = NaN] = ran.stderr.trim().split(' ').map(Number)
        all.push(user + system)
      }
      return Math.min(...all)
    }
    const bare = await cpuSeconds(`'${process.execPath}' -e 0`)
    const whole = await cpuSeconds(`'${process.execPath}' '${cliFile}' validate '${file}'`)
    // A user waits 250 ms at most. Node alone takes some 50 of them where the machine is idle; time on the processor keeps
    // that proportion where it is not.
    expect(whole / bare).toBeLessThan(10)
  })
})

describe('plan', () => {
  test('prints the commands in order, one a line', async () => {
    const ran = await world.cli('plan', world.file('plan.yaml', pair()))
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const lines = ran.stdout.trimEnd().split('\n')
    expect(lines.slice(0, 2)).toEqual(['ip netns add ns0', 'ip netns add ns1'])
    expect(lines).toContain('ip link add veth0 netns ns0 type veth peer name veth1 netns ns1')
    expect(lines.indexOf('ip -n ns0 addr add 10.0.0.1/24 dev veth0')).toBeGreaterThan(2)
  })

  test('the document has each command with its namespace and its undo', async () => {
    const ran = await world.runCli(['plan', '-', '--json'], { input: pair('json') })
    const { lab, steps } = JSON.parse(ran.stdout)
    expect(lab).toBe('json')
    expect(steps[0]).toEqual({ namespace: 'ns0', command: 'ip netns add ns0', undo: ['ip netns del ns0'] })
  })

  test('the script builds what check needs, in namespaces of its own', async () => {
    const script = await world.cli('plan', '--script', join(root, 'resources/labs/06-router.vethlab.yaml'))
    expect(script.status).toBe(0)
    const file = world.file('router.sh', script.stdout)
    const setUp = 'mount -t tmpfs tmpfs /run && ip link set lo up'
    const probe = 'ip netns exec ns0 ping -c1 -W2 192.168.1.2'
    const user = process.getuid?.() === 0 && world.user !== null
    const ran = await world.run([
      'unshare',
      ...(user || process.getuid?.() !== 0 ? ['--user', '--map-root-user'] : []),
      '-nmp',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'sh',
      '-c',
      `PATH=$PATH:/usr/sbin:/sbin; mount -t sysfs sysfs /sys; ${setUp} && bash '${file}' >/dev/null && ${probe}`,
    ])
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toContain('ttl=63')
  })

  test('an invalid lab: the problem on stderr, nothing on stdout, exit code 2', async () => {
    const ran = await world.runCli(['plan', '-'], { input: invalid })
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain('<stdin>:4:10  error  ')
    expect(ran.stderr).toContain('<stdin> has an error; nothing was done.')
  })

  test('an invalid lab with --json: the problems are in the document', async () => {
    const ran = await world.runCli(['plan', '-', '--json'], { input: invalid })
    expect([ran.status, ran.stderr]).toEqual([2, ''])
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ok: false,
      error: { code: 'invalid-lab' },
      problems: [{ line: 4, column: 10 }],
    })
  })
})
