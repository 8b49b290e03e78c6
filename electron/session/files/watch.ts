/** Tells when a lab file changes by another hand: by writing into it, by a rename over it, or by its removal. */
import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Result } from '../../core/rpc.js'
import type { Fingerprint } from '../../core/rpc-shell.js'
import { fingerprintOf, readBytes } from './lab-text.js'
import { fileFailure } from './refusal.js'
import { followLinks } from './save.js'

/** An editor's save is several events; this long after the last one the file is looked at (milliseconds). */
const settleMs = 60

/** What a file is while it cannot be read, compared like a fingerprint. */
const absent = 'absent'

export class FileWatch {
  private watchers: FSWatcher[] = []
  private path: string | null = null
  private known: Fingerprint | typeof absent = absent
  private timer: NodeJS.Timeout | null = null
  /** Grows with every `set`: what belongs to an earlier one is dropped. */
  private turn = 0

  constructor(private readonly changed: (path: string) => void) {}

  /**
   * Watches this file instead of the one before; null: none.
   * @param known what the window has of it: what came between that and now is told; null: whatever it is now
   */
  async set(path: string | null, known: Fingerprint | null): Promise<Result<object>> {
    this.stop()
    if (path === null) return { ok: true }
    const turn = this.turn
    let target: string
    try {
      target = await followLinks(path)
    } catch (error) {
      return fileFailure('watch', path, error)
    }
    if (turn !== this.turn) return { ok: true }
    this.path = path
    try {
      // Directories are watched, not files: most editors put a new file in the old one's place.
      const places = new Map([path, target].map((place) => [place, dirname(place)]))
      for (const [place, directory] of places) this.watchers.push(this.watchIn(directory, basename(place)))
    } catch (error) {
      this.stop()
      return fileFailure('watch', path, error)
    }
    const now = await this.look(path)
    if (turn !== this.turn) return { ok: true }
    this.known = now
    if (known !== null && now !== known) this.changed(path)
    return { ok: true }
  }

  /** The window has written or read the file itself: this is no news. */
  expect(path: string, fingerprint: Fingerprint): void {
    if (path === this.path) this.known = fingerprint
  }

  stop(): void {
    this.turn += 1
    for (const watcher of this.watchers) watcher.close()
    this.watchers = []
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.path = null
  }

  private watchIn(directory: string, name: string): FSWatcher {
    const watcher = watch(directory, { persistent: false }, (_event, changed) => {
      // `rename` of the directory itself comes under its own name.
      if (changed === null || changed === name || changed === basename(directory)) this.soon()
    })
    watcher.on('error', () => this.soon())
    return watcher
  }

  private soon(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = null
      void this.compare()
    }, settleMs)
  }

  private async compare(): Promise<void> {
    const { path, turn } = this
    if (path === null) return
    const now = await this.look(path)
    if (turn !== this.turn || now === this.known) return
    this.known = now
    this.changed(path)
  }

  private async look(path: string): Promise<Fingerprint | typeof absent> {
    const read = await readBytes(path)
    return read.ok ? fingerprintOf(read.bytes) : absent
  }
}
