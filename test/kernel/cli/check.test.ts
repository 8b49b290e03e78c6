import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { dumpDefaultNamespace, signalNumber, World } from '../support/world.js'
import { failing, invalid, pair, refused, slow, unrepaired } from './labs.js'
import { wellFormed } from './well-formed.js'

const worlds = [['an unprivileged user', World.ofUser], ...(isRoot ? ([['root', World.ofSelf]] as const) : [])] as const

describe.each(worlds)('check as %s', (_, makeWorld) => {
  let world: World
  let before: string
  beforeAll(async () => {
    world = await makeWorld()
    before = dumpDefaultNamespace()
  })
  afterEach(() => world.untilNothingIsLeft())
  afterAll(() => {
    world.dispose()
    expect(dumpDefaultNamespace()).toBe(before)
  })

  test('all checks as expected: exit code 0 and the exact document', async () => {
    const ran = await world.runCli(['check', '-', '--json'], { input: pair() })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const document = JSON.parse(ran.stdout)
    expect(document).toEqual({
      lab: 'pair',
      ok: true,
      deployMs: expect.any(Number),
      checks: [
        {
          name: 'ns0 reaches ns1',
          ok: true,
          expected: 'reply, ttl 64',
          actual: 'reply, ttl 64',
          rttUs: expect.any(Number),
          ttl: 64,
          diagnosis: null,
        },
        {
          name: 'nobody listens',
          ok: true,
          expected: 'refused',
          actual: 'refused',
          rttUs: expect.toBeOneOf([null, expect.any(Number)]),
          ttl: null,
          diagnosis: null,
        },
      ],
    })
    expect(document.deployMs).toBeGreaterThan(0)
  })

  test('goals are told and do not count, unless they are asked to', async () => {
    const told = await world.runCli(['check', '-', '--json'], { input: unrepaired })
    expect([told.status, told.stderr]).toEqual([0, ''])
    expect(JSON.parse(told.stdout)).toMatchObject({
      ok: true,
      checks: [{ name: 'reaches ns1', ok: true }],
      goals: [{ name: 'reaches the other', ok: false, expected: 'reply', actual: 'unreachable' }],
      repaired: false,
    })
    const read = await world.runCli(['check', '-'], { input: unrepaired })
    expect(read.stdout).toMatch(
      /1 checks: 1 passed\n[^]*✗ reaches the other[^]*1 goals: 0 reached, not repaired yet\n$/,
    )
    const counted = await world.runCli(['check', '-', '--json', '--goal'], { input: unrepaired })
    expect(counted.status).toBe(1)
    expect(JSON.parse(counted.stdout)).toMatchObject({ ok: false, repaired: false })
  })

  test('a check that fails: exit code 1, and the report says what was expected and what came', async () => {
    const ran = await world.runCli(['check', '-'], { input: failing })
    expect([ran.status, ran.stderr]).toEqual([1, ''])
    expect(ran.stdout).toMatch(/^failing: deployed in [\d.]+ ms\n {2}✓ reaches ns1 .* reply .* m?u?s\n/)
    expect(ran.stdout).toContain('✗ a <b> & "c"')
    expect(ran.stdout).toMatch(/expected {2}connected\n {4}actual {4}refused\n/)
    expect(ran.stdout).toMatch(/2 checks: 1 passed, 1 failed\n$/)
  })

  test('the JUnit report is well-formed and counts right', async () => {
    const report = join(world.temporary, 'report.xml')
    const ran = await world.runCli(['check', '-', '--junit', report, '--json'], { input: failing })
    expect(ran.status).toBe(1)
    const xml = readFileSync(report, 'utf8')
    expect(wellFormed(xml)).toBe(true)
    expect(xml).toMatch(
      /<testsuite name="failing" tests="2" failures="1" errors="0" skipped="0" time="\d+\.\d{6}" timestamp="[\d-]+T[\d:]+">/,
    )
    expect(xml).toMatch(/<testcase name="reaches ns1" classname="failing" time="\d+\.\d{6}"\/>/)
    expect(xml).toContain('name="a &#60;b&#62; &#38; &#34;c&#34;"')
    await world.run(['rm', report])
  })

  test('--only runs what it names', async () => {
    const ran = await world.runCli(['check', '-', '--json', '--only', 'reaches ns1'], { input: failing })
    expect(ran.status).toBe(0)
    expect(JSON.parse(ran.stdout).checks.map(({ name }: { name: string }) => name)).toEqual(['reaches ns1'])
  })

  test('--only with a name that is not there suggests one, and starts nothing', async () => {
    const near = await world.runCli(['check', '-', '--only', 'reaches ns2'], { input: failing })
    expect([near.status, near.stdout]).toEqual([2, ''])
    expect(near.stderr).toBe('vethlab: The lab failing has no check named "reaches ns2". Did you mean "reaches ns1"?\n')
    const far = await world.runCli(['check', '-', '--only', 'x'], { input: pair() })
    expect(far.stderr).toContain('It has: "ns0 reaches ns1", "nobody listens".')
  })

  test('a refused step: exit code 4 with the step, its text and the words of the kernel', async () => {
    const ran = await world.runCli(['check', '-'], { input: refused })
    expect([ran.status, ran.stdout]).toEqual([4, ''])
    expect(ran.stderr).toMatch(
      /^vethlab: The kernel refused step \d+ of \d+: .*No such file or directory.* Everything before it was undone\.\n/,
    )
    expect(ran.stderr).toMatch(/\n {2}step \d+ of \d+ \(in host\): sysctl -w net\.ipv4\.no_such_switch=1\n/)
  })

  test('a refused step with --json and --junit: both say so', async () => {
    const report = join(world.temporary, 'refused.xml')
    const ran = await world.runCli(['check', '-', '--json', '--junit', report], { input: refused })
    expect([ran.status, ran.stderr]).toEqual([4, ''])
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ok: false,
      error: { code: 'step-refused', where: 'host', command: 'sysctl -w net.ipv4.no_such_switch=1' },
    })
    const xml = readFileSync(report, 'utf8')
    expect(wellFormed(xml)).toBe(true)
    expect(xml).toContain('tests="1" failures="0" errors="1"')
    await world.run(['rm', report])
  })

  test('an invalid lab: exit code 2 and the place', async () => {
    const ran = await world.runCli(['check', '-'], { input: invalid })
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain('<stdin>:4:10  error  ')
  })

  test('a report that cannot be written: exit code 2, although the checks passed', async () => {
    const ran = await world.runCli(['check', '-', '--junit', '/nowhere/report.xml'], { input: pair() })
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('The report cannot be written to /nowhere/report.xml.')
  })

  test('where the kernel gives no namespaces: exit code 3 and the reason', async () => {
    const limits = 'echo 0 >/proc/sys/user/max_user_namespaces && echo 0 >/proc/sys/user/max_net_namespaces'
    const within = (words: string): Promise<{ status: number | null; stdout: string; stderr: string }> =>
      world.run([
        'unshare',
        '--user',
        '--map-root-user',
        'sh',
        '-c',
        `${limits} && exec '${process.execPath}' '${cliFile}' ${words}`,
      ])
    const file = world.file('impossible.yaml', pair())
    const ran = await within(`check '${file}'`)
    expect([ran.status, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toMatch(
      /^vethlab: User namespaces are turned off \(user\.max_user_namespaces is 0\)\. To allow them: /,
    )
    const doctor = await within('doctor --json')
    expect([doctor.status, doctor.stderr]).toEqual([3, ''])
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      ok: false,
      sandbox: null,
      error: { code: 'user-namespaces-off' },
    })
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s takes the lab down and ends with its number',
    async (signal) => {
      const running = world.startCli(['check', world.file('slow.yaml', slow)])
      await until('the lab is there', () => world.networks().length > 0)
      // As a terminal does it: the whole process group is told.
      process.kill(-running.pid, signal)
      const ran = await running.ended
      expect(ran.status).toBe(128 + signalNumber(signal))
      expect([ran.stdout, ran.stderr]).toEqual(['', ''])
      // The kernel ends the sandbox's processes with their first one, in its own time.
      await until('nothing is left of it', () => world.processes().length === 0)
    },
  )

  test('kill -9 leaves nothing', async () => {
    const running = world.startCli(['check', world.file('slow.yaml', slow)])
    await until('the lab is there', () => world.networks().length > 0)
    process.kill(running.pid, 'SIGKILL')
    expect((await running.ended).signal).toBe('SIGKILL')
  })

  test('on a terminal a line says what takes so long, and goes again', async () => {
    const command = `'${process.execPath}' '${cliFile}' check '${world.file('slow.yaml', slow)}'`
    const ran = await world.run(['script', '-qec', command, '/dev/null'])
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/\r\u001b\[K.*slow: check/)
    expect(ran.stdout.split('\r\u001b[K').at(-1)).toContain('slow')
  })
})
