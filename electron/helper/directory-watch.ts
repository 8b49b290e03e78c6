/**
 * Says that something is otherwise in directories which may not be there yet, may go, and may be made again. inotify tells
 * what happens in a directory that there is, so each that leads to one is watched for as long as it is there.
 */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** What changes within this time is told once (milliseconds): a shell makes a file and then writes to it. */
const settleMs = 50

interface Watched {
  /** Another directory of the same name is not watched yet. */
  readonly inode: number
  readonly watcher: FSWatcher
}

/** Names in the directory that matter; null: every name. */
type Names = ReadonlySet<string> | null

export class DirectoryWatch {
  private readonly watched = new Map<string, Watched>()
  private settling: NodeJS.Timeout | null = null
  private stopped = true

  /**
   * @param places absolute paths
   * @param depth `below`: what is in the directories of a place counts, too
   */
  constructor(
    private readonly places: readonly string[],
    private readonly depth: 'place' | 'below',
    private readonly tell: () => void,
  ) {}

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
    const wanted = this.wanted()
    for (const path of this.watched.keys()) if (!wanted.has(path)) this.leave(path)
    for (const [path, names] of wanted) this.watch(path, names)
  }

  private wanted(): ReadonlyMap<string, Names> {
    const wanted = new Map<string, Names>()
    for (const place of this.places) {
      for (let path = place; dirname(path) !== '/'; path = dirname(path)) {
        const above = dirname(path)
        wanted.set(above, new Set([...(wanted.get(above) ?? []), basename(path)]))
      }
      for (const path of [place, ...(this.depth === 'below' ? directoriesIn(place) : [])]) wanted.set(path, null)
    }
    return wanted
  }

  private watch(path: string, names: Names): void {
    try {
      const { ino: inode } = statSync(path)
      if (this.watched.get(path)?.inode === inode) return
      this.leave(path)
      const watcher = watch(path, { persistent: false }, (_, name) => {
        if (names === null || name === null || names.has(name)) this.look()
      })
      watcher.on('error', () => this.leave(path))
      this.watched.set(path, { inode, watcher })
    } catch {
      // It is not there, or gone again; or it is not ours to read, or the user may watch no more: whoever is told looks
      // again by other means, too.
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
