import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { until } from '../support/until.js'
import { isRoot, unprivilegedUser } from '../support/user.js'
import { World } from '../support/world.js'
import { FoundMachine, namespaceOf, routed, viewOf } from './found-machine.js'
import { startLooker } from './looker.js'

let world: World
beforeAll(async () => {
  world = await World.ofSelf()
})
afterEach(() => world.killAll())
afterAll(() => world.dispose())

test('what runs on the machine is found by its names, with its cables and listeners', async () => {
  const machine = await FoundMachine.start(world, routed)
  await machine.serve('web', 80)
  const ran = await machine.cli('look', '--json')
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  const view = viewOf(ran)
  expect([view.partial, view.reason]).toEqual([false, null])
  const [own, ...others] = view.namespaces
  expect(own).toMatchObject({ default: true, readable: true, interfaces: [{ name: 'lo', kind: 'loopback', up: true }] })
  expect(others.map(({ default: isDefault }) => isDefault)).toEqual([false, false, false])
  const [web, r] = [namespaceOf(view, 'web'), namespaceOf(view, 'r')]
  expect(web.id).toBe(`net:[${(await machine.sh('stat -c %i /run/netns/web')).trim()}]`)
  expect(web.names).toEqual([{ kind: 'netns', engine: null, name: 'web', detail: '/run/netns/web' }])
  const eth0 = web.interfaces.find(({ name }) => name === 'eth0')
  expect(eth0).toMatchObject({ kind: 'veth', mtu: 1500, up: true, master: null, peer: { id: r.id, interface: 'p0' } })
  expect(eth0?.mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
  expect(eth0?.addresses[0]).toBe('10.1.0.2/24')
  expect(r.interfaces.find(({ name }) => name === 'p1')?.peer?.id).toBe(namespaceOf(view, 'db').id)
  expect(web.listeners).toEqual([{ protocol: 'tcp', address: '0.0.0.0', port: 80, process: 'node' }])
  expect((await machine.cli('look')).stdout).toMatch(
    /^web {2}net:\[\d+\] {2}ip netns web .*\n( {2}.*\n)* {2}eth0 .*-> r:p0 +10\.1\.0\.2\/24/m,
  )
})

test('a name with a line feed is one name, on one line', async () => {
  const machine = await FoundMachine.start(world, `ip netns add "$(printf 'a\\nb')"`)
  const { stdout } = await machine.cli('look')
  expect(stdout).toMatch(/^a\\u000ab {2}net:\[\d+\] {2}ip netns a\\u000ab \(\/run\/netns\/a\\u000ab\)$/m)
  expect(stdout).not.toMatch(/^b/m)
  expect(namespaceOf(viewOf(await machine.cli('look', '--json')), 'a\nb').readable).toBe(true)
})

test('looking, explaining and making a twin change nothing', async () => {
  const machine = await FoundMachine.start(world, `${routed}\nip netns exec r iptables -A FORWARD -p tcp -j ACCEPT`)
  // The neighbours know one another: whoever sends a packet learns them.
  await machine.sh('ip netns exec web ping -c1 -W5 10.2.0.2')
  await machine.rest()
  const before = await machine.dump()
  for (const words of [
    ['look'],
    ['twin'],
    ['explain', '--from', 'web', '--to', 'db'],
    ['explain', '--from', 'web', '--to', 'db', '--rules'],
  ]) {
    expect((await machine.cli(...words)).status, words.join(' ')).toBe(0)
    expect(await machine.dump(), words.join(' ')).toBe(before)
  }
})

test('a process is named where nothing else names its namespace, and one without a name is none of ours', async () => {
  const machine = await FoundMachine.start(world, '')
  machine.background(['unshare', '--net', 'sleep', '1000'])
  await until('the process', async () => /sleep 1000/.test(await machine.sh('ps -eo args | grep -v grep')))
  const { namespaces } = viewOf(await machine.cli('look', '--json'))
  expect(namespaces.map(({ names }) => names.map(({ kind, name }) => [kind, name]))).toEqual([
    [['process', 'sleep']],
    [['process', 'sleep']],
  ])
})

test('host is where whoever looks stands, and not where the first process is', async () => {
  const machine = await FoundMachine.start(world, 'ip link add out0 type veth peer name out1')
  const elsewhere = ['unshare', '--net', 'sh', '-c', `ip link set lo up; exec "$@"`, 'sh', process.execPath, cliFile]
  const { namespaces } = viewOf(await machine.run([...elsewhere, 'look', '--json']))
  const names = namespaces.map(({ default: isHost, interfaces }) => [isHost, interfaces.map(({ name }) => name)])
  expect(names).toEqual([
    [true, ['lo']],
    [false, ['lo', 'out1', 'out0']],
  ])
  const ran = await machine.run([...elsewhere, 'explain', '--from', 'host', '--to', '10.9.9.9', '--json'])
  expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'unreachable', diagnosis: { namespace: 'host' } })
})

