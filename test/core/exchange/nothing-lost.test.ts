/** What a script does is in the lab, or its line is named; there is no third way, whatever stands around the command. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accountOf, importScript } from '../../../electron/core/exchange/from-script.js'
import { groupNotices } from '../../../electron/core/exchange/groups.js'
import { commandsIn } from '../../../electron/core/exchange/shell/effect.js'
import { parse } from 'unbash'

/** Each way to run a command; on one line, or with the command on a line of its own. */
const ways: readonly ((command: string) => string)[] = [
  (c) => c,
  (c) => `sudo ${c}`,
  (c) => `sudo -E env LANG=C ${c}`,
  (c) => `timeout 5 ${c}`,
  (c) => `timeout -s KILL 5s nice -n 3 ${c}`,
  (c) => `nohup setsid ${c} &`,
  (c) => `time ${c}`,
  (c) => `{ ${c}; } 2>/dev/null || true`,
  (c) => `( ${c} )`,
  (c) => `bash -c '${c}'`,
  (c) => `sh -ec "${c}"`,
  (c) => `eval "${c}"`,
  (c) => `echo '${c}' | bash`,
  (c) => `printf '%s\\n' "${c}" | sudo sh -x`,
  (c) => `bash <<< "${c}"`,
  (c) => `sudo -s <<EOF\n${c}\nEOF`,
  (c) => `bash -s <<'EOF'\n${c}\nEOF`,
  (c) => `cat <<-EOF | sh\n\t${c}\n\tEOF`,
  (c) => `cat > f.sh <<'EOF'\n${c}\nEOF\nbash f.sh`,
  (c) => `echo "${c}" > g.sh; chmod +x g.sh; ./g.sh`,
  (c) => `echo "${c}" > h.sh; source ./h.sh`,
  (c) => `source <(echo "${c}")`,
  (c) => `echo ${c.split(' ').at(-1) ?? ''} | xargs ${c.split(' ').slice(0, -1).join(' ')}`,
  (c) => `echo x | xargs -I{} ${c}`,
  (c) => `find . -maxdepth 0 -exec ${c} \\;`,
  (c) => `awk 'BEGIN { system("${c}") }'`,
  (c) => `python3 -c "import os; os.system('${c}')"`,
  (c) => `perl -e 'system("${c}")'`,
  (c) => `ssh router ${c}`,
  (c) => `docker exec box ${c}`,
  (c) => `su - root -c '${c}'`,
  (c) => `flock /tmp/lock ${c}`,
  (c) => `chroot / ${c}`,
  (c) => `unshare -m ${c}`,
  (c) => `parallel ${c} ::: 1`,
  (c) => `tmux new -d '${c}'`,
  (c) => `coproc ${c}`,
  (c) => `x=$( ${c} )`,
  (c) => `echo "$( ${c} )"`,
  (c) => `${c} | tee log`,
  (c) => `${c} > >(cat)`,
  (c) => `if true; then ${c}; fi`,
  (c) => `if ping -c1 x; then ${c}; fi`,
  (c) => `[ -n yes ] && ${c}`,
  (c) => `ping -c1 x && ${c}`,
  (c) => `while ping -c1 x; do ${c}; done`,
  (c) => `until ! ping -c1 x; do ${c}; done`,
  (c) => `for f in *.conf; do ${c}; done`,
  (c) => `case "$UNKNOWN" in a) ${c} ;; esac`,
  (c) => `case yes in y*) ${c} ;; esac`,
  (c) => `select x in a b; do ${c}; done`,
  (c) => `f() { "$@"; }; f ${c}`,
  (c) => `f() { local x=$1; shift; "$@"; }; f y ${c}`,
  (c) => `main() { ${c}; }\nmain "$@"`,
  (c) => `trap '${c}' EXIT`,
  (c) => `ip netns exec inner ${c}`,
  (c) => `ip netns exec inner bash <<EOF\n${c}\nEOF`,
  (c) => `echo '${c}' | ip netns exec inner bash`,
  (c) => `ip netns exec inner sh -c '${c}' | tee log`,
  (c) => `nsenter --net=/run/netns/inner ${c}`,
  (c) => `watch -n1 ${c}`,
  (c) => `while read -r line; do $line; done <<< "${c}"`,
  (c) => `read -r line <<< "${c}"; $line`,
  (c) => `mapfile -t lines <<< "${c}"; \${lines[0]}`,
  (c) => `lines=("${c}"); for l in "\${lines[@]}"; do eval "$l"; done`,
  (c) => `exec 3>&1; ${c} >&3`,
  (c) => `echo "#${c}" | tr -d '#' | sh`,
  (c) => `echo "${c};x" | cut -d';' -f1 | sed 's/^ *//' | bash`,
  (c) => `echo "x ${c}" | sed -n 's/x //p' | sh`,
  (c) => `sed 's/.*/${c.replaceAll('/', '\\/')}/e' <<< x`,
  (c) => `printf -v line '%s' "${c}"; $line`,
  (c) => `while read -r line; do $line; done < <(echo "${c}")`,
  (c) => `declare -A m=([a]="${c}"); \${m[a]}`,
  (c) => `"$RUNNER" ${c}`,
  (c) => `$PREFIX ${c}`,
  (c) => `busybox ${c}`,
  (c) => `stdbuf -o0 ${c}`,
]

