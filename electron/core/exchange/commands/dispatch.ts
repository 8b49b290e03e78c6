/** Which command is meant, once its words are known. */
import { quote } from '../../lab/describe.js'
import type { Word } from '../shell/expand.js'
import { harmless, leftOut, success, type Context, type Outcome } from './command.js'
import { brctl } from './brctl.js'
import { ip, nsenter } from './ip.js'
import { iptables } from './iptables.js'
import { sysctl } from './sysctl.js'
import { tc } from './tc.js'

type Interpreter = (context: Context, words: readonly Word[]) => Outcome

const interpreters: Readonly<Record<string, Interpreter>> = {
  ...{ ip, nsenter, sysctl, brctl, tc, iptables, ip6tables: iptables },
  ...{ 'iptables-nft': iptables, 'iptables-legacy': iptables, 'ip6tables-nft': iptables, 'ip6tables-legacy': iptables },
  ...{ bash: shell, sh: shell, ash: shell, dash: shell, bridge },
}

/** Words that ask, wait, print, or look after the shell itself. The network is the same after them. */
const harmlessWords = new Set(
  (
    '[ [[ alias awk base64 basename cat cd chmod clear column command conntrack cp curl cut date declare dig dirname ' +
    'dmesg false find getent grep hash head hostname hping3 host id jobs jq kill killall less ls lsmod man mkdir more ' +
    'mktemp mtr nc ncat netstat nmap nslookup paste pgrep ping ping6 pkill ps pwd read readlink rm rmdir sed sleep sort ss ' +
    'stat strace stty tac tail tcpdump tee test time timeout touch tput tr tracepath traceroute traceroute6 tshark tty ' +
    'type uname uniq unset uptime wait watch wc wget which who whoami xargs xxd arping lsns'
  ).split(' '),
)
const succeeding = new Set([':', 'true', 'echo', 'printf', 'set', 'shopt', 'trap', 'umask', 'ulimit'])

/** Commands before a command. */
const prefixes = new Set(['sudo', 'doas', 'command', 'builtin', 'exec', 'nohup', 'env', 'time', 'setsid', 'nice'])
/** Options of sudo that take a value. */
const valued = new Set(['-u', '-g', '-C', '-h', '-p', '-U'])

const hints: Readonly<Record<string, string>> = {
  ifconfig: 'Write `ip addr add ... dev ...` and `ip link set ... up`.',
  route: 'Write `ip route add`.',
  nft: 'Write the rule with iptables, or add it to the lab file under `nat` or `firewall`.',
  'iptables-restore': 'Write the rules one by one with `iptables -A`.',
  'ovs-vsctl': 'A lab has Linux bridges: ip link add NAME type bridge',
  modprobe: 'A lab takes the kernel as it is; `vethlab doctor` says what it can do.',
  python3: 'Should it answer? Add a `services` entry to the lab file.',
  python: 'Should it answer? Add a `services` entry to the lab file.',
  socat: 'Should it answer? Add a `services` entry to the lab file.',
  iperf3: 'Should it answer? Add a `services` entry to the lab file.',
  ethtool: 'A lab leaves the offloads of its interfaces as the kernel has them.',
  dhclient: 'Give the interface its address with `ip addr add`.',
  source: 'Import the other file, or put its commands here.',
  '.': 'Import the other file, or put its commands here.',
}

/** Without `sudo`, `env A=b` and the like, and without the folder that the program is in. */
export function bareCommand(words: readonly Word[]): readonly Word[] {
  let at = 0
  for (;;) {
    const word = words[at]
    if (!word || !prefixes.has(nameOf(word))) break
    at += 1
    for (
      let option = words[at]?.text;
      option !== undefined && /^-|^[A-Za-z_]\w*=/.test(option);
      option = words[at]?.text
    ) {
      at += valued.has(option) ? 2 : 1
      if (option === '--') break
    }
  }
  const [program, ...rest] = words.slice(at)
  return program ? [{ ...program, text: nameOf(program) }, ...rest] : []
}

const nameOf = ({ text }: Word): string =>
  /^(?:\/usr)?(?:\/local)?\/s?bin\//.test(text) ? text.slice(text.lastIndexOf('/') + 1) : text

/** Whether the words are a command without effect on the network, whatever becomes of it. */
export function isHarmless(words: readonly Word[]): boolean {
  const [program] = bareCommand(words)
  return !program || harmlessWords.has(program.text) || succeeding.has(program.text) || isExit(program.text)
}

export const isExit = (program: string): boolean => program === 'exit' || program === 'return'

/** `words` as `bareCommand` gives them. */
export function dispatch(context: Context, words: readonly Word[]): Outcome {
  const [program] = words
  if (!program || succeeding.has(program.text)) return success
  if (harmlessWords.has(program.text)) return harmless
  const interpreter = Object.hasOwn(interpreters, program.text) ? interpreters[program.text] : undefined
  if (interpreter) return interpreter(context, words)
  const hint = Object.hasOwn(hints, program.text) ? hints[program.text] : undefined
  return leftOut(
    `${quote(program.text)} is not a command that a lab is made from.`,
    hint ?? 'Labs are made from ip, sysctl, iptables, brctl and tc.',
    program,
  )
}

/** `bash -c '...'`; a shell without a command is a terminal. */
function shell(context: Context, words: readonly Word[]): Outcome {
  const at = words.findIndex(({ text }) => /^-[a-z]*c$/.test(text))
  const text = words[at + 1]
  if (at > 0 && text) return context.shell(text.text, text.offset)
  const file = words.slice(1).find((word) => !word.text.startsWith('-'))
  return file ? leftOut(`The script ${quote(file.text)} is not read.`, 'Import it by itself.', file) : harmless
}

function bridge(_context: Context, words: readonly Word[]): Outcome {
  const [, object] = words.filter(({ text }) => !text.startsWith('-'))
  const looks = words.length < 3 || words.some(({ text }) => /^(?:show|list|monitor)$/.test(text))
  return looks ? harmless : leftOut('A lab file has no settings of bridge ports.', null, object)
}
