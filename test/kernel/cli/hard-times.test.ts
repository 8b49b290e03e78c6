/** What a machine or a person does to a command: full disks, odd files, odd signals. Each is said, and none is a bug of ours. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cliFile, root } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { World } from '../support/world.js'
import { pair } from './labs.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterEach(() => world.untilNothingIsLeft())
afterAll(() => world.dispose())

const cli = `'${process.execPath}' '${cliFile}'`

describe('what is no file', () => {
  const refusal = (path: string): string =>
    `vethlab: Cannot read ${path}: it is a pipe, a socket or a device. Give what such a thing says on standard input, as -.\n`

  test('a pipe without a writer is refused at once', async () => {
    const path = join(world.home, 'pipe.yaml')
    expect(spawnSync('mkfifo', ['-m', '666', path]).status).toBe(0)
    for (const command of ['plan', 'check', 'up', 'state']) {
      const ran = await world.cli(command, path)
      expect(ran).toMatchObject({ status: 2, stderr: refusal(path) })
    }
  })

  test('a device', async () => {
    expect(await world.cli('plan', '/dev/zero')).toMatchObject({ status: 2, stderr: refusal('/dev/zero') })
  })

  test('a socket', async () => {
    const path = join(world.home, 'socket.yaml')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    world.give(path)
    expect(await world.cli('plan', path)).toMatchObject({ status: 2, stderr: refusal(path) })
    await new Promise((resolve) => server.close(resolve))
  })

  test('standard input that says nothing can be interrupted', async () => {
    const running = world.startCli(['plan', '-'])
    // Its handlers are there as soon as the signal mask of the process says so.
    const catches = (): boolean =>
      (BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${running.pid}/status`, 'utf8'))?.[1] ?? 0}`) & 1n) ===
      1n
    await until('it hears a hang-up', catches)
    running.child.kill('SIGHUP')
    expect((await running.ended).status).toBe(129)
  })
})

describe('a full disk', () => {
  test('under standard output is an error', async () => {
    const file = world.file('pair.yaml', pair())
    for (const words of [`plan '${file}'`, `check '${file}' --json`, `state '${file}'`]) {
      const ran = await world.run(['sh', '-c', `${cli} ${words} >/dev/full`])
      expect(ran.status).toBe(3)
      expect(ran.stderr).toContain('vethlab: the output could not be written: ENOSPC: no space left on device')
    }
  })

  test('so is a closed one, as the installed program is started; /dev/null is meant', async () => {
    const launcher = readFileSync(join(root, 'resources/linux/vethlab'), 'utf8')
    const installed = join(world.directory, 'installed')
    mkdirSync(join(installed, 'resources/app.asar.unpacked'), { recursive: true })
    symlinkSync(join(root, 'dist'), join(installed, 'resources/app.asar.unpacked/dist'))
    symlinkSync(process.execPath, join(installed, 'vethlab'))
    const command = world.file('launcher', launcher.replace(/^here=.*$/m, `here='${installed}'`))
    const file = world.file('pair.yaml', pair())
    const to = (where: string) => world.run(['sh', '-c', `sh '${command}' plan '${file}' ${where}`])
    const closed = await to('>&-')
    expect([closed.status, closed.stderr]).toEqual([
      3,
      'vethlab: the output could not be written: EBADF: bad file descriptor, write\n',
    ])
    for (const where of ['>/dev/null', '1<>/dev/null', '2>&-']) expect((await to(where)).status).toBe(0)
  })

  test('a reader that has gone is none', async () => {
    const file = world.file('pair.yaml', pair())
    const ran = await world.run(['bash', '-c', `set -o pipefail; ${cli} state '${file}' --json | head -c1`])
    expect(ran).toMatchObject({ status: 0, stdout: '{', stderr: '' })
  })

  /** Runs a script with a disk of 16 KiB at `disk`, of which 4 KiB are taken by `report`, and the rest too. */
  const onFullDisk = (script: string, inspect = '') => {
    const disk = join(world.home, 'disk')
    const mount = `mkdir -p '${disk}' && mount -t tmpfs -o size=16k,mode=777 tmpfs '${disk}' && cd '${disk}' && exec "$@"`
    const fill = 'head -c 4000 /dev/zero >report; cat /dev/zero >filler 2>/dev/null;'
    return world.run(['sh', '-c', `${fill} ${script}; echo "code $?"; ls -A; ${inspect} wc -c <report`], {
      before: ['unshare', '-m', 'sh', '-c', mount, 'sh'],
    })
  }
  const asItWas = 'code 2\nfiller\nreport\n4000\n'

  test.skipIf(!isRoot)(
    'under a report, a capture or a film leaves the former file as it was, and no draft',
    async () => {
      const file = world.file('pair.yaml', pair())
      const capture = await onFullDisk(`${cli} trace '${file}' --from ns0 --to ns1 --pcapng report >/dev/null`)
      expect(capture.stdout).toBe(asItWas)
      expect(capture.stderr).toContain('The capture cannot be written to report. Choose another place with --pcapng.')
      const film = await onFullDisk(`${cli} film '${file}' --from ns0 --to ns1 -o report >/dev/null`)
      expect(film.stdout).toBe(asItWas)
      expect(film.stderr).toContain('The film cannot be written to report. Choose another place with -o.')
      const report = await onFullDisk(`${cli} check '${file}' --junit report >/dev/null`)
      expect(report.stdout).toBe(asItWas)
      expect(report.stderr).toContain('The report cannot be written to report. Choose another place with --junit.')
    },
  )

  test.skipIf(!isRoot)('under the directory of running labs is said, and nothing is left', async () => {
    const file = world.file('pair.yaml', pair())
    const ran = await onFullDisk(
      `XDG_RUNTIME_DIR= TMPDIR="$PWD" ${cli} up -d '${file}'`,
      'echo "$(ls -A vethlab-* | wc -l) in it";',
    )
    // The directory itself, with nothing in it.
    expect(ran.stdout).toMatch(/^code 3\nfiller\nreport\nvethlab-\d+\n0 in it\n/)
    expect(ran.stderr).toMatch(
      /^vethlab: The disk of \S*\/disk\/vethlab-\d+ is full\. Free some space, then try again\.\n/,
    )
    expect(ran.stderr).toContain('no space left on device')
    expect(ran.stderr).not.toContain('bug')
  })
})