const sentinel = (n: number): string => `ip netns add kept-${n}`
const other = (n: number): string => `ip link add kept-${n} type dummy`

function lostIn(script: string, lineOf: ReadonlyMap<string, readonly [number, number]>): string[] {
  const { labFile, notices } = importScript(script, 'x.sh')
  const made = JSON.stringify(labFile ?? {})
  return [...lineOf].flatMap(([name, [from, to]]) => {
    // Behind what does not read as a script bash runs nothing any more, and that is said.
    const isNamed = notices.some(
      ({ line, message }) =>
        (line >= from && line <= to) || (line < from && /does not read as a script|never closed/.test(message)),
    )
    return made.includes(`"${name}"`) || isNamed ? [] : [`${name}, lines ${from} to ${to} of:\n${script}`]
  })
}

describe('nothing is lost in silence', { timeout: 120_000 }, () => {
  test.each(ways.map((way) => [way(sentinel(0)), way] as const))('%s', (_, way) => {
    for (const make of [sentinel, other]) {
      const text = way(make(0))
      const lines = text.split('\n').length
      const script = `ip netns add inner\n${text}\n`
      expect(lostIn(script, new Map([['kept-0', [2, 1 + lines]]]))).toEqual([])
    }
  })

  test('in any order, in each other', () => {
    const nested = fc
      .array(fc.constantFrom(...ways), { minLength: 1, maxLength: 3 })
      .map(
        (chosen) => (command: string) =>
          chosen.reduce((text, way) => (/['"\n$|&;(){}<>]/.test(text) ? text : way(text)), command),
      )
    fc.assert(
      fc.property(fc.array(nested, { minLength: 1, maxLength: 8 }), (chosen) => {
        const lines = ['ip netns add inner']
        const lineOf = new Map<string, readonly [number, number]>()
        chosen.forEach((way, n) => {
          const text = way(n % 2 ? sentinel(n) : other(n))
          lineOf.set(`kept-${n}`, [lines.length + 1, lines.length + text.split('\n').length])
          lines.push(...text.split('\n'))
        })
        expect(lostIn(`${lines.join('\n')}\n`, lineOf)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('each command that is reached has one of three ends', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ways), { minLength: 1, maxLength: 10 }), (chosen) => {
        // Each way is a block of its own, so that all of them are reached.
        const script = ['ip netns add inner', ...chosen.map((way, n) => way(sentinel(n)))].join('\n')
        const fates = accountOf(script)
        const loose = parse(script).commands.flatMap(({ command }) =>
          command.type === 'Command' ? commandsIn(command).slice(0, 1) : [],
        )
        for (const command of loose) expect(fates.get(command), script.slice(command.pos, command.end)).toBeDefined()
      }),
      { numRuns: 100 },
    )
  })
})

describe('what is said', () => {
  const said = (script: string): string[] =>
    groupNotices(importScript(script, 'x.sh').notices).map(
      ({ first, more }) => `${first.line} ${first.message}${more.length > 0 ? ` +${more.length}` : ''}`,
    )

  test('one line for a kind, what is about the network first', () => {
    expect(
      said('ip netns add a\nfoo\nip xfrm state add\nbar\novs-vsctl x\nip xfrm policy add\nip link set nobody up'),
    ).toEqual([
      '3 A lab file has no words for "ip xfrm". +1',
      '5 "ovs-vsctl" is not a command that a lab is made from.',
      '7 There is no interface "nobody" in "host" at this point.',
      '2 "foo" is not a command that a lab is made from. +1',
    ])
  })

  test('a template is called one', () => {
    expect(said('ip netns add {{ name }}\n')[0]).toBe(
      '1 This is a template: another program puts something in for "{{ name }}".',
    )
    expect(said("docker inspect --format '{{.State.Pid}}' x\nip netns add a")).toEqual([
      '1 "docker" is not a command that a lab is made from.',
    ])
  })

  test('how much could be followed', () => {
    expect(importScript('ip netns add a\nfoo\nbar\nping x\n', 'x.sh').followed).toEqual({
      understood: 1,
      named: 2,
      harmless: 1,
    })
  })
})
