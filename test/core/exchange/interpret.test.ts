import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'

const lab = (script: string): LabFile => {
  const { labFile, notices, problems } = importScript(script, 'test.sh')
  expect([...notices, ...problems]).toEqual([])
  return labFile ?? { vethlab: 1, name: 'none' }
}
const namespacesOf = (script: string): string[] => Object.keys(lab(script).namespaces ?? {})
const told = (script: string): string[] =>
  importScript(script, 'test.sh').notices.map(({ line, column, message }) => `${line}:${column} ${message}`)

test('one end of a cable is slowed, or each in its own way', () => {
  const pair = 'ip netns add a; ip netns add b; ip link add e0 netns a type veth peer name e0 netns b\n'
  const rate = 'ip netns exec a tc qdisc add dev e0 root handle 1: tbf rate 10mbit burst 32kbit latency 400ms\n'
  expect(lab(pair + rate).links).toEqual([{ ends: ['a:e0', 'b:e0'], impair: { 'a:e0': { rate: '10mbit' } } }])
  const lossy =
    'tc -n b qdisc add dev e0 root netem delay 20ms 5ms loss 1% duplicate 0.1% corrupt 0.2% reorder 25% rate 1gbit'
  const all = {
    delay: '20ms',
    jitter: '5ms',
    loss: '1%',
    duplicate: '0.1%',
    corrupt: '0.2%',
    reorder: '25%',
    rate: '1gbit',
  }
  expect(lab(pair + rate + lossy).links).toEqual([
    { ends: ['a:e0', 'b:e0'], impair: { 'a:e0': { rate: '10mbit' }, 'b:e0': all } },
  ])
})

describe('words of ip that are written by their beginnings are taken as ip 6.1 takes them', () => {
  const before = `ip link add e0 type veth peer name e1
ip link add f0 type veth peer name f1
ip link add sw type bridge
ip link set dev e1 master sw
ip address add 10.0.0.1/24 dev e0
ip link set dev e0 up
`
  test.each([
    ['ip li se e0 mtu 1400', 'ip link set e0 mtu 1400'],
    ['ip l a h0 ty veth peer n h1', 'ip link add h0 type veth peer name h1'],
    [
      'ip l a n h0 mtu 1400 ad 02:00:00:00:00:01 typ veth peer h1',
      'ip link add h0 mtu 1400 address 02:00:00:00:00:01 type veth peer name h1',
    ],
    ['ip l s e0 a 02:00:00:00:00:01', 'ip link set e0 address 02:00:00:00:00:01'],
    ['ip l s f0 m sw', 'ip link set f0 master sw'],
    ['ip l s e1 nomas', 'ip link set e1 nomaster'],
    ['ip l s dev sw ty bridge stp_state 1', 'ip link set dev sw type bridge stp_state 1'],
    ['ip a a 10.1.0.1/24 b 10.1.0.255 dev e0', 'ip address add 10.1.0.1/24 broadcast 10.1.0.255 dev e0'],
    ['ip r a 10.9.0.0/24 via 10.0.0.2 m 5', 'ip route add 10.9.0.0/24 via 10.0.0.2 metric 5'],
    ['ip r a 10.9.0.0/24 via 10.0.0.2 ta 100', 'ip route add 10.9.0.0/24 via 10.0.0.2 table 100'],
    ['ip ro a bl 10.9.0.0/24', 'ip route add blackhole 10.9.0.0/24'],
    ['ip ru a from 10.9.0.0/24 ta main pri 60', 'ip rule add from 10.9.0.0/24 table main priority 60'],
    [
      'ip n a 10.0.0.9 lladdr 02:00:00:00:00:09 dev e0 nud permanent',
      'ip neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev e0 nud permanent',
    ],
  ])('%s', (short, whole) => {
    expect(lab(before + short)).toEqual(lab(before + whole))
    expect(lab(before + whole)).not.toEqual(lab(before))
  })

  test.each([
    ['ip link add a type veth peer name z', '7:15 "type" is no hardware address.'],
    ['ip link set a up', '7:15 "up" is no hardware address.'],
    ['ip rule add from 10.9.0.0/24 t 100', '7:30 "t" in `ip rule`'],
  ])('%s is refused by ip, and named', (script, message) => {
    const read = importScript(before + script, 'test.sh')
    expect(read.labFile).toEqual(lab(before))
    expect(told(before + script)[0]).toContain(message)
  })
})

