/** The IP stack's counters of one namespace: /proc/net shows the reader's own, so the thread must be inside. */
import { dropsCounter, untrackedDrops } from '../../core/diagnosis/counters.js'
import { Refusal } from './errno.js'
import * as libc from './libc.js'
import type { NetlinkSocket } from './netlink/socket.js'
import { dumpDrops } from './rtnetlink/qdisc.js'

const text = Buffer.allocUnsafeSlow(65_536)

/** What a file of /proc says, as far as one page after another gives it; empty where it cannot be read. */
function readWhole(path: string): string {
  const fd = libc.open(path, libc.O_RDONLY | libc.O_CLOEXEC, 0)
  if (fd < 0) return ''
  let length = 0
  while (length < text.length) {
    const got = libc.read(fd, text.subarray(length), text.length - length)
    if (got <= 0) break
    length += got
  }
  libc.close(fd)
  return text.toString('latin1', 0, length)
}

/** `Ip: InReceives ...` above `Ip: 12 ...`: names and values in two lines (net/ipv4/proc.c). */
function readPairs(path: string, into: Record<string, number>): void {
  const lines = readWhole(path).split('\n')
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [prefix = '', ...names] = (lines[at] ?? '').split(' ')
    const values = (lines[at + 1] ?? '').split(' ')
    names.forEach((name, index) => {
      const value = Number(values[index + 1] ?? 0)
      if (value !== 0) into[prefix.slice(0, -1) + name] = value
    })
  }
}

/** Counters by the names that nstat(8) prints, those that are zero left out. Of the thread's current namespace. */
export function readCounters(): Record<string, number> {
  const counters: Record<string, number> = {}
  readPairs('/proc/thread-self/net/snmp', counters)
  readPairs('/proc/thread-self/net/netstat', counters)
  for (const line of readWhole('/proc/thread-self/net/snmp6').split('\n')) {
    const [name = '', value] = line.split(/\s+/)
    if (name !== '' && value !== '0' && value !== undefined) counters[name] = Number(value)
  }
  const drops = readTracking('drop')
  if (drops > 0) counters[untrackedDrops] = drops
  return counters
}

/** A line of names above a line of hexadecimal values for each processor (ct_cpu_seq_show); 0 where nothing is tracked. */
function readTracking(name: string): number {
  const [names = '', ...processors] = readWhole('/proc/thread-self/net/stat/nf_conntrack').split('\n')
  const at = names.trim().split(/\s+/).indexOf(name)
  if (at < 0) return 0
  return processors.reduce((sum, line) => sum + (parseInt(line.trim().split(/\s+/)[at] ?? '', 16) || 0), 0)
}

/** What queues of the namespace have thrown away, by names of ours (`dropsCounter`). */
export function droppedBy(socket: NetlinkSocket, names: ReadonlyMap<number, string>): Record<string, number> {
  const drops = dumpDrops(socket)
  if (drops instanceof Refusal) return {}
  return Object.fromEntries(drops.map(([index, count]) => [dropsCounter(names.get(index) ?? `if${index}`), count]))
}

/** Tables that the legacy engine of iptables has made; it sends no events when it does. */
export function readLegacyTables(): string[] {
  const names = ['ip', 'ip6'].flatMap((family) => readWhole(`/proc/thread-self/net/${family}_tables_names`).split('\n'))
  return names.filter((name) => name !== '')
}
