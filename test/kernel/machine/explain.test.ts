import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { labOfFilm } from '../../../electron/core/film/film-file.js'
import { until } from '../support/until.js'
import { World } from '../support/world.js'
import { FoundMachine, routed } from './found-machine.js'

const elsewhere = 'mount -t tmpfs tmpfs /run; mkdir /run/netns; ip netns add web; exec sleep 1003'

let world: World
beforeAll(async () => {
  world = await World.ofSelf()
})
afterEach(() => world.killAll())
afterAll(() => world.dispose())

test('a probe that is answered is filmed in every namespace on its way', async () => {
  const machine = await FoundMachine.start(world, routed)
  await machine.serve('db', 80)
  // Somebody else has a /run of their own, and the same name in it.
  machine.background(['unshare', '--mount', '--net', 'sh', '-c', elsewhere])
  await until('the other', async () => /sleep 1003/.test(await machine.sh('ps -eo args')))
  const [file, film] = [join(world.directory, 'out.pcapng'), join(world.directory, 'out.html')]
  const asked = ['explain', '--from', 'web', '--to', 'db:80', '--json']
  const ran = await machine.cli(...asked, '--pcapng', file, '--html', film)
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  const { probe, outcome, hops, diagnosis, touched } = JSON.parse(ran.stdout)
  expect(probe).toEqual({ from: 'web', to: '10.2.0.2', protocol: 'tcp', port: 80 })
  expect([outcome, diagnosis, touched]).toEqual(['connected', null, []])
  const places = new Set(hops.map(({ namespace }: { namespace: string }) => namespace))
  expect([...places].sort()).toEqual(['db', 'r', 'web'])
  // Section header block of pcapng.
  const capture = readFileSync(file)
  expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a)
  expect(capture.toString('latin1')).toContain('touched: nothing')
  const carried = labOfFilm(readFileSync(film, 'utf8'))
  const text = carried.ok ? carried.text : ''
  expect(text).toMatch(/- \[web:eth0, r:p0\]/)
  expect((await world.runCli(['check', '-'], { input: text })).status).toBe(0)
})

test('rules that drop are named by their counters, and with --rules by what the packet met', async () => {
  const machine = await FoundMachine.start(world, `${routed}\nip netns exec r iptables -P FORWARD DROP`)
  const asked = ['explain', '--from', 'web', '--to', '10.2.0.2', '--json']
  const counted = await machine.cli(...asked)
  expect(counted.status).toBe(1)
  expect(JSON.parse(counted.stdout)).toMatchObject({
    outcome: 'lost',
    diagnosis: { code: 'firewall-drop', namespace: 'r' },
    touched: [],
  })
  const traced = JSON.parse((await machine.cli(...asked, '--rules')).stdout)
  expect(traced.diagnosis.code).toBe('firewall-drop')
  expect(traced.touched).toEqual(['r: nft table vethlab_trace, removed by the kernel with the socket that owned it'])
  expect(await machine.sh('ip netns exec r nft list tables')).toBe('table ip filter\n')
})

test('a namespace without a name is entered by its process in what is to be typed', async () => {
  const machine = await FoundMachine.start(world, routed)
  machine.background(['ip', 'netns', 'exec', 'r', 'sleep', '1000'])
  await until('a process that keeps it', async () =>
    /sleep 1000/.test(await machine.sh('ip netns pids r | xargs -r ps -o args')),
  )
  await machine.sh('ip netns exec r sysctl -qw net.ipv4.ip_forward=0; umount /run/netns/r; rm /run/netns/r')
  const ran = await machine.cli('explain', '--from', 'web', '--to', 'db', '--json')
  const { diagnosis } = JSON.parse(ran.stdout)
  expect(diagnosis.code).toBe('forwarding-off')
  expect(diagnosis.fix.commands).toEqual([
    expect.stringMatching(/^nsenter --net=\/proc\/\d+\/ns\/net sysctl -w net\.ipv4\.ip_forward=1$/),
  ])
  await machine.sh(diagnosis.fix.commands[0])
  expect((await machine.cli('explain', '--from', 'web', '--to', 'db')).status).toBe(0)
})

