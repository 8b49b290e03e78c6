import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { dumpDefaultNamespace, signalNumber, World } from '../support/world.js'
import { invalid, pair, refused } from './labs.js'

const worlds = [['an unprivileged user', World.ofUser], ...(isRoot ? ([['root', World.ofSelf]] as const) : [])] as const

interface Listed {
  readonly name: string
  readonly pid: number
  readonly anchorPid: number
  readonly started: string
  readonly file: string
}

describe.each(worlds)('labs in the background, as %s', (_, makeWorld) => {
  let world: World
  let before: string
  let directory: string
  beforeAll(async () => {
    world = await makeWorld()
    before = dumpDefaultNamespace()
    directory = join(world.runtime, 'vethlab')
  })
  afterEach(() => world.untilNothingIsLeft())
  afterAll(() => {
    world.dispose()
    expect(dumpDefaultNamespace()).toBe(before)
  })

  const up = (name: string): ReturnType<World['run']> => world.cli('up', '-d', world.file(`${name}.yaml`, pair(name)))
  const listed = async (): Promise<Listed[]> => JSON.parse((await world.cli('ps', '--json')).stdout).labs

  test('up -d, ps, state, down: the whole life of a lab', async () => {
    const started = await up('alpha')
    expect([started.status, started.stdout]).toEqual([0, ''])
    expect(started.stderr).toMatch(
      /^alpha is up: \d+ steps in [\d.]+ ms, in the background\.\n.*npm run -s cli -- exec alpha host.*npm run -s cli -- down alpha\n$/,
    )
    const [lab, ...others] = await listed()
    expect(others).toEqual([])
    expect(lab).toEqual({
      name: 'alpha',
      pid: expect.any(Number),
      anchorPid: expect.any(Number),
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      file: join(world.directory, 'alpha.yaml'),
    })
    expect((await world.cli('ps')).stdout).toMatch(
      /^NAME +STATE +UP FOR +PID +FILE\nalpha +up +\d+ s +\d+ +\/.*alpha\.yaml\n$/,
    )
    const live = JSON.parse((await world.cli('state', 'alpha', '--json')).stdout)
    expect(live.namespaces.map(({ name }: { name: string }) => name)).toEqual(['host', 'ns0', 'ns1'])
    const ended = await world.cli('down', 'alpha')
    expect([ended.status, ended.stdout, ended.stderr]).toEqual([0, '', 'alpha is down.\n'])
    // The command has waited for this.
    expect(world.leftovers()).toEqual({ processes: [], files: [] })
    expect(await listed()).toEqual([])
  })

  test('the documents of up -d and down', async () => {
    const started = await world.runCli(['up', '-d', '-', '--json'], { input: pair('alpha') })
    expect([started.status, started.stderr]).toEqual([0, ''])
    expect(JSON.parse(started.stdout)).toEqual({
      ok: true,
      lab: 'alpha',
      deployMs: expect.any(Number),
      steps: expect.any(Number),
      pid: (await listed())[0]?.pid,
    })
    expect(JSON.parse((await world.cli('down', 'alpha', '--json')).stdout)).toEqual({ ok: true, lab: 'alpha' })
  })

  test('the keeper has no terminal, no parent of ours, and nothing of the caller open; a command in the lab neither', async () => {
    const lock = world.file('lock', '')
    const locked = { before: ['bash', '-c', `exec 200<${lock} && flock 200 && exec "$@"`, 'bash'] }
    await world.runCli(['up', '-d', world.file('alpha.yaml', pair('alpha'))], locked)
    expect((await world.run(['flock', '--nonblock', lock, 'true'])).status).toBe(0)
    const inside = await world.runCli(['exec', 'alpha', 'ns0', '--', 'sh', '-c', 'echo /proc/self/fd/2*'], locked)
    expect(inside.stdout).toBe('/proc/self/fd/2\n')
    const pid = (await listed())[0]?.pid as number
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const [, parent, , session, terminal] = stat.map(Number)
    expect([session, terminal]).toEqual([pid, 0])
    expect(world.processes().map((each) => each.pid)).not.toContain(parent)
    const read = await world.run([
      'sh',
      '-c',
      `readlink /proc/${pid}/cwd /proc/${pid}/fd/0 /proc/${pid}/fd/1 /proc/${pid}/fd/2`,
    ])
    expect(read.stdout).toBe('/\n/dev/null\n/dev/null\n/dev/null\n')
    await world.cli('down', 'alpha')
  })

  test('what it keeps on disk is for its user alone', async () => {
    await up('alpha')
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).mode & 0o077).toBe(0)
    await world.cli('down', 'alpha')
  })

  test('two labs at once do not know of each other', async () => {
    const [first, second] = await Promise.all([up('alpha'), up('beta')])
    expect([first.status, second.status]).toEqual([0, 0])
    expect((await listed()).map(({ name }) => name)).toEqual(['alpha', 'beta'])
    const delay = await world.cli('exec', 'alpha', 'ns0', '--', 'ip', 'link', 'set', 'veth0', 'down')
    expect(delay.status).toBe(0)
    const [alpha, beta] = await Promise.all(
      ['alpha', 'beta'].map((name) => world.cli('exec', name, 'ns0', '--', 'ping', '-c1', '-W1', '10.0.0.2')),
    )
    expect(alpha?.status).not.toBe(0)
    expect(beta?.status).toBe(0)
    expect((await world.cli('down', 'alpha')).status).toBe(0)
    expect((await listed()).map(({ name }) => name)).toEqual(['beta'])
    expect((await world.cli('down', 'beta')).status).toBe(0)
  })

  test('of several that want one name at once, exactly one gets it', async () => {
    const file = world.file('alpha.yaml', pair('alpha'))
    const all = await Promise.all(Array.from({ length: 4 }, () => world.cli('up', '-d', file)))
    expect(all.map(({ status }) => status).sort()).toEqual([0, 2, 2, 2])
    for (const { status, stderr } of all)
      if (status === 2)
        expect(stderr).toMatch(
          /^vethlab: A lab named alpha is (?:running already\. Stop|coming up already, in process \d+\. Wait for it, or stop) it with: npm run -s cli -- down alpha\n$/,
        )
    expect((await world.cli('exec', 'alpha', 'ns1', '--', 'true')).status).toBe(0)
    await world.cli('down', 'alpha')
  })

  test('a lab that does not come up leaves nothing, and says why with the right exit code', async () => {
    const wrong = await world.cli('up', '-d', world.file('invalid.yaml', invalid))
    expect(wrong.status).toBe(2)
    const no = await world.cli('up', '-d', world.file('refused.yaml', refused))
    expect([no.status, no.stdout]).toEqual([4, ''])
    expect(no.stderr).toContain('The kernel refused step')
    expect(world.leftovers()).toEqual({ processes: [], files: [] })
  })

  test('a killed keeper takes its sandbox along, and its entry is cleared away', async () => {
    await up('alpha')
    const { pid, anchorPid } = (await listed())[0] as Listed
    process.kill(pid, 'SIGKILL')
    await until('the sandbox is gone', () => !world.processes().some((each) => each.pid === anchorPid))
    // The entry is still there, and fools nobody.
    expect(readdirSync(directory)).toContain('alpha.json')
    const entering = await world.cli('exec', 'alpha', 'ns0', '--', 'true')
    expect([entering.status, entering.stderr]).toEqual([
      2,
      'vethlab: No lab named "alpha" is running. None is running; start one with: npm run -s cli -- up FILE -d\n',
    ])
    expect(readdirSync(directory)).toEqual([])
    expect(await listed()).toEqual([])
  })

  test('the name of a killed keeper can be taken at once', async () => {
    await up('alpha')
    process.kill((await listed())[0]?.pid as number, 'SIGKILL')
    expect((await up('alpha')).status).toBe(0)
    expect((await world.cli('down', 'alpha')).status).toBe(0)
  })

  test('down clears a keeper away that does not react', async () => {
    await up('alpha')
    const { pid } = (await listed())[0] as Listed
    process.kill(pid, 'SIGSTOP')
    const ended = await world.cli('down', 'alpha')
    expect(ended.status).toBe(0)
  })

  test('a lab whose record is damaged is not forgotten: each command says so, and down ends it', async () => {
    await up('alpha')
    const [lab] = await listed()
    const record = join(directory, 'alpha.json')
    writeFileSync(record, readFileSync(record, 'utf8').slice(0, 40))
    const sentence = `The record of the lab alpha, ${record}, is damaged: it is no whole JSON, and process ${lab?.pid} still holds the lab. Stop it with: npm run -s cli -- down alpha\n`
    expect(await world.cli('ps')).toMatchObject({ status: 0, stdout: '', stderr: sentence })
    expect(JSON.parse((await world.cli('ps', '--json')).stdout)).toMatchObject({
      labs: [],
      damaged: [{ name: 'alpha', file: record, pids: [lab?.pid] }],
    })
    for (const words of [
      ['state', 'alpha'],
      ['exec', 'alpha', 'ns0', '--', 'true'],
      ['trace', 'alpha', '--from', 'ns0', '--to', 'ns1'],
    ])
      expect(await world.cli(...words)).toMatchObject({ status: 3, stdout: '', stderr: `vethlab: ${sentence}` })
    const again = await up('alpha')
    expect([again.status, again.stderr]).toEqual([2, `vethlab: ${sentence}`])
    expect(await world.cli('down', 'alpha')).toMatchObject({
      status: 0,
      stderr: 'alpha is down. Its record was damaged (it is no whole JSON) and is gone, too.\n',
    })
    expect(world.leftovers()).toEqual({ processes: [], files: [] })
  })

  test('a directory in the place of a record is named, and left to whoever made it', async () => {
    await up('alpha')
    const record = join(directory, 'alpha.json')
    rmSync(record)
    mkdirSync(record)
    world.give(record)
    const down = await world.cli('down', 'alpha')
    expect([down.status, down.stdout]).toEqual([3, ''])
    expect(down.stderr).toContain(`Do it with: rm -r '${record}'`)
    expect(world.processes()).toEqual([])
    rmSync(record, { recursive: true })
  })

  test('a keeper whose sandbox dies goes as well', async () => {
    await up('alpha')
    const { anchorPid } = (await listed())[0] as Listed
    process.kill(anchorPid, 'SIGKILL')
    await world.untilNothingIsLeft()
    expect((await world.cli('down', 'alpha')).status).toBe(2)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'up -d that gets %s before the lab is up leaves nothing',
    async (signal) => {
      // So many take longer than it takes to see that they are begun.
      const many = Array.from({ length: 300 }, (_, at) => `  n${at}: {}\n`).join('')
      const file = world.file('alpha.yaml', `vethlab: 1\nname: alpha\nnamespaces:\n${many}`)
      const running = world.startCli(['up', '-d', file])
      await until('the sandbox begins', () => world.networks().length > 0)
      process.kill(running.pid, signal)
      const { status } = await running.ended
      expect(status).toBe(signal === 'SIGKILL' ? null : 128 + signalNumber(signal))
      await world.untilNothingIsLeft()
    },
  )

  test('an entry about another process of the same number is stale', async () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const other = world.start(['sleep', '60'])
    const identity = { pid: other.pid, startTicks: 1 }
    const entry = { name: 'ghost', keeper: identity, anchor: identity, started: 0, file: '/ghost.yaml' }
    world.file('run/vethlab/ghost.json', JSON.stringify(entry))
    expect(await listed()).toEqual([])
    expect(readdirSync(directory)).toEqual([])
    process.kill(other.pid)
    await other.ended
  })

  test('nobody is led into a process that has taken the number of the sandbox', async () => {
    await up('alpha')
    const path = join(directory, 'alpha.json')
    const entry = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...entry, anchor: { ...entry.anchor, startTicks: 1 } }))
    const ran = await world.cli('exec', 'alpha', 'ns0', '--', 'true')
    expect([ran.status, ran.stderr]).toEqual([
      3,
      'vethlab: The lab alpha has just ended. See what is running with: npm run -s cli -- ps\n',
    ])
    writeFileSync(path, JSON.stringify(entry))
    await world.cli('down', 'alpha')
  })

  test('several clients read the state at once, and one that talks nonsense disturbs nobody', async () => {
    await up('alpha')
    const socket = join(directory, readdirSync(directory).find((file) => file.endsWith('.sock')) as string)
    const replies = await Promise.all(
      ['nonsense\n', '{"jsonrpc":"2.0","id":1,"method":"live/refresh","params":{}}\n', '[1]\n'].map(
        (text) =>
          new Promise<string>((resolve) => {
            const client = connect(socket, () => client.write(text))
            let heard = ''
            client.on('data', (chunk) => {
              heard += chunk.toString()
              client.end()
            })
            client.on('error', () => {})
            client.on('close', () => resolve(heard))
          }),
      ),
    )
    expect(replies[0]).toBe('')
    expect(JSON.parse(replies[1] as string).error.code).toBe(-32001)
    expect(replies[2]).toBe('')
    const states = await Promise.all([1, 2, 3].map(() => world.cli('state', 'alpha', '--json')))
    for (const { status, stdout } of states) {
      expect(status).toBe(0)
      expect(JSON.parse(stdout).namespaces).toHaveLength(3)
    }
    await world.cli('down', 'alpha')
  })

  test.each([
    [
      'a link to elsewhere',
      (path: string) => symlinkSync('/tmp', path),
      'is not a directory (a link is not taken either)',
    ],
    [
      'open to others',
      (path: string) => (mkdirSync(path), chmodSync(path, 0o755)),
      'is open to other users. Close it with: chmod 700',
    ],
  ])('a runtime directory that is %s is refused', async (_why, prepare, sentence) => {
    const runtime = join(world.home, 'odd')
    expect((await world.run(['mkdir', '-m', '700', runtime])).status).toBe(0)
    prepare(join(runtime, 'vethlab'))
    world.give(join(runtime, 'vethlab'))
    const ran = await world.runCli(['ps'], { env: { XDG_RUNTIME_DIR: runtime } })
    rmSync(runtime, { recursive: true })
    expect([ran.status, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toContain(sentence)
  })

  test('without XDG_RUNTIME_DIR a directory of the user below the temporary one serves', async () => {
    const env = { XDG_RUNTIME_DIR: '' }
    const file = world.file('alpha.yaml', pair('alpha'))
    expect((await world.runCli(['up', '-d', file], { env })).status).toBe(0)
    const own = join(world.temporary, `vethlab-${world.user?.uid ?? process.getuid?.()}`)
    expect(statSync(own).mode & 0o777).toBe(0o700)
    expect(readdirSync(own)).toContain('alpha.json')
    expect((await world.runCli(['down', 'alpha'], { env })).status).toBe(0)
    rmSync(own, { recursive: true })
  })
})

test('an installation that nobody may write to serves every user', async () => {
  const world = await World.ofUser()
  try {
    const copy = join(world.home, 'installed')
    const parts = ['dist', 'resources', 'package.json'].map((part) => join(root, part))
    expect(
      (
        await world.run([
          'sh',
          '-c',
          `mkdir '${copy}' && cp -r ${parts.join(' ')} '${copy}' && ln -s '${root}/node_modules' '${copy}' && chmod -R a-w '${copy}'`,
        ])
      ).status,
    ).toBe(0)
    const cli = (...words: string[]): ReturnType<World['run']> =>
      world.run([process.execPath, join(copy, 'dist/node/cli.js'), ...words], { cwd: '/' })
    expect((await cli('check', world.file('pair.yaml', pair()))).status).toBe(0)
    expect((await cli('up', '-d', join(world.directory, 'pair.yaml'))).status).toBe(0)
    expect((await cli('exec', 'pair', 'ns0', '--', 'pwd')).stdout).toBe('/\n')
    expect((await cli('down', 'pair')).status).toBe(0)
    await world.untilNothingIsLeft()
  } finally {
    await world.run(['chmod', '-R', 'u+w', join(world.home, 'installed')])
    world.dispose()
  }
})