describe('what a shell makes of a text', () => {
  test.each([
    ['quotes and escapes', `ip netns add 'a'"b"\\c`, ['abc']],
    ['a line that goes on', 'ip netns \\\n  add a', ['a']],
    ['comments, and what is none', '# ip netns add no\nip netns add a#b-1 # ip netns add no\n', ['a-b-1']],
    ['line ends of Windows', 'ip netns add a\r\nip netns add b\r\n', ['a', 'b']],
    ['a byte order mark', '\ufeffip netns add a', ['a']],
    ['lists', 'ip netns add a; ip netns add b && ip netns add c || ip netns add d', ['a', 'b', 'c']],
    ['variables', 'A=x; B="$A-1"\nip netns add "$B"; ip netns add ${A}2', ['x-1', 'x2']],
    ['a variable of several words', 'N="a b"; for n in $N c; do ip netns add $n; done', ['a', 'b', 'c']],
    ['defaults', 'ip netns add ${N:-a}; ip netns add ${N-b}', ['a', 'b']],
    ['braces', 'for n in x{1..3} {y,z}; do ip netns add $n; done', ['x1', 'x2', 'x3', 'y', 'z']],
    ['seq and arithmetic', 'for i in $(seq 2); do ip netns add n$((i + 1)); done', ['n2', 'n3']],
    [
      'functions called like programs',
      'ip() { sudo ip "$@"; }\nip netns add a\nip6() { ip netns exec a ip "$@"; }\nip6 netns add b',
      ['a', 'b'],
    ],
    ['functions', 'f() { ip netns add $1; return; ip netns add no; }\nf a; f b', ['a', 'b']],
    ['sudo and full paths', 'sudo -E /sbin/ip netns add a', ['a']],
    ['a shell in a shell', `bash -c 'ip netns add a; ip netns add b'`, ['a', 'b']],
    ['the end', 'ip netns add a\nexit 0\nip netns add b', ['a']],
    ['a here document', 'cat <<EOF >x\nip netns add no\nEOF\nip netns add a', ['a']],
    ['output that goes elsewhere', 'ip netns add a > /dev/null 2>&1; ip netns add b &> log', ['a', 'b']],
    ['groups', '{ ip netns add a; }; (ip netns add b)', ['a', 'b']],
    ['a guard', 'if [ $(id -u) -ne 0 ]; then echo "as root" >&2; exit 1; fi\nip netns add a', ['a']],
    ['asking first', 'ip link show a || ip netns add a; ip netns add b; ip link show lo || ip netns add c', ['a', 'b']],
    ['cleaning up first', 'ip netns del a 2>/dev/null || true\nip link del br0\nip netns add a', ['a']],
    ['looking', 'ip netns add a; ip a; ip -br l show; ip -n a r; iptables -nvL; ping -c1 1.1.1.1 && echo', ['a']],
  ])('%s', (_, script, names) => {
    expect(namespacesOf(script.replace('a#b-1', 'a-b-1'))).toEqual(names)
  })

  test.each([
    [
      'a condition',
      'ip netns add a\nif ping -c1 x; then\n  ip netns add b\nfi',
      '2:1 Whether the commands in this "if" run',
    ],
    [
      'a loop over what is not known',
      'ip netns add a\nfor f in $(ls); do ip netns add $f; done',
      '2:10 The loop goes over',
    ],
    [
      'a value that is not set',
      'ip netns add a; ip netns add $NS',
      '1:30 This depends on $NS, which is not known before the script runs.',
    ],
    [
      'a value that is computed',
      'X=$(hostname)\nip netns add a; ip netns add $X',
      '2:30 This depends on $X, which is not known before the script runs.',
    ],
    [
      'an unclosed quote',
      'ip netns add a\nip netns add "b',
      '2:14 A quote or bracket that starts here is never closed.',
    ],
    ['what depends on a ping', 'ip netns add a\nping -c1 x && ip netns add b', '2:15 Whether this runs depends'],
    [
      'another command',
      'ip netns add a\nwpa_supplicant e0',
      '2:1 "wpa_supplicant" is not a command that a lab is made from.',
    ],
    ['another script', 'ip netns add a\n./more.sh', '2:1 "./more.sh" is not a command'],
    ['a file', 'ip netns add a\necho x > /etc/resolv.conf', '2:10 A lab writes no files'],
  ])('%s is named with its place, and the rest counts', (_, script, start) => {
    const { labFile } = importScript(script, 'test.sh')
    expect(Object.keys(labFile?.namespaces ?? {})).toEqual(['a'])
    expect(told(script)).toEqual([expect.stringContaining(start)])
  })

  test('a line in a loop is named once', () => {
    expect(told('ip netns add a\nfor i in 1 2 3; do ip link set nobody up; done')).toEqual([
      '2:32 There is no interface "nobody" in "host" at this point.',
    ])
  })
})

