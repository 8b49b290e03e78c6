import { execFile, spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { cliFile, root } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot, unprivilegedUser } from '../support/user.js'
import { applyShown, FakeHost, firstChild, good } from './fake-host.js'
import { nat, natUplink } from './labs.js'

const labFile = join(root, 'test/fixtures/labs/nat-uplink.vethlab.yaml')
const script = join(root, 'resources/linux/before-remove.sh')

interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

let host: FakeHost
let before: Awaited<ReturnType<FakeHost['dump']>>
beforeAll(async () => {
  host = await FakeHost.start()
  before = await host.dumpAtRest()
})
afterEach(async () => {
  expect(await host.dump()).toEqual(before)
})
afterAll(async () => {
  await host.close()
})

function run(words: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      'nsenter',
      host.words(...words),
      { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nowhere', SHELL: '/bin/sh', ...env }, timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}
const cli = (...words: string[]): Promise<Ran> => run([process.execPath, cliFile, ...words])

async function leave(): Promise<void> {
  const helper = await host.startHelper()
  good(await applyShown(helper.session, { lab: nat }))
  helper.kill('SIGKILL')
  await helper.gone
}

/** Namespaces of a lab that takes a moment to build. */
const manyCount = 160
const manyMade = (): number => readdirSync(host.path('/run/netns')).filter((name) => /^n\d/.test(name)).length

/** Begins to build it on the machine, after a script. */
async function startMany(first = ':'): Promise<{
  /** Of the command. */
  readonly pid: number
  readonly ended: Promise<number | null>
  stderr(): string
}> {
  const names = Array.from({ length: manyCount }, (_, at) => `n${at}`)
  const links = names.map((name, at) => `  - [${name}:right, ${names[(at + 1) % manyCount]}:left]\n`)
  const namespaces = names.map((name) => `  ${name}: {}\n`)
  const text = `vethlab: 1\nname: many\nnamespaces:\n${namespaces.join('')}links:\n${links.join('')}`
  writeFileSync(host.path('/run/many.yaml'), text)
  await host.sh(first)
  const child = spawn('nsenter', host.words(process.execPath, cliFile, 'up', '/run/many.yaml', '--host', '--yes'), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SHELL: '/bin/sh' },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const pid = await until('the command', () => firstChild(child.pid as number))
  return { pid, ended, stderr: () => stderr }
}

describe('recover', () => {
  test('says what it takes back; a second time there is nothing left', async () => {
    await leave()
    const ran = await cli('recover')
    expect(ran.status).toBe(0)
    const lines = ran.stdout.trim().split('\n')
    expect(lines).toEqual(
      expect.arrayContaining(['ip link del bridge0', 'ip netns del ns0', 'sysctl -w net.ipv4.ip_forward=0']),
    )
    expect(ran.stderr).toBe(
      `${lines.length} changes taken back. Kernel modules that were loaded meanwhile stay loaded.\n`,
    )
    expect(await host.dump()).toEqual(before)
    expect(await cli('recover')).toEqual({ status: 0, stdout: '', stderr: 'Nothing is left on this machine.\n' })
    expect(await cli('recover', '--quiet')).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('--json is one document, with what was left alone', async () => {
    await leave()
    await host.sh('ip link del veth1; ip link add veth1 type bridge; ip addr flush dev veth1')
    const ran = await cli('recover', '--json')
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const { ok, undone, kept } = JSON.parse(ran.stdout) as { ok: boolean; undone: string[]; kept: string[] }
    expect(ok).toBe(true)
    expect(undone).toContain('ip link del bridge0')
    expect(kept).toEqual([expect.stringMatching(/^veth1 is another link now \(bridge, /)])
    await host.sh('ip link del veth1')
  })

  test('a lab of a session that is running stays: exit code 4', async () => {
    const helper = await host.startHelper()
    good(await applyShown(helper.session, { lab: nat }))
    const ran = await cli('recover')
    expect([ran.status, ran.stdout]).toEqual([4, ''])
    expect(ran.stderr).toContain('Another Vethlab session')
    expect(await host.run('ip', 'netns', 'list')).toContain('ns0')
    await helper.session.close()
  })

  // Somebody else than root is there only where the tests are root's.
  test.skipIf(!isRoot)(
    'without root and without a terminal it says the command and does nothing: exit code 3',
    async () => {
      const user = unprivilegedUser()
      onTestFinished(() => user.dispose())
      const become = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--']
      for (const words of [['recover'], ['up', labFile, '--host', '--yes']]) {
        const ran = await run([...become, process.execPath, cliFile, ...words])
        expect([ran.status, ran.stdout]).toEqual([3, ''])
        expect(ran.stderr).toContain(`Type: sudo ${process.execPath} ${cliFile} ${words.join(' ')}`)
      }
    },
  )

  test.skipIf(!isRoot)('without root on a terminal it starts itself again through sudo', async () => {
    const user = unprivilegedUser()
    onTestFinished(() => user.dispose())
    await host.addTool('sudo', 'echo "sudo was given: $*"; exit 7')
    const typed = `${process.execPath} ${cliFile} recover; echo "exit $?"`
    const ran = await run([
      ...[
        'script',
        '-qec',
        `setpriv --reuid=${user.uid} --regid=${user.gid} --clear-groups sh -c '${typed}'`,
        '/dev/null',
      ],
    ])
    expect(ran.stdout).toContain('sudo asks for them now')
    expect(ran.stdout).toContain(`sudo was given: -- ${process.execPath} ${cliFile} recover`)
    expect(ran.stdout).toContain('exit 7')
  })
})

describe("the package's script before removal", () => {
  const install = (program: string): Promise<void> => host.addTool('vethlab', program, '/usr/bin')

  test('undoes what is left', async () => {
    await leave()
    await install(`exec '${process.execPath}' '${cliFile}' "$@"`)
    const ran = await run(['sh', script, 'remove'])
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('ip link del bridge0\n')
    expect(await host.dump()).toEqual(before)
  })

  test('goes on where the program fails', async () => {
    await leave()
    await install('exit 70')
    expect((await run(['sh', script, 'remove'])).status).toBe(0)
    await cli('recover', '--quiet')
  })
})

describe('up --host', () => {
  test('says what it will change, builds, opens a shell there, and leaves nothing', async () => {
    const ran = await run(
      [process.execPath, cliFile, 'up', labFile, '--host', '--yes'],
      'echo "in $VETHLAB_NS"; ip netns exec ns0 ping -c1 -W5 203.0.113.10 | grep -o "ttl=.*" ; cat /run/vethlab/left.json\n',
    )
    expect(ran.stderr).toContain('  ip link add bridge0 address ')
    expect(ran.stderr).toContain('# undone by: sysctl -w net.ipv4.ip_forward=0')
    expect(ran.stderr).toContain("The lab's eth0 is up0 here (198.51.100.2/24).")
    expect(ran.stderr).toMatch(
      /nat-uplink is up on this machine: \d+ steps in [\d.]+ ms, until you leave this shell\.\nnat-uplink is down; this machine is as it was\.\n$/,
    )
    expect(ran.stdout).toMatch(/^in host\nttl=63 .*\n\{"lab":"nat-uplink","since":\d+,"kept":false\}\n$/)
    expect(ran.status).toBe(0)
  })

  test('what was renamed or given another MAC is taken down all the same: its number is proof', async () => {
    const ran = await run(
      [process.execPath, cliFile, 'up', labFile, '--host', '--yes'],
      'ip link set bridge0 down; ip link set bridge0 name other0; ip link set other0 address 02:00:00:00:00:99; ip link set other0 up\n',
    )
    expect(ran.stderr).toMatch(/nat-uplink is down; this machine is as it was\.\n$/)
    expect(ran.status).toBe(0)
  })

  test('as it was is said only where it is: what the user has added meanwhile is listed', async () => {
    const ran = await run(
      [process.execPath, cliFile, 'up', labFile, '--host', '--yes'],
      'ip link add mine0 type bridge; ip link del bridge0; ip link add bridge0 type bridge\n',
    )
    expect(ran.stderr).toMatch(/left alone: bridge0 is another link now \(bridge, /)
    expect(ran.stderr).not.toContain('as it was')
    expect(ran.stderr).toMatch(/\n {2}\+ interface mine0 \(bridge, /)
    await host.sh('ip link del mine0; ip link del bridge0')
  })

  test('the death of the helper is said while the shell has the terminal, with what stays and what undoes it', async () => {
    const child = spawn('nsenter', host.words(process.execPath, cliFile, 'up', labFile, '--host', '--yes'), {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SHELL: '/bin/sh' },
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await until('it is up', () => stderr.includes('until you leave'))
    await host.run('pkill', '-KILL', '-f', 'helper.js elevated')
    await until('its death is said', () => stderr.includes('ended by itself'))
    expect(stderr).toContain(
      'What the lab nat-uplink made on this machine is still there; undo it in the window, or with: npm run -s cli -- recover',
    )
    child.stdin.end()
    expect(await ended).toBe(3)
    expect((await cli('recover')).status).toBe(0)
  })

  test('a command that is killed while it builds is built no further, and what is there goes at once', async () => {
    const up = await startMany()
    await until('it builds', () => manyMade() >= 10)
    process.kill(up.pid, 'SIGKILL')
    let most = 0
    await until('nothing is left', () => {
      most = Math.max(most, manyMade())
      return manyMade() === 0
    })
    // Otherwise all of it is built once, and taken down after that.
    expect(most).toBeLessThan(manyCount)
    await until('the journal is gone', async () => !(await host.try('test', '-e', '/run/vethlab/left.json')))
    await up.ended
  })

  test('without room for the journal nothing is built, and what was is taken back', async () => {
    // Pages of 4 KiB: one for the note alone, and one more that the journal of the lab does not fit in.
    const cases = [
      { pages: 1, status: 3, words: 'Nothing was changed: ENOSPC' },
      { pages: 2, status: 4, words: 'cannot be written: ENOSPC' },
    ]
    await host.sh('mount -o remount,size=128k /run')
    for (const { pages, status, words } of cases) {
      const up = await startMany(`available=$(df --output=avail -B1 /run | tail -n1)
        head -c $((available - ${pages * 4096})) /dev/zero >/run/filler`)
      expect(await up.ended).toBe(status)
      expect(up.stderr()).toContain(words)
      expect((await host.sh('ls -A /run/vethlab /run/vethlab/journal')).match(/left|jsonl/)).toBeNull()
      expect(manyMade()).toBe(0)
      await host.sh('rm /run/filler')
    }
    await host.sh('mount -o remount,size=50% /run')
  })

  test('of a helper that dies before anything was made, nothing is said to be left', async () => {
    const words = `script -qec '${process.execPath} ${cliFile} up ${labFile} --host' /dev/null`
    const child = spawn('nsenter', host.words('sh', '-c', words), {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SHELL: '/bin/sh' },
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await until('it asks', () => said.includes('Go on? [y/N]'))
    await host.run('pkill', '-KILL', '-f', 'helper.js elevated')
    expect(await ended).toBe(3)
    expect(said).toContain('ended by itself. Nothing of a lab is left on this machine.')
    expect(said).not.toContain('still there')
  })

  test('whoever is killed while they undo leaves the rest to the next recover, and what is said is so', async () => {
    const up = await startMany()
    await until('it builds', () => manyMade() >= manyCount / 2)
    await host.run('pkill', '-KILL', '-f', 'helper.js elevated')
    expect(await up.ended).toBe(3)
    expect(up.stderr()).toContain('What the lab many made on this machine is still there;')
    const made = manyMade()
    // Inside, without a program to start, and before the helper in the queue for a processor: the first that goes is seen at once.
    const watch = `until pid=$(pgrep -f '[h]elper.js elevated'); do sleep 0.02; done
      while set -- /run/netns/n[0-9]*; [ $# -ge ${made} ]; do :; done
      kill -KILL $pid`
    const [ran] = await Promise.all([
      run(['nice', '-n', '10', process.execPath, cliFile, 'recover']),
      host.run('timeout', '50', 'bash', '-c', watch),
    ])
    const left = manyMade()
    expect(left).toBeGreaterThan(0)
    expect([ran.status, ran.stderr]).toEqual([
      3,
      'vethlab: The helper was ended before everything was undone. What is left is still known; undo it with: npm run -s cli -- recover\n',
    ])
    expect((await cli('recover')).status).toBe(0)
    expect(manyMade()).toBe(0)
  })

  test('without a yes nothing is changed', async () => {
    const ran = await cli('up', labFile, '--host')
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(/say --yes to go on\.\nvethlab: Nothing was changed\.\n$/)
  })

  test('what is in the way is shown with its proof', async () => {
    await host.sh('ip link add bridge0 type bridge')
    const ran = await cli('up', labFile, '--host', '--yes')
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('In the way: This machine has an interface named bridge0 already')
    expect(ran.stderr).toContain('$ ip -d addr show dev bridge0\n')
    await host.sh('ip link del bridge0')
  })

  test('on what an earlier session has left nothing is built', async () => {
    await leave()
    const ran = await cli('up', labFile, '--host', '--yes')
    expect([ran.status, ran.stderr]).toEqual([
      2,
      'vethlab: The lab nat-to-the-internet was left on this machine by an earlier session. Undo it first with: npm run -s cli -- recover\n',
    ])
    await cli('recover', '--quiet')
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)('%s of the command takes the lab down', async (signal) => {
    const child = spawn('nsenter', host.words(process.execPath, cliFile, 'up', labFile, '--host', '--yes'), {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SHELL: '/bin/sh' },
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
    await until('it is up', () => stderr.includes('until you leave'))
    const pid = Number((await host.sh(`pgrep -o -f 'cli.js up' `)).trim())
    await host.run('kill', `-${signal.slice(3)}`, String(pid))
    await until('the journal is gone', async () => !(await host.try('test', '-e', '/run/vethlab/left.json')))
    child.stdin.end()
    child.kill('SIGKILL')
    await until('its shell is gone', async () => !(await host.try('pgrep', '-f', 'cli.js up')))
    expect(natUplink.name).toBe('nat-uplink')
  })

  test.each([
    [['--host', '-d'], '--host goes without -d'],
    [['--host-uplink', 'up0'], '--host-uplink goes with --host'],
    [['--host', '--uplink'], '--host-uplink chooses another'],
    [['--yes'], '--yes goes with --host'],
  ])('%j is wrong usage', async (words, sentence) => {
    const ran = await cli('up', labFile, ...words)
    expect([ran.status, ran.stderr.includes(sentence)]).toEqual([2, true])
  })
})
