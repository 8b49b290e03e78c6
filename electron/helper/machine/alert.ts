/**
 * Says that the machine may be otherwise than it was, for whoever looks again then. The kernel tells of what changes in
 * namespaces (netlink), and of names that are put into the directories of `ip netns` and Docker (inotify). Of a process that
 * begins a namespace, and of a socket that begins to listen, it tells nobody without root's proc connector: for these, and
 * for these only, is /proc glanced at, which reads the links of namespaces and the tables of sockets and nothing else.
 */
import { readdirSync, readlinkSync } from 'node:fs'
import type { LiveChange } from '../../core/live/state.js'
import { DirectoryWatch } from '../directory-watch.js'
import { processFile } from './processes.js'

/** Directories in which namespaces have names. */
const places = ['/run/netns', '/run/docker/netns'] as const
/** Time between two glances (milliseconds). */
const glanceMs = 1000
/** What changes within this time is told once (milliseconds). */
const settleMs = 150
/** Shortest time between two tellings (milliseconds). */
const restMs = 1000
/** What has no event of any kind, such as rules of the legacy iptables, is told of this late at most (milliseconds). */
const seldomMs = 10_000

/** Keys of a change that tell nothing, and that of rules: these are read by looking, which finds other counters each time. */
const noNews: ReadonlySet<string> = new Set(['namespace', 'inode', 'ruleset'])

/** Whether what is read is news: of other rules the kernel tells by itself, or nobody does. */
export const isNews = (change: LiveChange): boolean => Object.keys(change).some((key) => !noNews.has(key))

export class Alert {
  private readonly names = new DirectoryWatch(places, 'place', () => this.changed())
  private glancing: NodeJS.Timeout | null = null
  private seldom: NodeJS.Timeout | null = null
  private settling: NodeJS.Timeout | null = null
  private seen = ''
  private toldAt = -Infinity

  /** @param listening what tells one set of listening sockets from another */
  constructor(
    private readonly tell: () => void,
    private readonly listening: () => Promise<string>,
  ) {}

  start(): void {
    if (this.glancing) return
    this.names.start()
    this.seen = ''
    this.glancing = setTimeout(() => void this.glance(), 0)
    this.seldom = setInterval(() => this.changed(), seldomMs)
  }

  /** Something has changed; nothing is said before somebody asked for it. */
  changed(): void {
    if (!this.glancing || this.settling) return
    const wait = Math.max(settleMs, this.toldAt + restMs - performance.now())
    this.settling = setTimeout(() => {
      this.settling = null
      this.toldAt = performance.now()
      this.tell()
    }, wait)
  }

  stop(): void {
    this.names.stop()
    for (const timer of [this.glancing, this.seldom, this.settling]) if (timer) clearTimeout(timer)
    this.glancing = this.seldom = this.settling = null
  }

  private async glance(): Promise<void> {
    const now = `${processNamespaces()} ${await this.listening().catch(() => '')}`
    if (!this.glancing) return
    if (this.seen !== '' && now !== this.seen) this.changed()
    this.seen = now
    this.glancing = setTimeout(() => void this.glance(), glanceMs)
  }
}

/** Every network namespace that a process is in. */
function processNamespaces(): string {
  const found = new Set<string>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      found.add(readlinkSync(processFile(Number(name), 'ns/net')))
    } catch {
      // Somebody else's, or gone.
    }
  }
  return [...found].toSorted().join(' ')
}
