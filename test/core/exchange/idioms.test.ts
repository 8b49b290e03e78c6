/** What scripts of practice do with their shell: followed by their own text, and nothing of it is left out. */
import { expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'

test.each([
  ['an element that is taken out', "A=(1 2 9); unset 'A[2]'; unset A[0]; ip netns add n${#A[@]}${A[1]}", ['n12']],
  ['a variable that is a number', 'declare -i N=2 M; N+=3; M=N*2; ip netns add n$N-$M', ['n5-10']],
  [
    'a number of a function only',
    'f() { local -i x=1; x+=1; ip netns add n$x; }\nx=1; f; x+=1; ip netns add n$x',
    ['n2', 'n11'],
  ],
  [
    'an array that a function is given by name',
    'fill() { local -n list=$1; list+=(c); for x in "${list[@]}"; do ip netns add $x; done; }\nN=(a b); fill N; ip netns add n${#N[@]}',
    ['a', 'b', 'c', 'n3'],
  ],
  ['arguments of a shell that reads', "bash -s -- a <<'X'\nip netns add $1\nX", ['a']],
  ['the path of programs', 'sudo -E env PATH=$PATH sh -c "ip netns add a"', ['a']],
  [
    'a script that is run, and not read by another',
    'main() { ip netns add a; }\nif [[ "${BASH_SOURCE[0]}" == "$0" ]]; then main "$@"; fi\n[ "$0" = "$BASH_SOURCE" ] && ip netns add b',
    ['a', 'b'],
  ],
  [
    'sums of any shell',
    'i=0\nuntil [ "$i" -ge 2 ]; do i=$(expr $i + 1); ip netns add n$i; done\nip netns add m$(echo "$i * 3" | bc)',
    ['n1', 'n2', 'm6'],
  ],
  [
    'how many there are',
    'ip netns add a; [ "$(ip netns list | wc -l)" -gt 0 ] && ip netns add b; ip netns add c$(ip netns | grep -c .)',
    ['a', 'b', 'c2'],
  ],
  [
    'what is not there yet',
    'ip netns add a; [ -z "$(ip netns list | grep b)" ] && ip netns add b; [ -z "$(ip netns list | grep b)" ] && ip netns add c',
    ['a', 'b'],
  ],
  [
    'one of a list',
    'ip netns add b; ip netns add a; ip netns add f-$(ip netns | head -n 1); ip netns add l-$(ip netns list | tail -1); ip netns add s$(ls /var/run/netns | grep a | tail -n +2)',
    ['b', 'a', 'f-b', 'l-f-b', 's'],
  ],
  [
    'a file of its own',
    'D=$(mktemp -d); F=$(mktemp)\necho ip netns add a > $D/x.sh; echo ip netns add b > $F\nbash $D/x.sh; . $F',
    ['a', 'b'],
  ],
  [
    'a setting that is asked for',
    '[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ] || sysctl -w net.ipv4.ip_forward=1\n[ "$(sysctl -n net.ipv4.ip_forward)" = 1 ] && ip netns add a',
    ['host', 'a'],
  ],
  ['modules that only make possible', 'modprobe 8021q; modprobe -a veth bridge || true; ip netns add a', ['a']],
  [
    'a loop beside the script',
    'ip netns add a; while true; do echo hi | ip netns exec a nc -l 80; sleep 1; done &\nip netns add b',
    ['a', 'b'],
  ],
  ['a script that stays', 'ip netns add a; while :; do sleep 1; done; ip netns add no', ['a']],
])('%s', (_, script, names) => {
  const { labFile, notices } = importScript(script, 'x.sh')
  expect({ names: Object.keys(labFile?.namespaces ?? {}), notices }).toEqual({ names, notices: [] })
})

test('an IPv6 address in brackets is no pattern of file names', () => {
  const rule = 'ip6tables -t nat -A PREROUTING -p tcp --dport'
  const script = `ip netns add a\nV=fd00::3\n${rule} 80 -j DNAT --to-destination [fd00::2]:81\n${rule} 82 -j DNAT --to-destination [$V]:83`
  const { labFile, notices } = importScript(script, 'x.sh')
  expect(notices).toEqual([])
  expect(labFile?.namespaces?.['host']?.nat?.map((each) => ('to' in each ? each.to : null))).toEqual([
    '[fd00::2]:81',
    '[fd00::3]:83',
  ])
})

test('programs that wait for somebody are services', () => {
  const script = `ip netns add a; ip netns add b
ip netns exec a nc -l -p 9000 &
ip netns exec a ncat -lku 10.0.0.1 9001 & nc -z 10.0.0.1 1; iperf3 -c 10.0.0.1
ip netns exec a nc -lk 9000 &
ip netns exec b python3 -m http.server 8080 --bind 127.0.0.1 &
ip netns exec b socat TCP-LISTEN:81,fork,reuseaddr EXEC:cat &
ip netns exec b iperf3 -s -D -B 0.0.0.0
echo hello | ip netns exec b nc -lp82`
  const { labFile, notices } = importScript(script, 'x.sh')
  expect(notices).toEqual([])
  expect(labFile?.namespaces?.['a']).toMatchObject({
    services: [
      { listen: 'tcp', port: 9000 },
      { listen: 'udp', port: 9001, address: '10.0.0.1' },
    ],
  })
  expect(labFile?.namespaces?.['b']).toMatchObject({
    services: [
      { listen: 'tcp', port: 8080, address: '127.0.0.1' },
      { listen: 'tcp', port: 81 },
      { listen: 'tcp', port: 5201 },
      { listen: 'tcp', port: 82, reply: 'hello\n' },
    ],
  })
})

test('networks in few words', () => {
  const script = `ip link add h0 type veth peer name h1; ip link set h0 up; ip link set h1 up
ip addr add 10.1.0.1 peer 10.1.0.2/32 dev h0; ip route add 10.1.0.2 dev h0
ip route append 10.9/16 via 10.1.0.2; ip route add 0/0 via 10.1.0.2; ip route add 10.8.0.0/255.255.0.0 dev h0
iptables -A FORWARD -s 0/0 -d 10/8 -j DROP`
  const { labFile, notices } = importScript(script, 'x.sh')
  expect(notices.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 The peer "10.1.0.2/32" of the address is left out; a lab file has no word for it.',
  ])
  expect(labFile?.namespaces?.['host']).toEqual({
    interfaces: { h0: { addresses: ['10.1.0.1/32'] } },
    routes: [
      { to: '10.1.0.2/32', dev: 'h0' },
      { to: '10.9.0.0/16', via: '10.1.0.2' },
      { to: 'default', via: '10.1.0.2' },
      { to: '10.8.0.0/16', dev: 'h0' },
    ],
    firewall: [{ chain: 'forward', destination: '10.0.0.0/8', action: 'drop' }],
  })
})