test('names that are hostile are text', async () => {
  const names = ['a<b>bold', `e\u001b[31mred`, 'n'.repeat(255)]
  const machine = await FoundMachine.start(world, '')
  for (const name of names) expect((await machine.run(['ip', 'netns', 'add', name])).status).toBe(0)
  const told = await machine.cli('look', '--json')
  expect(viewOf(told).namespaces.flatMap(({ names: all }) => all.map(({ name }) => name))).toEqual(
    expect.arrayContaining(names),
  )
  for (const { stdout, stderr } of [told, await machine.cli('look'), await machine.cli('twin')])
    expect(stdout + stderr).not.toContain('\u001b')
  const twin = await machine.cli('twin')
  expect((await world.runCli(['validate', '-'], { input: twin.stdout })).status).toBe(0)
})

test('namespaces that end while they are looked at are not there, and nothing comes of it', async () => {
  const machine = await FoundMachine.start(world, 'ip netns add stays')
  machine.background(['sh', '-c', 'while :; do ip netns add a; unshare --net true; ip netns del a; done'])
  for (let n = 0; n < 3; n += 1) {
    const ran = await machine.cli('look', '--json')
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    expect(namespaceOf(viewOf(ran), 'stays').readable).toBe(true)
  }
})

test('whoever watches hears of a namespace that comes', async () => {
  const machine = await FoundMachine.start(world, '')
  const watching = machine.startCli('look', '--watch', '--json')
  const views = () =>
    watching
      .stdout()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object)
  await until('the first look', () => views().length === 1)
  await machine.sh('ip netns add late')
  await until('the second', () => views().length === 2)
  expect(JSON.stringify(views()[1])).toContain('"name":"late"')
})

test.skipIf(!isRoot)('a user reads what is theirs, and hears how much is not', async () => {
  const user = unprivilegedUser()
  try {
    const machine = await FoundMachine.start(world, 'ip netns add of-root')
    const as = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
    machine.background([
      ...as,
      'unshare',
      '--user',
      '--map-root-user',
      '--net',
      'sh',
      '-c',
      'ip link add v type veth peer name w; exec sleep 1001',
    ])
    machine.background(['unshare', '--net', 'sleep', '1002'])
    await until('both', async () =>
      /sleep 1001[^]*sleep 1002|sleep 1002[^]*sleep 1001/.test(await machine.sh('ps -eo args')),
    )
    const view = viewOf(await machine.run([...as, process.execPath, cliFile, 'look', '--json']))
    expect(view.partial).toBe(true)
    expect(view.reason).toMatch(/^2 network namespaces of other users could not be read\. Root sees all of them: sudo /)
    expect(namespaceOf(view, 'of-root')).toMatchObject({ readable: false, interfaces: [], listeners: [] })
    const own = view.namespaces.find(({ interfaces }) => interfaces.some(({ name }) => name === 'v'))
    expect(own).toMatchObject({ readable: true, default: false, names: [{ kind: 'process', name: 'sleep' }] })
    expect(view.namespaces[0]).toMatchObject({ default: true, readable: true })
  } finally {
    user.dispose()
  }
})

test('whoever watches is told when something changes: by events, and of listeners by a glance', async () => {
  const machine = await FoundMachine.start(world, routed)
  await machine.rest()
  const looker = await startLooker(machine.into)
  try {
    await looker.ask('machine/look', { watch: true })
    // What looking itself has found is told once; that packets were counted since is no news.
    await machine.sh('ip netns exec web iptables -A INPUT -i lo -j ACCEPT; ip -n web link set lo up')
    let looks = 0
    for (let last = -1; last !== looker.changes() && looks < 6; looks += 1) {
      last = looker.changes()
      await machine.sh('ip netns exec web ping -c 1 127.0.0.1')
      await looker.ask('machine/look', { live: true, watch: true })
      await new Promise((resolve) => setTimeout(resolve, 1300))
    }
    expect(looks).toBeLessThan(6)
    const before = looker.changes()
    await machine.sh('ip -n web addr add 10.9.9.9/24 dev eth0')
    const since = performance.now()
    await until('an address is told of', () => looker.changes() > before)
    // Sooner than by looking again now and then, which would take ten seconds.
    expect(performance.now() - since).toBeLessThan(6000)
    const after = looker.changes()
    await machine.serve('web', 81)
    await until('a listener is told of', () => looker.changes() > after)
    const named = looker.changes()
    const place = performance.now()
    await machine.sh('mkdir -p /run/docker/netns')
    await until('a place for names is told of', () => looker.changes() > named)
    expect(performance.now() - place).toBeLessThan(6000)
  } finally {
    await looker.close()
  }
})