test('what cannot be asked is refused before anything is sent', async () => {
  const machine = await FoundMachine.start(world, routed)
  const said = async (...words: string[]) => {
    const { status, stderr } = await machine.cli('explain', ...words)
    return [status, stderr]
  }
  expect(await said('--from', 'wep', '--to', 'db')).toEqual([
    2,
    'vethlab: No network namespace that could be read is called "wep". Did you mean "web"?\n',
  ])
  expect(await said('--from', 'web', '--to', 'nobody')).toEqual([
    2,
    'vethlab: No network namespace that could be read is called "nobody". The command look lists their names.\n',
  ])
  expect(await said('--from', 'web', '--to', 'db', '--proto', 'tcp')).toEqual([
    2,
    'vethlab: --proto tcp needs --port, for instance --port 80.\n',
  ])
  machine.background(['unshare', '--net', 'sh', '-c', 'cp $(command -v sleep) /run/web; exec /run/web 1004'])
  await until('another that is called web', async () => /\/run\/web 1004/.test(await machine.sh('ps -eo args')))
  const [status, sentence] = await said('--from', 'web', '--to', 'db')
  const ids = String(sentence).match(/net:\[\d+\]/g) ?? []
  expect([status, sentence]).toEqual([
    2,
    `vethlab: "web" is the name of 2 namespaces: ${ids.join(', ')}. Name one of these.\n`,
  ])
  const own = `net:[${(await machine.sh('stat -c %i /run/netns/web')).trim()}]`
  expect(ids).toContain(own)
  expect(await said('--from', own, '--to', 'db')).toEqual([0, ''])
})

test("an application's own packets are filmed instead of a probe: those that fit, bounded in number and time", async () => {
  const published = 'PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.2.0.2:80'
  const machine = await FoundMachine.start(world, `${routed}\nip netns exec r iptables -t nat -A ${published}`)
  await machine.serve('db', 80)
  const asking = `setInterval(() => require('net').connect(8080, '10.1.0.1').on('error', () => {}).resume(), 100)`
  machine.background(['ip', 'netns', 'exec', 'web', process.execPath, '-e', asking])
  machine.background(['ip', 'netns', 'exec', 'db', 'ping', '-i', '0.2', '10.1.0.2'])
  const file = join(world.directory, 'watched.pcapng')
  // As it is once the router has rewritten it; the film has it as it was sent.
  const filter = 'tcp dst host 10.2.0.2 and dst port 80'
  const ran = await machine.cli('explain', '--watch', filter, '--seconds', '60', '--json', '--pcapng', file)
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  const { probe, outcome, hops, diagnosis, touched, lost, others } = JSON.parse(ran.stdout)
  expect(probe).toEqual({ from: 'web', to: '10.1.0.1', protocol: 'tcp', port: 8080 })
  expect([outcome, diagnosis, touched, lost, others]).toEqual(['connected', null, [], 0, undefined])
  // Many connections have the same addresses: the entry is that of this one.
  const nat = hops.find(({ event }: { event: string }) => event === 'nat')
  expect(nat.reason.conntrack).toContain(` sport=${nat.packet.tcp.srcPort} dport=8080 `)
  const places = new Set(hops.map(({ namespace }: { namespace: string }) => namespace))
  expect([...places].sort()).toEqual(['db', 'r', 'web'])
  expect(readFileSync(file).readUInt32LE(0)).toBe(0x0a0d0d0a)

  const both = await machine.cli('explain', '--watch', 'icmp', '--from', 'db', '--count', '2', '--json')
  expect([both.status, both.stderr]).toEqual([0, ''])
  const told = JSON.parse(both.stdout)
  const ping = { outcome: 'reply', probe: { from: 'db', to: '10.1.0.2', protocol: 'icmp' } }
  expect([told, told.others]).toMatchObject([ping, [ping]])

  const none = await machine.cli('explain', '--watch', 'udp port 53', '--seconds', '1')
  expect([none.status, none.stdout]).toEqual([1, ''])
  expect(none.stderr).toContain('Nothing that fits "udp port 53" was sent within 1 s.')
})

test('what cannot be watched for is refused in one sentence', async () => {
  const machine = await FoundMachine.start(world, routed)
  for (const [words, sentence] of [
    [['--watch', 'tcp or udp'], '"or udp" is no part of a filter.'],
    [['--watch', 'tcp', '--port', '80'], '--port is for a probe; with --watch, say it in the filter.'],
    [['--watch', 'tcp', '--from', 'nobody'], 'nobody'],
    [['--watch', 'tcp', '--count', '2', '--pcapng', 'x'], 'A file holds one exchange; leave --count out.'],
    [['--to', '10.0.0.1'], 'A probe needs --from, for instance --from web; --watch "tcp port 80" needs neither.'],
  ] as const) {
    const ran = await machine.cli('explain', ...words)
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain(sentence)
  }
})
