import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../support/build.js'
import { World } from '../support/world.js'
import { invalid, pair } from './labs.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterAll(() => world.dispose())

const router = join(root, 'resources/labs/06-router.vethlab.yaml')
const script = readFileSync(join(root, 'test/fixtures/exchange/router.sh'), 'utf8')

describe('export', () => {
  test('a script is what plan --script prints, and what it cannot carry is named', async () => {
    const ran = await world.cli('export', router, '--to', 'script')
    expect(ran.status).toBe(0)
    expect(ran.stdout).toBe((await world.cli('plan', '--script', router)).stdout)
    expect(ran.stderr).toMatch(/^not in the output: 4 checks: a script has none$/m)
  })

  test('a containerlab topology comes back as the same commands', async () => {
    const ran = await world.cli('export', router, '--to', 'clab')
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('\nname: router\ntopology:\n')
    expect(ran.stderr).toMatch(/^not in the output: guide \(\d+ steps\): containerlab has none$/m)
    const back = await world.runCli(['import', '-', '--from', 'clab'], { input: ran.stdout })
    expect(back.status).toBe(0)
    const plan = await world.runCli(['plan', '-'], { input: back.stdout })
    expect(plan.stdout).toBe((await world.cli('plan', router)).stdout)
  })

  test('an invalid lab: the problem on stderr, nothing on stdout, exit code 2', async () => {
    const ran = await world.runCli(['export', '-', '--to', 'clab'], { input: invalid })
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain('<stdin>:4:10  error  ')
  })
})

test('with --json both print one document, which names what was left out', async () => {
  const exported = JSON.parse((await world.cli('export', router, '--to', 'script', '--json')).stdout) as {
    text: string
  }
  const plain = await world.cli('export', router, '--to', 'script')
  expect(exported).toEqual({ lab: 'router', text: plain.stdout, unexpressed: expect.any(Array) as unknown })
  expect(exported).toMatchObject({ unexpressed: expect.arrayContaining(['4 checks: a script has none']) as unknown })
  const text = 'ip netns add a\nip netns add b\nip xfrm state add\n'
  const ran = await world.cli('import', world.file('two.sh', text), '--json')
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  expect(JSON.parse(ran.stdout)).toMatchObject({
    lab: 'two',
    text: expect.stringMatching(/^vethlab: 1\nname: two\n/) as string,
    problems: [{ severity: 'warning', line: 3, column: 4, message: 'A lab file has no words for "ip xfrm".' }],
  })
  const none = await world.cli('import', world.file('none.sh', 'ip xfrm state add\n'), '--json')
  expect([none.status, none.stderr]).toEqual([2, ''])
  expect(JSON.parse(none.stdout)).toMatchObject({
    ok: false,
    error: { code: 'not-imported', message: expect.stringContaining('makes a lab') as string },
    problems: [{ line: 1 }],
  })
})