describe('what cannot be said in a lab is named with its place', () => {
  const ready =
    'ip netns add a; ip link add e0 type veth peer name e1; ip link set e0 up; ip addr add 10.0.0.1/24 dev e0\n'
  test.each([
    ['ip link add m0 link e0 type macvtap', 'A lab file has no "macvtap" devices.'],
    ['ip link add m0 link e0 type macvlan mode x', '"x" is no mode of a macvlan.'],
    ['ip link add m0 link lo type ipvlan', '"lo" has no cable that could be shared.'],
    ['ip link add link e9 name v0 type vlan id 5', 'There is no interface "e9"'],
    ['ip link add link e0 name v0 type vlan id 4095', 'A VLAN sub-interface needs a name and an `id` from 1 to 4094.'],
    ['bridge vlan add dev e0 vid 10', '"e0" is no port of a bridge at this point.'],
    ['ip link set e0 allmulticast on', '"allmulticast on" is left out; a lab file has no word for it.'],
    ['ip link set e0 promisc yes', '"promisc" is either on or off.'],
    ['ip link set e0 group lan', '"lan" is no number for "group".'],
    [
      'ip addr add 10.0.0.9/24 peer 10.0.0.8 dev e0',
      'The peer "10.0.0.8" of the address is left out; a lab file has no word for it.',
    ],
    [
      'ip route add 10.9.0.0/16 via 10.0.0.2 initcwnd 10',
      '"initcwnd 10" of the route is left out; a lab file has no word for it.',
    ],
    ['ip route add 10.9.0.0/16 via 10.0.0.2 table isp', '"isp" is no routing table that is known here.'],
    [
      'ip route add 10.9.0.0/16 via 10.0.0.2 src 10.0.0.7',
      'No interface of "host" has the address 10.0.0.7 at this point.',
    ],
    ['ip rule add from 10.0.0.0/8 table isp', '"isp" is no routing table that is known here.'],
    ['ip rule add from 10.0.0.0/8 fwmark 1/0xff table 7', 'A lab file has no words for the mark "1/0xff".'],
    ['ip rule add ipproto tcp table 7', '"ipproto" in `ip rule` is nothing a lab file can say.'],
    ['ip rule add iif nobody table 7', 'There is no interface "nobody" in "host"; the rule is left out.'],
    ['ip rule del priority 32766', 'The rules that every namespace has stay in a lab.'],
    ['ip rule add lookup main priority 32766', '"host" has this rule with priority 32766 already.'],
    ['sysctl -w kernel.panic=1', '"kernel.panic" is not a sysctl that a lab may set.'],
    ['sysctl -p', '"sysctl -p" reads files that are not here.'],
    ['iptables -t broute -A FORWARD -j MARK', 'A lab file has no words for the table "broute".'],
    ['iptables -A FORWARD -m limti --limit 1/s -j ACCEPT', 'A lab file has no words for the match "limti".'],
    ['iptables -A FORWARD -m bpf --object-pinned /x -j DROP', 'A lab file has no words for the match "bpf".'],
    ['iptables -A FORWARD -m mark --mark 1 -s web.lab -j DROP', '"web.lab" is no address.'],
    ['iptables -A NOWHERE -j DROP', 'A lab file has no rules in "filter NOWHERE".'],
    ['iptables -A FORWARD -m state --state OLD -j ACCEPT', '"OLD" is no state of a connection.'],
    ['iptables -t nat -A PREROUTING -j REDIRECT --to-ports 80', 'Another port needs a protocol.'],
    ['iptables -A FORWARD -i nobody -j DROP', 'There is no interface "nobody" in "host"; the rule is left out.'],
    ['tc qdisc add dev e0 root htb', 'Of tc a lab file knows root qdiscs of kind netem and tbf only.'],
    ['ip link add br0 type bridge mcast_snooping 0', 'The bridge setting "mcast_snooping 0" is left out'],
    ['ip netns add host', 'The namespace name "host" is the default namespace of every lab; it becomes "host-1".'],
    ['ip netns add _x', 'The namespace name "_x" does not fit a lab file; it becomes "x".'],
    ['ip link add sixteen-letters-x type dummy', 'The interface name "sixteen-letters-x" is too long'],
  ])('%s', (line, message) => {
    expect(told(ready + line)).toEqual([expect.stringMatching(/^2:\d+ /)])
    expect(told(ready + line)[0]).toContain(message)
  })
})

