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