describe('SIGUSR1', () => {
  const inspected = /Debugger listening|inspector/i

  test('opens no inspector in any of our processes, and ends none', async () => {
    const up = await world.cli('up', '-d', world.file('pair.yaml', pair()))
    expect(up.status).toBe(0)
    const serve = world.startCli(['serve'])
    await until('the address', () => serve.stdout().includes('http:'))
    const ours = world.processes().filter(({ command }) => command.startsWith(`${process.execPath} `))
    expect(ours.map(({ command }) => /(\w+)\.js/.exec(command)?.[1]).sort()).toEqual(
      expect.arrayContaining(['cli', 'helper', 'keeper']),
    )
    for (const { pid } of ours) process.kill(pid, 'SIGUSR1')
    // An answer later than the signal: each has served an event since.
    expect((await world.cli('state', 'pair')).status).toBe(0)
    for (const { pid } of ours) expect(existsSync(`/proc/${pid}`)).toBe(true)
    const listening = spawnSync('ss', ['-Hltnp'], { encoding: 'utf8' }).stdout
    for (const { pid } of ours)
      expect(listening.split('\n').filter((line) => line.includes(`pid=${pid},`) && line.includes(':9229'))).toEqual([])
    expect(serve.stderr()).not.toMatch(inspected)
    process.kill(serve.pid, 'SIGTERM')
    await serve.ended
    expect((await world.cli('down', 'pair')).status).toBe(0)
  })

  test('goes to the program that exec runs', async () => {
    await world.cli('up', '-d', world.file('pair.yaml', pair()))
    const script = 'trap "echo heard; exit 7" USR1; echo ready; while :; do sleep 1; done'
    const running = world.startCli(['exec', 'pair', 'ns0', '--', 'sh', '-c', script])
    await until('it is ready', () => running.stdout().includes('ready'))
    running.child.kill('SIGUSR1')
    expect(await running.ended).toMatchObject({ status: 7, stdout: 'ready\nheard\n' })
    await world.cli('down', 'pair')
  })
})

test('down comes back when nothing of the lab runs any more, also of one that is still coming up', async () => {
  const file = world.file('pair.yaml', pair())
  const up = world.startCli(['up', '-d', file])
  await until('it has its name', () =>
    readdirSync(join(world.runtime), { recursive: true }).some((name) => String(name).endsWith('pair.json')),
  )
  const down = await world.cli('down', 'pair')
  expect(down.status).toBe(0)
  expect(down.stderr).toMatch(/^pair was still coming up, in process \d+\. It is down\.\n$/)
  const still = world.processes().filter(({ command }) => /unshare|sandbox-init|helper\.js|keeper\.js/.test(command))
  expect(still).toEqual([])
  expect(await up.ended).toMatchObject({
    status: 3,
    stderr:
      'vethlab: The lab pair was stopped while it was coming up: somebody else took it down. Nothing of it is left.\n',
  })
})

test('a sandbox that is killed while it starts is said, and no weaker one is made in silence', async () => {
  const file = world.file('pair.yaml', pair())
  // The shell forks before it runs a program: process 1 is the one whose death ends the rest.
  const isFirst = (pid: number): boolean => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  const found = {
    init: () => world.processes().find(({ pid, command }) => /sandbox-init/.test(command) && isFirst(pid)),
    helper: () => world.processes().find(({ command }) => /^\S*node \S*helper\.js [\w-]+$/.test(command)),
  }
  for (const [kind, find] of Object.entries(found)) {
    const running = world.startCli(['state', file])
    const { pid } = await until(kind, find)
    process.kill(pid, 'SIGKILL')
    expect(await running.ended).toMatchObject({
      ...{ status: 3, stdout: '' },
      stderr:
        'vethlab: The sandbox was killed while it was starting, and nothing of it is left. Try again; where nobody killed it, this machine was out of memory, and `dmesg` says so.\n',
    })
  }
})

describe('a machine that allows few open files', () => {
  const few = (limit: number) => ({ before: ['prlimit', `--nofile=${limit}:${limit}`, '--'], input: '' })
  const lab = (namespaces: number): string =>
    `vethlab: 1\nname: wide\nnamespaces:\n${Array.from({ length: namespaces }, (_, at) => `  n${at}: {}\n`).join('')}`

  test('says beforehand how many a lab needs, how many there may be, and the command that allows more', async () => {
    const ran = await world.runCli(['check', world.file('wide.yaml', lab(200))], few(256))
    expect(ran.status).toBe(3)
    expect(ran.stderr).toBe(
      'vethlab: The lab needs 1105 open files, for 201 namespaces and 0 services, and this process may have 256. ' +
        'Allow more in the shell that starts Vethlab, then start it again: sudo prlimit --pid $$ --nofile=65536:65536\n',
    )
  })

  test('and a process that has none left says the same of itself', async () => {
    const ran = await world.runCli(['check', world.file('wide.yaml', lab(1))], few(32))
    expect(ran.status).toBe(3)
    expect(ran.stderr).not.toContain('bug')
    expect(ran.stderr).toMatch(/open files|files open/)
  })
})