test('a namespace called host is not the host', () => {
  const { labFile } = importScript('ip netns add host; ip -n host link set lo up; ip link add d0 type dummy', 'x.sh')
  expect(labFile?.namespaces).toEqual({
    host: { dummies: { d0: { up: false } } },
    'host-1': {},
  })
})

test('the number of a shell leads to where that shell is, whoever is told it', () => {
  const where = (move: string): string[] => {
    const made = lab(`ip netns add a; ip netns add b\nip link add e0 netns b type veth peer name e1 netns b\n${move}`)
    return (made.links ?? []).flatMap((link) => ('ends' in link ? link.ends : link))
  }
  expect(where('ip -n b link set e1 netns $$')).toEqual(['b:e0', 'host:e1'])
  expect(where('(ip netns exec b ip link set e1 netns "$$")')).toEqual(['b:e0', 'host:e1'])
  expect(where(`ip netns exec a bash -c 'ip -n b link set e1 netns \${$}'`)).toEqual(['b:e0', 'a:e1'])
  expect(where('ip netns exec a bash <<"E"\nip -n b link set e1 netns "$$"\nE')).toEqual(['b:e0', 'a:e1'])
  expect(where(`ip netns exec a bash -c 'true'; ip -n b link set e1 netns $$`)).toEqual(['b:e0', 'host:e1'])
})

test('a gateway that only a default route reaches is said to be a neighbour', () => {
  const script = `ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up
ip addr add 10.1.0.1/24 dev e0; ip route add default dev e0; ip route add 10.8.0.0/16 via 10.77.0.1`
  expect(lab(script).namespaces?.['host']?.routes).toEqual([
    { to: '0.0.0.0/0', dev: 'e0' },
    { to: '10.8.0.0/16', via: '10.77.0.1', dev: 'e0', onlink: true },
  ])
})

test('a route outlives the subnet of its gateway, as long as its interface has an address', () => {
  const script = `ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up
ip addr add 10.1.0.1/24 dev e0; ip addr add 10.2.0.1/24 dev e0; ip route add 10.8.0.0/16 via 10.1.0.2
ip addr del 10.1.0.1/24 dev e0`
  expect(lab(script).namespaces?.['host']?.routes).toEqual([
    { to: '10.8.0.0/16', via: '10.1.0.2', dev: 'e0', onlink: true },
  ])
})

test('a rule that is asked for first is there once', () => {
  const rule = 'FORWARD -s 10.0.0.1 -j DROP'
  const script = `ip netns add a\nfor i in 1 2; do iptables -C ${rule} 2>/dev/null || iptables -A ${rule}; done`
  expect(lab(script).namespaces?.['host']).toEqual({
    firewall: [{ chain: 'forward', source: '10.0.0.1/32', action: 'drop' }],
  })
})

test('the same words in many spellings', () => {
  const plain = lab(`
    ip netns add a
    ip link add e0 netns a type veth peer name e1
    ip link add br0 type bridge
    ip link set e1 master br0
    ip link set e1 up; ip link set br0 up; ip -n a link set e0 up
    ip -n a addr add 10.0.0.2/24 dev e0
    ip addr add 10.0.0.1/24 dev br0
    ip -n a route add default via 10.0.0.1
    sysctl -w net.ipv4.ip_forward=1
    iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o br0 -j MASQUERADE
    tc qdisc add dev e1 root netem delay 20ms loss 1%
    tc -n a qdisc add dev e0 root netem delay 20ms loss 1%`)
  const other = lab(`
    sudo ip net add a
    brctl addbr br0
    ip l add name e1 type veth peer e0
    ip l s dev e0 netns a
    brctl addif br0 e1
    ip l s up dev e1; ip l s br0 up; ip netns exec a ip l set e0 up
    nsenter --net=/var/run/netns/a ip a a 10.0.0.2/24 brd + dev e0 scope global
    ip address add local 10.0.0.1/24 dev br0 label br0
    ip netns exec a sudo ip r a 0.0.0.0/0 via 10.0.0.1 dev e0 proto static
    echo 1 | sudo tee /proc/sys/net/ipv4/ip_forward >/dev/null
    iptables --table nat --append POSTROUTING --jump MASQUERADE --out-interface br0 --source 10.0.0.0/255.255.255.0
    tc qdisc replace dev e1 root netem loss 1% delay 20ms
    ip netns exec a tc qdisc add dev e0 root handle 1: netem delay 20ms loss random 1%`)
  expect({ ...other, links: [] }).toEqual({ ...plain, links: [] })
  expect(other.links).toEqual(plain.links)
})

