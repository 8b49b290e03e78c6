/**
 * Says that files of /etc/netns are otherwise: they are written in terminals, and no event of netlink tells of them. inotify
 * tells what happens in a directory, so each that leads to one is watched for as long as it is there.
 */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import { netnsRoot } from './netns-files.js'

/** What changes within this time is told once (milliseconds): a shell makes a file and then writes to it. */
const settleMs = 50

interface Watched {
  /** Another directory of the same name is not watched yet. */
  readonly inode: number
  readonly watcher: FSWatcher
}

export class NetnsFilesWatch {
  private readonly watched = new Map<string, Watched>()
  private settling: NodeJS.Timeout | null = null
  private stopped = true

  constructor(private readonly tell: () => void) {}

  start(): void {
    this.stopped = false
    this.follow()
  }

  stop(): void {
    this.stopped = true
    if (this.settling) clearTimeout(this.settling)
    this.settling = null
    for (const { watcher } of this.watched.values()) watcher.close()
    this.watched.clear()
  }

  /** Tells soon. */
  look(): void {
    if (this.stopped) return
    this.settling ??= setTimeout(() => {
      this.settling = null
      // First: what is written after this is told of again.
      this.follow()
      this.tell()
    }, settleMs)
  }

  /** Watches the directories that are there by now. */
  private follow(): void {
    const parent = dirname(netnsRoot)
    const there = new Set([parent, netnsRoot, ...directoriesIn(netnsRoot)])
    for (const path of this.watched.keys()) if (!there.has(path)) this.leave(path)
    for (const path of there) this.watch(path, path === parent ? basename(netnsRoot) : null)
  }

  /** @param only the one name in the directory that matters; null: every name */
  private watch(path: string, only: string | null): void {
    try {
      const { ino: inode } = statSync(path)
      if (this.watched.get(path)?.inode === inode) return
      this.leave(path)
      const watcher = watch(path, { persistent: false }, (_, name) => {
        if (only === null || name === only) this.look()
      })
      watcher.on('error', () => this.leave(path))
      this.watched.set(path, { inode, watcher })
    } catch {
      // It is not there, or gone again; or the user may watch no more, and the files are read with all the rest.
      this.leave(path)
    }
  }

  private leave(path: string): void {
    this.watched.get(path)?.watcher.close()
    this.watched.delete(path)
  }
}

function directoriesIn(path: string): readonly string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`)
  } catch {
    return []
  }
}
