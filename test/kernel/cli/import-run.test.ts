/** `import --run`: a script of a stranger is run, and nothing of it is left, reached or read but the network it made. */
import { createServer, type Server } from 'node:net'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dumpDefaultNamespace, World, type Ran, type RunOptions } from '../support/world.js'

const ways: [string, () => Promise<World>][] = [
  ['a user with many ids', () => World.ofUser()],
  ['a user with one id', () => World.ofUserWithOneId()],
  ['whoever runs the tests', () => World.ofSelf()],
]

/** What a sandbox and a script take, on a machine that has other things to do (milliseconds). */
const patience = { timeout: 120_000 }

describe.each(ways)('run by %s', patience, (who, make) => {
  let world: World
  let server: Server
  let knocks = 0
  /** In files and in the environment of the caller: nothing of a script's may ever hold it. */
  const secret = 'a-secret-that-nobody-may-read'
  let precious: string
  let machine: string

  beforeAll(async () => {
    world = await make()
    precious = join(world.home, '.ssh')
    mkdirSync(precious, { mode: 0o700 })
    writeFileSync(join(precious, 'id_ed25519'), secret, { mode: 0o600 })
    world.give(precious)
    world.give(join(precious, 'id_ed25519'))
    server = createServer((socket) => {
      knocks += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    machine = dumpDefaultNamespace()
  })
  afterEach(async () => {
    expect(readFileSync(join(precious, 'id_ed25519'), 'utf8')).toBe(secret)
    expect(knocks).toBe(0)
    await world.untilNothingIsLeft()
  })
  afterAll(async () => {
    expect(dumpDefaultNamespace()).toBe(machine)
    await new Promise((resolve) => server.close(resolve))
    world.dispose()
  })

  const port = (): number => (server.address() as { port: number }).port
  const runFile = (file: string, words: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
    world.runCli(['import', file, '--from', 'script', '--run', ...words], {
      input: '',
      limitMs: 90_000,
      env: { VETHLAB_SECRET: secret },
      ...options,
    })
  const run = (script: string, words: readonly string[] = []): Promise<Ran> =>
    runFile(world.file('script.sh', script), words)

  test('the network that it made is the lab, with arrays, eval, sourced files and what it reads of itself', async () => {
    const directory = join(world.directory, 'beside')
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'lib.sh'), 'make() { for n in "$@"; do sudo ip netns add "$n"; done; }\n')
    const script = `#!/bin/bash
set -e
source "$(dirname "$0")/lib.sh"
NAMES=(ann bob)
make "\${NAMES[@]}"
eval "ip link add e0 address 02:00:00:00:00:0a netns ann type veth peer name e1 netns bob"
i=1
while read -r name dev; do
  ip -n "$name" addr add "10.0.0.$i/24" dev "$dev"
  ip -n "$name" link set "$dev" up
  i=$((i + 1))
done <<< $'ann e0\\nbob e1'
ip netns exec bob bash -s <<'END'
sysctl -w net.ipv4.conf.all.arp_ignore=1
END
echo written > output.txt
cat output.txt >&2
echo "to \${SUDO_USER:-nobody}" > /dev/stderr
`
    const file = join(directory, 'main.sh')
    writeFileSync(file, script, { mode: 0o600 })
    for (const each of [directory, file, join(directory, 'lib.sh')]) world.give(each)
    const ran = await runFile(file)
    expect(ran.stderr).toMatch(
      /^running .*main\.sh as root of a sandbox of its own \(outside of it: \S+\), without network/,
    )
    expect(ran.stderr).toContain('| written\n| to root\n')
    expect(parse(ran.stdout)).toEqual({
      ...{ vethlab: 1, name: 'main', links: [['ann:e0', 'bob:e1']] },
      namespaces: {
        ann: { interfaces: { lo: { up: false }, e0: { addresses: ['10.0.0.1/24'], mac: '02:00:00:00:00:0a' } } },
        bob: {
          interfaces: { lo: { up: false }, e1: { addresses: ['10.0.0.2/24'] } },
          sysctls: { 'net.ipv4.conf.all.arp_ignore': '1' },
        },
      },
    })
    expect(ran.status).toBe(0)
    expect(readdirSync(directory).toSorted()).toEqual(['lib.sh', 'main.sh'])
  })

  test('what it has set beyond what is watched is in the lab, or named; one odd rule costs nothing else', async () => {
    const ran = await run(`
ip netns add r; ip netns add h
ip link add eth0 netns r type veth peer name eth0 netns h
ip -n r addr add 10.0.0.1/24 dev eth0; ip -n r link set eth0 up; ip -n h link set eth0 up
ip netns exec r sysctl -w net.ipv4.ip_forward=1 net.ipv4.tcp_ecn=1 net.ipv4.conf.eth0.arp_filter=1
ip netns exec r bash -c 'echo 4096 20000 300000 > /proc/sys/net/ipv4/tcp_rmem'
ip netns exec h sysctl -w net.ipv4.icmp_ratelimit=80 net.ipv6.conf.all.accept_ra=0
sysctl -w net.ipv4.ip_local_port_range='2000 3000'
ip netns exec r iptables -A FORWARD -i gone0 -j DROP
ip netns exec r iptables -A FORWARD -i eth0 -p tcp --dport 22 -j DROP
ip netns exec r iptables -A FORWARD -m limit --limit 1/s -j DROP
ip netns exec h nft add table inet mine
ip netns exec h nft 'add chain inet mine in { type filter hook input priority 0; }'
ip netns exec h nft 'add rule inet mine in tcp dport 80 drop'
ip -n h neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0
ip -n h link set eth0 promisc on
ip netns exec h tc qdisc add dev eth0 root pfifo
ip -n h link set eth0 allmulticast on
ip -n r addr add 10.0.1.1/24 brd 10.0.1.77 noprefixroute dev eth0
ip -n r addr add 10.0.2.1/24 brd + dev eth0
ip -n r route add 10.5.0.0/16 via 10.0.0.2 advmss 1000 initcwnd 10 mtu lock 1300
ip -n r route add 10.6.0.0/16 via 10.0.0.2 tos 0x10
ip netns exec r tc qdisc add dev eth0 root tbf rate 10mbit burst 16000 latency 100ms
ip netns exec h ip link add same type veth peer name other
ip netns exec h tc qdisc add dev same root tbf rate 10mbit burst 32kb latency 50ms
ip -n r addr add 10.0.3.1/24 dev eth0 label eth0:web
ip -n h neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev eth0 nud noarp
ip -n r link add br0 type bridge; ip -n r link add p0 type veth peer name p1; ip -n r link set p0 master br0
ip -n r link set br0 up; ip -n r link set p0 up
bridge -n r mdb add dev br0 port p0 grp 239.1.1.1 src 10.0.0.9 permanent
ip -n r link add vx0 type vxlan id 4 local 10.0.0.1 remote 10.9.9.9 dstport 4789 dev eth0
ip -n r link add vx1 type vxlan id 5 local 10.0.0.1 remote 10.0.0.2 dstport 4789 dev eth0
`)
    const lab = parse(ran.stdout) as {
      namespaces: Record<string, { sysctls?: object; nft?: string; iptables?: string; neighbours?: unknown }>
    }
    expect(lab.namespaces['r']?.sysctls).toEqual({
      'net.ipv4.conf.eth0.arp_filter': '1',
      'net.ipv4.tcp_ecn': '1',
      'net.ipv4.tcp_rmem': '4096\t20000\t300000',
    })
    expect(lab.namespaces['h']?.sysctls).toEqual({ 'net.ipv4.icmp_ratelimit': '80' })
    expect(lab.namespaces['host']?.sysctls).toEqual({ 'net.ipv4.ip_local_port_range': '2000\t3000' })
    // Entries cannot say a limit: then the whole table is a text, with what is before and behind it.
    expect(lab.namespaces['r']?.iptables).toContain(
      '-A FORWARD -i gone0 -j DROP\n-A FORWARD -i eth0 -p tcp -m tcp --dport 22 -j DROP\n-A FORWARD -m limit --limit 1/sec -j DROP\n',
    )
    expect(lab.namespaces['h']?.neighbours).toEqual([{ address: '10.0.0.9', mac: '02:00:00:00:00:09', dev: 'eth0' }])
    expect(lab.namespaces['h']?.nft).toContain('tcp dport 80 drop')
    for (const named of [
      'not in the file: h: sysctl net.ipv6.conf.all.accept_ra=0 (nothing in this network speaks IPv6)',
      'not in the file: h: tc qdisc add dev eth0 root pfifo (with what it holds)',
      'not in the file: h: ip link set eth0 allmulticast on',
      'not in the file: r: ip address add 10.0.1.1/24 dev eth0 brd 10.0.1.77 noprefixroute',
      'not in the file: r: ip route add 10.5.0.0/16 via 10.0.0.2 dev eth0 mtu lock advmss 1000 initcwnd 10',
      'not in the file: r: ip route add 10.6.0.0/16 via 10.0.0.2 dev eth0 tos 0x10',
      'not in the file: r: tc qdisc add dev eth0 root tbf rate 10mbit burst 16000 latency 100ms',
      'not in the file: r: ip address add 10.0.3.1/24 dev eth0 label eth0:web',
      'not in the file: h: ip neighbour add 10.0.0.8 lladdr 02:00:00:00:00:08 dev eth0 nud noarp',
      'not in the file: r: bridge mdb add dev br0 port p0 grp 239.1.1.1 src 10.0.0.9 permanent',
      'not in the file: r: ip link set vx0 type vxlan dev eth0',
    ])
      expect(ran.stderr).toContain(`${named}\n`)
    expect(ran.stderr.match(/^(?:not in the file:|warning)/gm)).toHaveLength(11)
    expect(ran.status).toBe(0)
  })

  test('what reads, writes, mounts, signals and connects gets nowhere, and its network is read all the same', async () => {
    const canary = join(world.directory, 'canary')
    writeFileSync(canary, 'sings')
    world.give(canary)
    // Of whoever starts it: numbers with gaps between them, as `exec 200>lock` leaves them.
    const opened = `exec 200<${world.directory} 202<${precious}/id_ed25519; exec "$@"`
    const file = world.file(
      'script.sh',
      `
ip netns add kept
cp /etc/hostname /proc/self/fd/200/left-behind && echo GOT folder
cat <&202 && echo GOT file
cat ${precious}/id_ed25519 /root/.ssh/* /home/*/.ssh/* ~/.ssh/* /etc/shadow
find / -xdev -name 'id_ed25519*' -exec cat {} + | head -c 1000
for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; done
umount -l /proc; for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; done; mount -t proc proc /proc
mount -o remount,rw /usr; mount -o remount,rw,bind /usr; touch /usr/left-behind && echo GOT usr
mount -o remount,rw,bind /; touch /left-behind && echo GOT root
ls -A /old /vethlab/../old; umount -l /etc; cat /etc/shadow
mknod /tmp/disk b 8 0 && dd if=/tmp/disk of=/dev/null count=1 && echo GOT device
for key in vm/swappiness kernel/panic kernel/core_pattern fs/file-max; do
  cat /proc/sys/$key > /proc/sys/$key && echo GOT $key
done
echo b > /proc/sysrq-trigger && echo GOT sysrq
nsenter -t 1 -m -p -n -u touch /usr/left-behind && echo GOT nsenter
unshare -Urmpf sh -c 'mount -o remount,rw,bind /usr; touch /usr/left-behind' && echo GOT unshare
(exec 5<>/dev/tcp/127.0.0.1/${port()}) && echo GOT loopback
(exec 5<>/dev/tcp/192.0.2.1/80) && echo GOT outside
find /run -type s | grep . && echo GOT socket
ln -s /proc/1/ns/net /run/netns/process; ln -s /run/docker/netns/default /run/netns/engine; mkfifo /run/netns/fifo
kill -9 $PPID; kill -9 1; kill -9 -1
`,
    )
    const ran = await runFile(file, [], { before: ['bash', '-c', opened, 'bash'] })
    expect(ran.stdout).toMatch(/namespaces:\n {2}kept:\n.*\n$/)
    expect(ran.stderr).not.toContain(secret)
    expect(ran.stderr).not.toMatch(/GOT|root:\\$/)
    const left = ['/usr', '/', world.directory].filter((folder) => existsSync(join(folder, 'left-behind')))
    expect(left).toEqual([])
    expect(ran.status).toBe(0)
  })

  test('deleting everything deletes nothing', async () => {
    const canary = join(world.directory, 'canary')
    writeFileSync(canary, 'sings')
    chmodSync(canary, 0o666)
    const ran = await run(`ip netns add kept\nrm -rf --no-preserve-root / ${world.directory} 2>/dev/null\n`)
    expect(readFileSync(canary, 'utf8')).toBe('sings')
    expect(existsSync(join(world.directory, 'script.sh'))).toBe(true)
    expect(ran.stdout).toContain('namespaces:\n  kept:\n')
    rmSync(canary)
  })

  test('waiting for ever, and what is left in the background, ends with its time', async () => {
    // Process 1 asks for the time when the script has ended, and waits for ever as well: it is ended 2 s later.
    const clock = '#!/bin/sh\\nsleep 1000\\n'
    const hang = `printf '${clock}' >/tmp/date; chmod 755 /tmp/date; mount --bind /tmp/date "$(command -v date)"`
    const ran = await run(
      `echo begun\n${who === ways[2]?.[0] ? hang : ''}\nip netns add kept\nsetsid nohup sleep 1000 &\ntrap "" TERM HUP INT\nsleep 1000\n`,
      ['--timeout', '2'],
    )
    expect(ran.stderr).toContain('warning: it still ran after 2 s and was ended; this is what it had built.')
    expect(ran.stderr.match(/\| begun/g)).toHaveLength(1)
    expect(ran.stdout).toContain('namespaces:\n  kept:\n')
    expect(ran.status).toBe(0)
  })

  test('a fork bomb, a full disk, all memory and endless output stay within bounds', async () => {
    const ran = await run(
      `ip netns add kept
yes | head -c 20000000
for where in /tmp /root /run /var/tmp . /etc; do dd if=/dev/zero of=$where/big bs=1M count=500; rm -f $where/big; done
bash -c 'x=$(head -c 900000000 /dev/zero | tr "\\\\0" x)' || echo no memory
bomb() { bomb | bomb & }
bomb
while :; do :; done
`,
      ['--timeout', '4'],
    )
    expect(ran.stdout).toContain('namespaces:\n  kept:\n')
    expect(ran.stderr).toContain(' more lines\n')
    expect(ran.stderr.length).toBeLessThan(200_000)
    expect(ran.status).toBe(0)
  })

  test('a script that fails says so; what it built by then is the lab', async () => {
    const ran = await run('set -e\nip netns add kept\nfalse\nip netns add never\n')
    expect(ran.stderr).toContain('warning: it ended with exit code 1; this is what it had built.')
    expect(ran.stdout).toContain('namespaces:\n  kept:\n')
    expect(ran.stdout).not.toContain('never')
  })

  test('interrupted, it leaves nothing', async () => {
    const file = world.file('script.sh', 'echo started; sleep 1000\n')
    const running = world.startCli(['import', file, '--from', 'script', '--run'], { input: '', limitMs: 90_000 })
    await new Promise<void>((resolve) => {
      running.child.stderr?.on('data', () => running.stderr().includes('| started') && resolve())
    })
    process.kill(running.pid, 'SIGINT')
    expect((await running.ended).status).toBe(130)
  })
})

describe('without --run', () => {
  let world: World
  beforeAll(async () => {
    world = await World.ofUser()
  })
  afterAll(() => world.dispose())

  test.each([
    ['--run for a topology', ['clab', '--run'], '--run goes with --from script: a topology is no program.'],
    ['--timeout alone', ['script', '--timeout', '5'], '--timeout goes with --run: without it nothing is run.'],
  ])('%s is one sentence and exit code 2', async (_, words, sentence) => {
    const ran = await world.runCli(['import', '-', '--from', ...words], { input: 'ip netns add a\n' })
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([2, '', `vethlab: ${sentence}\n`])
  })

  test('more namespaces than are read are refused with their number', async () => {
    const ran = await world.runCli(['import', '-', '--from', 'script', '--run'], {
      input: 'ip netns add kept\ncd /run/netns && touch $(seq 599)\n',
    })
    expect([ran.status, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr.split('\n').slice(1)).toEqual([
      'vethlab: The script was run and has made 600 namespaces; of one script at most 512 are read. Let it make fewer.',
      '',
    ])
  })

  test('what a trap on EXIT takes down is there, with the route to a peer', async () => {
    const script = `#!/bin/sh -e
cleanup() { ip netns del a; ip netns del b; }
trap cleanup EXIT INT
trap 'echo told' USR1
for n in a b; do ip netns add $n; done
ip link add e0 netns a type veth peer name e0 netns b
ip -n a addr add 10.0.0.1 peer 10.0.0.2 dev e0
ip -n b addr add 10.0.0.2 peer 10.0.0.1 dev e0
ip -n a link set e0 up; ip -n b link set e0 up
kill -USR1 $$
`
    const ran = await world.runCli(['import', '-', '--from', 'script', '--run'], { input: script })
    expect(ran.stderr.split('\n').slice(1)).toEqual([
      '| told',
      'warning: its trap on EXIT was left out; this is what stood before that.',
      '',
    ])
    const { namespaces } = parse(ran.stdout) as { namespaces: Record<string, { routes?: object }> }
    expect(namespaces['a']?.routes).toEqual([{ to: '10.0.0.2/32', dev: 'e0', source: '10.0.0.1' }])
    expect(namespaces['b']?.routes).toEqual([{ to: '10.0.0.1/32', dev: 'e0', source: '10.0.0.2' }])
  })

  test('a script from standard input runs, and what makes no network is said', async () => {
    const words = ['import', '-', '--from', 'script', '--run']
    const made = await world.runCli(words, { input: 'ip netns add a\n' })
    expect([made.status, made.stdout]).toEqual([
      0,
      'vethlab: 1\nname: stdin\n\nnamespaces:\n  a:\n    interfaces: { lo: { up: false } }\n',
    ])
    const none = await world.runCli(words, { input: 'echo nothing\n' })
    expect([none.status, none.stdout]).toEqual([2, ''])
    expect(none.stderr).toContain('Nothing in <stdin> makes a lab.')
  })

  test('of a network that is gone at the end it is said what gives it', async () => {
    const gone =
      'When <stdin> had ended, the namespaces (a) that its text makes were not there. Without --run it is read, and the lab is the network as its text builds it.\n'
    const words = ['import', '-', '--from', 'script', '--run']
    const all = await world.runCli(words, { input: 'ip netns add a\nip netns del a\n' })
    expect([all.status, all.stdout]).toEqual([2, ''])
    expect(all.stderr).toContain(`vethlab: ${gone}`)
    const rest = await world.runCli(words, { input: 'ip link add br0 type bridge\nip netns add a\nip netns del a\n' })
    expect([rest.status, rest.stdout]).toEqual([0, expect.stringContaining('br0')])
    expect(rest.stderr).toContain(`warning: ${gone}`)
  })
})