test('of an impairment that remembers the frame before, the rest is taken', () => {
  const { labFile, notices } = importScript(
    `ip netns add a; ip link add e0 netns a type veth peer name e1
    tc -n a qdisc add dev e0 root netem delay 20ms
    tc -n a qdisc change dev e0 root netem delay 30ms 5ms 25% loss 1% 30% duplicate 1%`,
    'x.sh',
  )
  expect(labFile?.links).toMatchObject([
    { impair: { 'a:e0': { delay: '30ms', jitter: '5ms', loss: '1%', duplicate: '1%' } } },
  ])
  expect(notices.map(({ message }) => message)).toEqual([
    'The correlation 25% is left out; a lab file has no word for it.',
    'The correlation 30% is left out; a lab file has no word for it.',
  ])
})

test('the lab is called after its file', () => {
  const name = (file: string): string | undefined => importScript('ip netns add a', file).labFile?.name
  expect(['/x/My Router.sh', '<stdin>', '...', `${'n'.repeat(60)}.bash`, 'lab.clab.yml'].map(name)).toEqual([
    'my-router',
    'stdin',
    'imported',
    'n'.repeat(40),
    'lab',
  ])
})

describe('no text breaks it', () => {
  const read = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`../../fixtures/exchange/${name}`, import.meta.url)), 'utf8')
  const scripts = ['router.sh', 'bridge-gateway.sh', 'nat.sh', 'second-thoughts.sh'].map(read)
  const splinters = [
    '"',
    "'",
    '`',
    '$(',
    '${',
    '((',
    ')',
    '{',
    '}',
    ';',
    '&&',
    '||',
    '|',
    '<<E',
    '>',
    '\\',
    '\n',
    '#',
    '!',
  ]
  const words = [
    'for',
    'do',
    'done',
    'if',
    'case',
    'esac',
    'in',
    'netns',
    'dev',
    'via',
    '-n',
    '-A',
    '$i',
    '{1..9}',
    '\0',
    '😀',
    '\ud800',
  ]
  const splinter = fc.oneof(fc.constantFrom(...splinters, ...words.map((word) => ` ${word} `)), fc.string())
  const cuts = fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.nat(12), put: splinter }),
    { maxLength: 8 },
  )

  test('mutated scripts and noise', { timeout: 120_000 }, () => {
    const mutated = fc.tuple(fc.constantFrom(...scripts), cuts).map(([script, all]) =>
      all.reduce((text, { at, remove, put }) => {
        const start = Math.floor(at * text.length)
        return text.slice(0, start) + put + text.slice(start + remove)
      }, script),
    )
    const noise = fc.array(
      fc.oneof(splinter, fc.constantFrom('ip ', 'iptables ', 'tc ', 'sysctl ', 'brctl ', 'echo ')),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          noise.map((parts) => parts.join('')),
        ),
        (text) => {
          const { notices } = importScript(text, 'x.sh')
          for (const { line, column } of notices) expect(line > 0 && column > 0).toBe(true)
        },
      ),
      { numRuns: 600 },
    )
  })

  const many = 60_000
  test.each([
    ['brackets', '('.repeat(many)],
    ['quotes', `"$(`.repeat(many)],
    ['a chain', 'true && '.repeat(many)],
    ['loops in loops', `${'for i in {1..100}; do '.repeat(6)}ip netns add n$i${'; done'.repeat(6)}`],
    ['a function that calls itself', 'f() { f; f; }\nf'],
    ['a value that doubles', `A=ab\n${'A=$A$A\n'.repeat(200)}ip netns add $A`],
    ['shells in shells', `${'bash -c '.repeat(many)}true`],
    ['four megabytes of lines', 'ip link set nobody up\n'.repeat(180_000)],
    ['a word of four megabytes', 'a'.repeat(4 * 1024 * 1024)],
    ['namespaces without end', `for i in $(seq 9999); do ip netns add _$i; ip link add type veth; done`],
    ['here documents that never end', 'cat <<A\n'.repeat(many)],
  ])('%s', { timeout: 60_000 }, (_, text) => {
    const { notices } = importScript(text, 'x.sh')
    expect(notices.length).toBeLessThan(300)
  })
})