describe('import', () => {
  test('a script becomes a lab that is called after its file, and holds', async () => {
    const ran = await world.cli('import', world.file('Two Subnets.sh', script), '--from', 'script')
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toContain('vethlab: 1\nname: two-subnets\n')
    const checks = 'checks:\n  - { from: ns0, ping: 192.168.1.2, expect: reply, ttl: 63 }\n'
    const checked = await world.runCli(['check', '-', '--json'], { input: `${ran.stdout}\n${checks}` })
    expect(JSON.parse(checked.stdout)).toMatchObject({ lab: 'two-subnets', ok: true })
  })

  test('what a user may not read of a folder is named, and the rest of it is read', async () => {
    const folder = join(world.home, 'lab')
    mkdirSync(join(folder, 'a/kept'), { recursive: true })
    writeFileSync(join(folder, 'lab.conf'), 'a[0]="X"\nb[0]="X"\n')
    writeFileSync(join(folder, 'a.startup'), '')
    writeFileSync(join(folder, 'b.startup'), 'ip address add 10.0.0.2/8 dev eth0\n')
    for (const path of ['a/kept', 'a.startup']) chmodSync(join(folder, path), world.user === null ? 0o755 : 0o700)
    const ran = await world.cli('import', folder)
    expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('10.0.0.2/8')])
    if (world.user === null) return
    expect(ran.stderr).toContain('Left out of the folder (no permission to read it): "a/kept/", "a.startup".')
  })

  test('labs of Kathara and of MiniEdit are known by their names, and hold', async () => {
    const folder = join(root, 'test/fixtures/exchange/kathara')
    const kathara = await world.cli('import', folder)
    expect(kathara.status).toBe(0)
    expect(kathara.stderr).toContain(`${folder}/r1.startup:4:1  warning  "systemctl" is not a command`)
    expect(kathara.stderr).toContain('  4 | systemctl start frr\n')
    expect((await world.cli('import', join(folder, 'lab.conf'), '--from', 'kathara')).stdout).toBe(kathara.stdout)
    const miniedit = await world.cli('import', join(root, 'test/fixtures/exchange/campus.mn'))
    expect(miniedit.status).toBe(0)
    const checks = [
      [kathara, '{ from: pc1, ping: 10.2.0.10, ttl: 62 }, { from: pc2, ping: 10.9.0.1 }'],
      [
        miniedit,
        '{ from: h1, ping: 10.0.0.7 }, { from: h2, ping: 10.0.0.100 }, { from: h3, ping: 10.0.0.1, expect: unreachable }',
      ],
    ] as const
    for (const [{ stdout }, wanted] of checks) {
      const ran = await world.runCli(['check', '-', '--json'], { input: `${stdout}\nchecks: [${wanted}]\n` })
      expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true })
    }
  })

  test('nothing of it is run', async () => {
    const mark = join(world.directory, 'mark')
    const traps = `ip netns add a\ntouch ${mark}\n$(touch ${mark})\nfor f in \`touch ${mark}\`; do :; done\n`
    const ran = await world.runCli(['import', '-', '--from', 'script'], { input: traps })
    expect(ran.status).toBe(0)
    expect((await world.run(['ls', mark])).status).not.toBe(0)
  })

  test('a line that is left out is a warning with its place and the next step; the rest is printed', async () => {
    const input = 'ip netns add a\nip netns exec a wpa_supplicant e0\n'
    const ran = await world.runCli(['import', '-', '--from', 'script'], { input })
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('namespaces:\n  a:\n')
    expect(ran.stderr).toBe(
      '<stdin>:2:17  warning  "wpa_supplicant" is not a command that a lab is made from.\n' +
        '  2 | ip netns exec a wpa_supplicant e0\n' +
        '                      ^\n' +
        '  A lab has cables and no radio: `ip link add NAME type veth`\n',
    )
  })

  test('a kind of what is left out is one entry with its lines, the network first; little followed names --run', async () => {
    const input = 'foo a\nip netns add a\nip xfrm state add\nfoo b\nip xfrm policy add\n'
    const ran = await world.runCli(['import', '-', '--from', 'script'], { input })
    expect(ran.status).toBe(0)
    expect(ran.stderr).toMatch(
      /^<stdin>:3:4 {2}warning {2}A lab file has no words for "ip xfrm"\.\n.*\n.*\n {2}and 1 more like it, on line 5\n<stdin>:1:1 {2}warning {2}"foo" is not a command that a lab is made from\.\n.*\n.*\n.*\n {2}and 1 more like it, on line 4\n/,
    )
    expect(ran.stderr).toContain(
      'Only 1 of 5 commands of <stdin> could be followed without running it; with --run it is run',
    )
  })

  test('what no lab can say is left out in the words of validate; the rest is the lab', async () => {
    const tunnel = 'type vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789'
    const input = `ip netns add a\nip link add vx0 ${tunnel}\nip link add vx1 ${tunnel}\n`
    const ran = await world.runCli(['import', '-', '--from', 'script'], { input })
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('vx0')
    expect(ran.stdout).not.toContain('name: vx1')
    expect(ran.stderr).toContain(
      'warning  tunnels[1] is left out: Namespace "host" has a tunnel with id 42 on this port already.\n',
    )
  })

  test.each([
    ['a script without a network', 'script', 'echo hello\n', 'Nothing in <stdin> makes a lab.'],
    ['an empty script', 'script', '', 'Nothing in <stdin> makes a lab.'],
    ['a binary script', 'script', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]), 'This is a binary file.'],
    ['a script that is too large', 'script', Buffer.alloc(4 * 1024 * 1024 + 1, 'a'), 'larger than 4 MiB'],
    ['text in another encoding', 'script', Buffer.from('ip netns add \xe9', 'latin1'), 'not UTF-8'],
    ['a binary topology', 'clab', Buffer.from([0, 1, 2]), 'This is a binary file.'],
    ['a topology that is too large', 'clab', Buffer.alloc(4 * 1024 * 1024 + 1, 'a'), 'larger than 4 MiB'],
    ['a deep topology', 'clab', `topology: ${'{a: '.repeat(5000)}`, 'levels deep'],
    ['aliases', 'clab', `a: &a [x]\nb: [${'*a, '.repeat(200)}]\n`, 'aliases'],
    ['a list', 'clab', '- a\n', 'This is no containerlab topology'],
    ['a lab file', 'clab', pair(), 'It is a lab file already.'],
  ])('%s: one sentence, nothing on stdout, exit code 2', async (_, from, input, words) => {
    const ran = await world.runCli(['import', '-', '--from', from], { input })
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain(words)
    expect(ran.stderr).not.toMatch(/^\s+at /m)
  })

  test('escape sequences do not reach the terminal', async () => {
    const input = 'ip netns add a\n"\u009b31m\u001b]0;t\u0007"\n'
    const ran = await world.runCli(['import', '-', '--from', 'script'], { input })
    expect(ran.bytes.includes(0x1b) || Buffer.from(ran.stderr).includes(0x1b)).toBe(false)
  })
})

test.each([
  [
    'a form that no name tells',
    ['import', '/etc/passwd'],
    'vethlab: What /etc/passwd is cannot be told by its name. Say it: --from clab|kathara|miniedit|script\n',
  ],
  ['a folder of nothing that is known', ['import', '/'], 'vethlab: Cannot read /lab.conf: there is no such file.\n'],
  [
    'a form that is none',
    ['export', 'x.yaml', '--to', 'gns3'],
    "vethlab: option '--to <form>' argument 'gns3' is invalid. Allowed choices are script, clab. See: npm run -s cli -- --help\n",
  ],
  [
    'a lab that is one already',
    ['import', join(root, 'resources/labs/01-one-namespace.vethlab.yaml')],
    `vethlab: ${join(root, 'resources/labs/01-one-namespace.vethlab.yaml')} is a lab already; there is nothing to import.\n`,
  ],
  [
    'a name that no file has',
    ['import', 'x'.repeat(300)],
    `vethlab: Cannot read ${'x'.repeat(300)}: its name is too long.\n`,
  ],
  [
    'a file that is not there',
    ['import', '/nowhere/x.sh', '--from', 'script'],
    'vethlab: Cannot read /nowhere/x.sh: there is no such file.\n',
  ],
])('%s is one sentence and exit code 2', async (_, words, sentence) => {
  const ran = await world.cli(...words)
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([2, '', sentence])
})
