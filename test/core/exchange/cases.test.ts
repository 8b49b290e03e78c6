/** Scripts as they come: followed by their own text alone, or named where they cannot be. */
import { describe, expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { createLabText } from '../../../electron/core/lab/print.js'

const read = (script: string): { names: string[]; said: string[]; text: string } => {
  const { labFile, notices } = importScript(script, 'x.sh')
  return {
    names: Object.keys(labFile?.namespaces ?? {}),
    said: notices.map(({ line, message }) => `${line} ${message}`),
    text: labFile ? createLabText(labFile) : '',
  }
}

describe('followed, and nothing is left out', () => {
  test.each([
    [
      'all arguments',
      'say() { echo "+ $*"; "$@"; }\nat() { local w=$1; shift; ip netns exec "$w" "$@"; }\nsay ip netns add a\nat a ip netns add b',
      ['a', 'b'],
    ],
    ['no arguments', 'f() { ip netns add "a$#"; for x in "$@"; do ip netns add "$x"; done; }\nf "$@"', ['a0']],
    ['options of the shell are no arguments', 'set -euo pipefail\nset -x +e\nip netns add "${1:-none}"', ['none']],
    ['arguments that are set', 'set -- a b; ip netns add $2; shift; ip netns add "c$1"', ['b', 'cb']],
    [
      'standard input of a shell',
      "ip netns add a\nip netns exec a bash <<'EOF'\nip netns add b\nEOF\necho ip netns add c | sudo sh",
      ['a', 'b', 'c'],
    ],
    [
      'a function that reads it',
      'make() { while read -r x; do ip netns add "$x"; done; }\nmake <<END\na\nb\nEND',
      ['a', 'b'],
    ],
    [
      'an own address as gateway, which the kernel takes for IPv4',
      'ip netns add s\nip netns add t\nip link add s0 netns s type veth peer name t0 netns t\nip -n s addr add 10.0.0.2/24 dev s0\nip -n s link set s0 up\nip -n t link set t0 up\nip -n s route add default via 10.0.0.2',
      ['s', 't'],
    ],
    ['padded numbers', 'for i in {08..10} {b..a}; do ip netns add n$i; done', ['n08', 'n09', 'n10', 'nb', 'na']],
    ['braces in braces', 'for i in x{1,{2,3}y}; do ip netns add $i; done', ['x1', 'x2y', 'x3y']],
    ['seq -w', 'for i in $(seq -w 9 10); do ip netns add n$i; done', ['n09', 'n10']],
    [
      'arrays',
      'a=(x y); a+=(z); for i in "${!a[@]}"; do ip netns add "n$i${a[$i]}"; done; ip netns add n${#a[@]}',
      ['n0x', 'n1y', 'n2z', 'n3'],
    ],
    [
      'arrays by name',
      'declare -A m=([x]=1); m[y]=2; for k in "${!m[@]}"; do ip netns add "$k${m[$k]}"; done',
      ['x1', 'y2'],
    ],
    [
      'parts of values',
      'v=a.b.c; ip netns add ${v%%.*}; ip netns add ${v##*.}; ip netns add ${v/./-}; ip netns add ${v:2:1}x',
      ['a', 'c', 'a-b.c', 'bx'],
    ],
    ['printf and upper case', 'n=$(printf "n%02d" 7); ip netns add $n; ip netns add ${n^^}', ['n07', 'N07']],
    [
      'printf into a variable, and in other bases',
      'printf -v a n%02x 31; ip netns add $a; printf -v b %X 0x1f; ip netns add $b',
      ['n1f', '1F'],
    ],
    [
      'what is read from a command in brackets',
      'mapfile -t a < <(printf "%s\\n" x y); while read -r n; do ip netns add $n; done < <(echo z); for n in "${a[@]}"; do ip netns add $n; done',
      ['z', 'x', 'y'],
    ],
    [
      'values taken apart by other programs',
      'c=10.9.0.0/24; ip netns add $(echo $c | cut -d/ -f2)x; ip netns add $(echo "$c" | awk -F/ "{print \\$1}"); ' +
        'ip netns add $(echo $c | sed "s/\\.0\\/.*//"); ip netns add $(echo ab | tr a-z A-Z); ip netns add $(basename /x/y.sh .sh); ' +
        'ip netns add d$(dirname /run/x | tr -d /); ip netns add $(echo "a  b" | awk \'{print $NF, $1}\' | tr " " -)',
      ['24x', '10.9.0.0', '10.9.0', 'AB', 'y', 'drun', 'b-a'],
    ],
    ['case', 'case "${1:-up}" in up|start) ip netns add a ;; *) ip netns add b ;; esac', ['a']],
    [
      'break and continue',
      'for i in 1 2 3 4; do [ $i -eq 2 ] && continue; if [ $i -gt 3 ]; then break; fi; ip netns add n$i; done',
      ['n1', 'n3'],
    ],
    [
      'while and until',
      'i=0; while [ $i -lt 2 ]; do ip netns add w$i; i=$((i+1)); done; until ((i == 4)); do ip netns add u$((i++)); done',
      ['w0', 'w1', 'u2', 'u3'],
    ],
    [
      'tests of what is there',
      'ip netns add a\nif ! ip netns list | grep -qw b; then ip netns add b; fi\n[ -e /run/netns/a ] || ip netns add no',
      ['a', 'b'],
    ],
    ['local variables', 'n=out; f() { local n=in; ip netns add $n; }; f; ip netns add $n', ['in', 'out']],
    ['a shell of its own', 'n=a; ( n=b; exit 1 ); ip netns add $n', ['a']],
    ['xargs and timeout', 'echo a b | xargs -n1 ip netns add; timeout 5 ip netns add c; ls | head', ['a', 'b', 'c']],
    ['in all namespaces', 'ip netns add a\nip -all netns exec ip netns add b', ['a', 'b']],
    ['Windows line ends in a here document', "bash <<'E'\r\nip netns add a\r\nE\r\n", ['a']],
    [
      'what only looks',
      'ip netns add a\ncommand -v nft || exit 1\nroute -n\narp\nip netns exec a ifconfig\nip neigh',
      ['a'],
    ],
  ])('%s', (_, script, names) => {
    expect(read(script)).toMatchObject({ names, said: [] })
  })

  test('settings from a file that the script writes', () => {
    const { text, said } = read(
      'ip netns add a\ncat > /etc/sysctl.d/9.conf <<E\nnet.ipv4.ip_forward = 1\nE\nsysctl --system',
    )
    expect(said).toEqual([])
    expect(text).toContain('forwarding: true')
  })

  test('rules of policy routing, with the names that the script gives to tables', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up; ip addr add 10.0.0.1/24 dev e0\n' +
        'echo "100 isp" >> /etc/iproute2/rt_tables\nprintf "200\\tother\\n" | sudo tee /etc/iproute2/rt_tables.d/mine.conf\n' +
        'ip route add default via 10.0.0.2 dev e0 table isp\nip route add unreachable 10.9.0.0/16 table other\n' +
        'ip rule add from 10.0.0.7/24 lookup isp prio 900\nip rule add not to 10.9.0.0/16 iif e0 table other\n' +
        'ip rule add fwmark 0x10 prohibit pref 40000\nip -6 rule add from all lookup 7\n' +
        'ip rule add to 10.3.0.0/16 table 9\nip rule del table 9\nip rule del from 10.4.0.0/16\nip rule',
    )
    expect(said).toEqual([])
    expect(text).toContain(
      [
        '      - { to: 10.9.0.0/16, iif: e0, not: true, table: 200, priority: 899 }',
        '      - { from: 10.0.0.0/24, table: 100, priority: 900 }',
        '      - { from: "::/0", table: 7, priority: 32765 }',
        '      - { from: 0.0.0.0/0, fwmark: 16, priority: 40000, action: prohibit }',
      ].join('\n'),
    )
    expect(text).toContain('{ to: default, via: 10.0.0.2, table: 100 }')
    expect(text).toContain('{ to: 10.9.0.0/16, type: unreachable, table: 200 }')
  })

  test('neighbours, until the kernel forgets them', () => {
    const pair = 'ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up\n'
    const { text, said } = read(
      `${pair}ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 nud permanent dev e0\n` +
        'ip n replace 10.0.0.9 dev e0 lladdr 02:00:00:00:00:0A\nip neighbour add proxy 10.0.0.20 dev e0\n' +
        'ip -6 neigh add fd00::9 lladdr 02:00:00:00:00:09 dev e1\nip neigh del fd00::9 dev e1; ip neigh flush dev e0\n' +
        'ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev e1; ip link set e1 down; ip link set e1 up',
    )
    expect(said).toEqual([])
    expect(text).toContain(
      '    neighbours:\n      - { address: 10.0.0.9, mac: 02:00:00:00:00:0a, dev: e0 }\n      - { address: 10.0.0.20, dev: e0, proxy: true }\n',
    )
    expect(text).not.toMatch(/fd00::9|10\.0\.0\.7/)
    expect(read(`${pair}ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 nud stale dev e0`).said).toEqual([
      '2 A neighbour that is only "stale" is left out; the lab\'s namespaces learn it by themselves.',
    ])
  })

  test('flags, queue lengths and groups of interfaces', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ip link set e0 up promisc on arp off; ip link set e1 up\n' +
        'ip link set e0 txqueuelen 500 group 7; ip link set dev e0 multicast off; ip link set e1 group default',
    )
    expect(said).toEqual([])
    expect(text).toContain('e0: { multicast: false, promisc: true, arp: false, txqueuelen: 500, group: 7 }')
  })

  test('ifconfig sets where `ip addr` adds, and route puts in front', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ifconfig e1 up\n' +
        'ifconfig e0 10.1.2.3; ifconfig e0 172.20.1.1\nifconfig e0 192.168.9.1 netmask 255.255.255.0 broadcast 192.168.9.255 up\n' +
        'ifconfig e0:1 192.168.9.7/24; ifconfig e0:2 10.4.0.1 netmask 0xffff0000; ifconfig e0:1 down\n' +
        'ifconfig e0 inet6 add fd00::1/64; ifconfig e0 add fd01::1/64; ifconfig e0 inet6 del fd01::1/64\n' +
        'ifconfig e0 hw ether 02:00:00:00:00:05; ifconfig e0 -arp promisc -multicast txqueuelen 77 mtu 1400\n' +
        'ifconfig e1 10.9.0.1/24; ifconfig e1 0.0.0.0; ifconfig e1 10.8.0.1; ifconfig e1 netmask 255.255.255.0\n' +
        'route add default gw 192.168.9.2; route del default; route add -net default gw 192.168.9.2 metric 3\n' +
        'route add -host 10.5.0.1 gw 192.168.9.3 dev e0; route add 10.5.0.2 e1; route add -net 10.6.0.0 netmask 255.255.0.0 reject\n' +
        'route -A inet6 add default gw fd00::2; route -n -A inet6 add 2001:db8::1/48 gw fd00::3 metric 5\n' +
        'arp -s 10.8.0.9 02:00:00:00:00:09; arp -i e1 -Ds 10.8.0.20 e1 pub; arp -s 10.8.0.8 02:00:00:00:00:08 -i e1; arp -d 10.8.0.8',
    )
    expect(said).toEqual([])
    expect(text).toContain(
      `    interfaces:
      e0:
        addresses: [192.168.9.1/24, 10.4.0.1/16, "fd00::1/64"]
        mac: 02:00:00:00:00:05
        mtu: 1400
        multicast: false
        promisc: true
        arp: false
        txqueuelen: 77
      e1: { addresses: [10.8.0.1/24] }
    routes:
      - { to: default, via: 192.168.9.2, metric: 3 }
      - { to: 10.5.0.1/32, via: 192.168.9.3 }
      - { to: 10.5.0.2/32, dev: e1 }
      - { to: 10.6.0.0/16, type: unreachable }
      - { to: default, via: "fd00::2", metric: 1 }
      - { to: "2001:db8::/48", via: "fd00::3", metric: 5 }
    neighbours:
      - { address: 10.8.0.9, mac: 02:00:00:00:00:09, dev: e1 }
      - { address: 10.8.0.20, dev: e1, proxy: true }
`,
    )
    expect(
      read(
        'ip link add e0 type veth peer name e1; ifconfig e0 10.0.0.1/24; ifconfig e1 up\n' +
          'route add 10.1.0.0/16 gw 10.0.0.2\nroute add -net 10.1.0.0 gw 10.0.0.2\nroute add default gw 10.0.0.2\nroute add default gw 10.0.0.3',
      ),
    ).toMatchObject({
      said: [
        '2 `route` takes "10.1.0.0" for one address here.',
        '3 The network "10.1.0.0" has no mask, and the kernel takes none for granted.',
        '5 The route to "default" that stood before is left out: this one is in front of it.',
      ],
      text: expect.stringContaining('{ to: default, via: 10.0.0.3 }') as string,
    })
  })

  test('a route by another interface is in front of the one that stood before; the very same is refused', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ifconfig e0 10.0.0.1/24; ifconfig e1 10.0.1.1/24\n' +
        'route add -net 10.1.0.0/16 dev e0\nroute add -net 10.1.0.0/16 dev e1\nroute add -net 10.1.0.0/16 e1',
    )
    expect(text).toContain('routes:\n      - { to: 10.1.0.0/16, dev: e1 }\n')
    expect(said).toEqual([
      '3 The route to "10.1.0.0/16" that stood before is left out: this one is in front of it.',
      '4 There is a route to 10.1.0.0/16 in "host" already.',
    ])
  })

  test('a word of ifconfig that no lab has takes its value with it', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1\nifconfig e0 10.0.0.1 pointopoint 10.0.0.2 metric 5 netmask 255.255.255.0 up\n' +
        'ifconfig e1 10.0.1.1/24 dstaddr 10.0.1.2',
    )
    expect(text).toContain('e0: { addresses: [10.0.0.1/24] }\n      e1: { addresses: [10.0.1.1/24] }')
    expect(said).toEqual(
      ['2 "pointopoint 10.0.0.2"', '2 "metric 5"', '3 "dstaddr 10.0.1.2"'].map(
        (word) => `${word} in \`ifconfig\` is nothing a lab file can say.`,
      ),
    )
  })

  test('vconfig and brctl', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ifconfig e0 up; ifconfig e1 up\nvconfig add e0 5; vconfig add e0 6; vconfig rem e0.6\n' +
        'ifconfig e0.5 10.0.5.1/24\nbrctl addbr br0; brctl addif br0 e1; brctl stp br0 on; brctl setfd br0 4\n' +
        'brctl setbridgeprio br0 4096; brctl setageing br0 60; brctl hairpin br0 e1 on; ifconfig br0 up',
    )
    expect(said).toEqual([])
    expect(text).toContain('e0.5: { link: e0, id: 5, addresses: [10.0.5.1/24] }')
    for (const each of ['stp: true', 'forward-delay: 4', 'priority: 4096', 'ageing: 60', 'hairpin: [e1]'])
      expect(text).toContain(each)
    const none = read(
      'ip link add e0 type veth peer name e1; ip link add m0 link e0 type macvlan\nvconfig add m0 5\n' +
        'ip link add br0 type bridge\nbrctl hairpin br0 e1 on',
    )
    expect(none.said).toEqual([
      '2 "m0" shares the cable of another interface; a lab puts no VLAN on it.',
      '4 "e1" is no port of a bridge at this point.',
    ])
  })

  test('arp takes the interface behind the address, too', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ifconfig e0 10.0.0.1/24; ifconfig e1 10.0.0.2/24\n' +
        'arp -s 10.0.0.9 02:00:00:00:00:09 dev e1; arp -s 10.0.0.8 02:00:00:00:00:08 netmask 255.255.255.255 dev e0',
    )
    expect(said).toEqual([])
    expect(text).toContain('{ address: 10.0.0.9, mac: 02:00:00:00:00:09, dev: e1 }')
    expect(text).toContain('{ address: 10.0.0.8, mac: 02:00:00:00:00:08, dev: e0 }')
  })

  test('names that `ip netns exec` gives to the programs of a namespace', () => {
    const { text, said } = read(
      'ip netns add a\nmkdir -p /etc/netns/a\necho "nameserver 10.0.0.53" > /etc/netns/a/resolv.conf\n' +
        "echo 'search lab' | sudo tee -a /etc/netns/a/resolv.conf\n" +
        'cat > /etc/netns/a/hosts <<E\n127.0.0.1 localhost\n10.0.0.80  web web.lab # ours\nE',
    )
    expect(said).toEqual([])
    expect(text).toContain('resolver: { nameservers: [10.0.0.53], search: [lab] }')
    expect(text).toContain('hosts: { 10.0.0.80: [web, web.lab] }')
    const options = read('ip netns add a\necho "options ndots:2" > /etc/netns/a/resolv.conf')
    expect(options.said).toEqual(['2 "options ndots:2" is left out; a lab file has no word for it.'])
  })

  test('routes with several next hops', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up; ip addr add 10.0.0.1/24 dev e0\n' +
        'ip route add default nexthop via 10.0.0.2 dev e0 weight 3 nexthop via 10.0.0.3\n' +
        'ip route add 10.9.0.0/16 nexthop via 10.0.0.2\nip route add 10.8.0.0/16 table 7 nexthop dev e0 nexthop via 10.0.0.9\n' +
        'ip route del 10.8.0.0/16 table 7',
    )
    expect(said).toEqual([])
    expect(text).toContain(
      '- to: default\n        nexthops:\n          - { via: 10.0.0.2, weight: 3 }\n          - { via: 10.0.0.3 }\n',
    )
    expect(text).toContain('{ to: 10.9.0.0/16, via: 10.0.0.2 }')
    expect(text).not.toContain('10.8.0.0/16')
  })

  test('the rule that is deleted is the first that has what is said', () => {
    const rules = 'ip rule add from 10.1.0.0/16 table 7 prio 10\nip rule add from 10.2.0.0/16 table 7 prio 20\n'
    expect(read(`${rules}ip rule del table 7`).text).not.toContain('10.1.0.0/16')
    expect(read(`${rules}ip rule del prio 20`).text).not.toContain('10.2.0.0/16')
    const flushed = read(`${rules}ip rule flush; ip link add e0 type veth peer name e1`)
    expect(flushed.text).not.toContain('rules:')
    expect(flushed.said).toEqual(['3 The rules that every namespace has stay in a lab.'])
  })

  test('a pair in the host', () => {
    const { text, said } = read('ip link add e0 type veth peer name w0\nip link set e0 up\nip link set w0 up')
    expect(said).toEqual([])
    expect(text).toContain('[host:e0, host:w0]')
  })
})

