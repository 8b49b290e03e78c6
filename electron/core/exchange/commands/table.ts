/**
 * What becomes of each program, by name: what a lab is made from, what runs another command, what changes no network.
 * There is no fourth kind: whatever is not here is refused by name.
 */
import { brctl } from './brctl.js'
import type { Context, Outcome } from './command.js'
import { dhcpClient } from './dhcp-client.js'
import { dnsmasq } from './dnsmasq.js'
import { ip, nsenter } from './ip.js'
import { iptables } from './iptables.js'
import { iptablesRestore } from './iptables-restore.js'
import { bridge } from './bridge.js'
import { arp } from './net-tools/arp.js'
import { ifconfig } from './net-tools/ifconfig.js'
import { route } from './net-tools/route.js'
import { vconfig } from './net-tools/vconfig.js'
import { iperf, nc, python, socat } from './listeners.js'
import { modprobe } from './modprobe.js'
import { nft } from './nft.js'
import { bc, expr } from './numbers.js'
import { cat, echo, grep, ls, mktemp, printf, seq, tee } from './printers.js'
import { evaluate, shell, source, su, xargs } from './shells.js'
import { sysctl } from './sysctl.js'
import { tc } from './tc.js'
import { awk, basename, cut, dirname, head, sed, sort, tr, wc } from './text-filters.js'
import type { Word } from '../shell/word.js'
import { said, type Said } from '../../words/said.js'

export type Interpreter = (context: Context, words: readonly Word[]) => Outcome

export const interpreters: Readonly<Record<string, Interpreter>> = {
  ...{ ip, nsenter, sysctl, brctl, tc, nft, iptables, ip6tables: iptables },
  ...{ 'iptables-nft': iptables, 'iptables-legacy': iptables, 'ip6tables-nft': iptables, 'ip6tables-legacy': iptables },
  ...{ 'iptables-restore': iptablesRestore, 'ip6tables-restore': iptablesRestore },
  ...{ bash: shell, sh: shell, ash: shell, dash: shell, su, eval: evaluate, source, '.': source, xargs },
  ...{ udhcpc: dhcpClient, dhclient: dhcpClient, dhcpcd: dhcpClient },
  ...{ nc, ncat: nc, netcat: nc, iperf, iperf3: iperf, python, python3: python, socat, modprobe },
  ...{ bridge, dnsmasq, route, arp, ifconfig, vconfig },
  ...{ echo, printf, cat, tee, seq, grep, cut, awk, sed, tr, basename, dirname },
  ...{ expr, bc, mktemp, wc, head, tail: head, sort, ls },
}

/** Words that ask, wait, print, or look after files and the shell itself. The network is the same after them. */
export const withoutEffect: ReadonlySet<string> = new Set(
  (
    '[ [[ alias awk base64 basename bc break cal cd chmod chown clear cmp column comm continue conntrack cp curl cut date ' +
    'declare df diff dig dirname dmesg du export expr false file find fold free getconf getent getopts hash head hostname ' +
    'hping3 host id install jobs join journalctl jq kill killall last less ln local ls lsblk lscpu lsmod lsns man md5sum ' +
    'mkdir mkfifo mktemp more mtr mv nc ncat netstat nl nmap nproc nslookup od paste pgrep ping ping6 pkill popd printenv ps ' +
    'pushd pwd read readarray readlink readonly realpath reset rev rm rmdir sed sha256sum shift shuf sleep sort split ss stat ' +
    'stty sum sync tac tail tcpdump test touch tput tr tracepath tracepath6 traceroute traceroute6 truncate tshark tty type ' +
    'typeset uname unalias uniq unset uptime vmstat w wait wc wget whereis which who whoami xxd yes arping ndisc6 rdisc6 ' +
    'fping iperf iperf3 mapfile bind caller dirs disown enable fc fg bg help history let logger suspend times logout'
  ).split(' '),
)

/** They end well whatever they are given. */
export const succeeding: ReadonlySet<string> = new Set(
  ':,true,set,shopt,trap,umask,ulimit,export,local,declare,readonly,typeset,unset,cd,mkdir,rm,touch,chmod,sleep,wait'.split(
    ',',
  ),
)

/** Commands before a command: options that take a value, and words of their own before the command. */
export const wrappers: Readonly<Record<string, { readonly valued: RegExp; readonly own: number }>> = {
  ...{ sudo: { valued: /^(?:-[ugChpUDRT]|--user|--group)$/, own: 0 }, doas: { valued: /^-[uC]$/, own: 0 } },
  ...{ env: { valued: /^-[uC]$/, own: 0 }, nice: { valued: /^-n$/, own: 0 }, ionice: { valued: /^-[cnp]$/, own: 0 } },
  ...{ command: { valued: /^$/, own: 0 }, builtin: { valued: /^$/, own: 0 }, exec: { valued: /^-a$/, own: 0 } },
  ...{ nohup: { valued: /^$/, own: 0 }, setsid: { valued: /^$/, own: 0 }, time: { valued: /^-[fo]$/, own: 0 } },
  ...{ timeout: { valued: /^-[sk]$/, own: 1 }, stdbuf: { valued: /^-[ioe]$/, own: 0 }, chrt: { valued: /^$/, own: 1 } },
  ...{
    taskset: { valued: /^$/, own: 1 },
    flock: { valued: /^-[wE]$/, own: 1 },
    strace: { valued: /^-[oep]$/, own: 0 },
  },
  ...{ watch: { valued: /^-n$/, own: 0 }, unbuffer: { valued: /^$/, own: 0 }, busybox: { valued: /^$/, own: 0 } },
}

export const hints: Readonly<Record<string, Said>> = {
  'ovs-vsctl': said`A lab has Linux bridges: ip link add NAME type bridge`,
  ethtool: said`A lab leaves the offloads of its interfaces as the kernel has them.`,
  wpa_supplicant: said`A lab has cables and no radio: \`ip link add NAME type veth\``,
}