describe('named', () => {
  test('what takes the network away at its end gives the network before that', () => {
    expect(
      read('ip netns add a\nip netns add b\nip -n a link set lo up\nfor n in a b; do\n  ip netns del $n\ndone'),
    ).toMatchObject({
      names: ['a', 'b'],
      said: ['5 From here on the script takes its network away; the lab is the network as it was before that.'],
    })
  })

  const takenAway = 'From here on the script takes its network away; the lab is the network as it was before that.'

  test('also where a bridge is left, or is switched off first', () => {
    const network = `ip link add br0 type bridge; ip link set br0 up
for i in 1 2; do
  ip netns add n$i; ip link add v$i netns n$i type veth peer name p$i
  ip link set p$i master br0; ip link set p$i up
done
iptables -t nat -A POSTROUTING -o br0 -j MASQUERADE
ping -c1 10.0.0.1
`
    const whole = read(network)
    expect(whole).toMatchObject({ names: ['host', 'n1', 'n2'], said: [] })
    for (const end of [
      'for i in 1 2; do ip netns del n$i; done',
      'iptables -t nat -D POSTROUTING -o br0 -j MASQUERADE; for i in 1 2; do ip netns del n$i; done; sysctl -w net.ipv4.ip_forward=0',
      'ip link set br0 down; ip link del br0; ip -all netns del',
      'ip link del p1; ip netns del n2; ip netns del n1',
      "bash -c 'ip netns del n1; ip netns del n2'",
    ])
      expect(read(network + end)).toEqual({ ...whole, said: [`8 ${takenAway}`] })
  })

  test('what is taken away for something else, or not all of it, is no end of the network', () => {
    const one = 'ip netns add a; ip link add v0 netns a type veth peer name v1\n'
    const again = 'ip netns del a; ip netns add b; ip link add w0 netns b type veth peer name w1'
    expect(read(one + again)).toMatchObject({ names: ['host', 'b'], said: [] })
    const kept = `${one}ip netns add b; ip link add w0 netns b type veth peer name w1; ip netns del a`
    expect(read(kept)).toMatchObject({ names: ['host', 'b'], said: [] })
    const flushed = `${one}ip -n a addr flush dev v0; ip -n a addr add 10.0.0.1/24 dev v0`
    expect(read(flushed).said).toEqual([])
    expect(read(`${one}ip link del v1`)).toMatchObject({ names: ['a'], said: [] })
  })

  test('one word too many costs that word', () => {
    const { text, said } = read(
      'ip link add e0 type veth peer name e1\nip addr add 10.0.0.1/24 dev e0\nip link set e1 up\n' +
        'ip link set dev e0 allmulticast on up\nip route add default via 10.0.0.2 src 10.0.0.1 initcwnd 10',
    )
    expect(said).toEqual([
      '4 "allmulticast on" is left out; a lab file has no word for it.',
      '5 "initcwnd 10" of the route is left out; a lab file has no word for it.',
    ])
    expect(text).not.toContain('up: false')
    expect(text).toContain('{ to: default, via: 10.0.0.2, source: 10.0.0.1 }')
  })

  test('settings of the whole machine; those behind them count', () => {
    const { text, said } = read(
      'ip netns add a\nsysctl -w net.core.rmem_max=9 net.ipv4.ip_forward=1\nsysctl -w net.core.somaxconn=9',
    )
    expect(said).toEqual(['2 "net.core.rmem_max" is a setting of the whole machine; a lab leaves it alone.'])
    expect(text).toContain('forwarding: true')
    expect(text).toContain('net.core.somaxconn')
  })

  test('each line of a here document for a shell at its own place', () => {
    expect(read('ip netns add a\nip netns exec a bash <<EOF\nip link set x up\nip link set y up\nEOF').said).toEqual([
      '3 There is no interface "x" in "a" at this point.',
      '4 There is no interface "y" in "a" at this point.',
    ])
  })

  test('what is read from elsewhere', () => {
    expect(
      read('ip netns add a\ncurl -s http://192.0.2.1/x | bash\nsource ./lib.sh\nxargs ip netns add < list').said,
    ).toEqual([
      '2 What "bash" reads from its standard input is not known here.',
      '3 The script "./lib.sh" is not read.',
      '4 What `xargs` reads from its standard input is not known here.',
    ])
  })

  test('what another program makes of a value, where that is not known here', () => {
    const { names, said } = read(
      'for p in "[z-a]" "^*" "a\\(b" "a+"; do ip netns add n$(echo ab | sed "s/$p/x/"); done\n' +
        'ip netns add $(echo a | cut -f1 --complement)\nip netns add last',
    )
    expect(names).toEqual(['last'])
    expect(said.map((line) => line.slice(0, 2))).toEqual(['1 ', '1 ', '1 ', '1 ', '2 '].slice(-said.length))
    expect(new Set(said.map((line) => line.slice(2)))).toEqual(
      new Set(['This depends on the output of a command, which is not known before the script runs.']),
    )
  })
})
