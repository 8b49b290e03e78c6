/**
 * The journal as a session holds it: who may write it, what stands by it, and what an earlier session has left. One
 * session at a time on a machine; the kernel keeps the lock.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { nothingOwn, type Own } from '../../core/host/own-view.js'
import { hostNamespace } from '../../core/lab/lab.js'
import type { LabFile } from '../../core/lab/schema.js'
import type { LiveState } from '../../core/live/state.js'
import type { LeftBehind } from '../../core/rpc.js'
import type { JournalEntry } from '../journal/entry.js'
import { bootId, createJournal, readJournal, removeJournal, writeNote, type Journal } from '../journal/file.js'
import { foldJournal, type Folded } from '../journal/fold.js'
import { journalFile, lockFile, makeDirectories, noteFile } from '../journal/place.js'
import { undoJournal, type Undone } from '../journal/undo.js'
import { JournalWriter } from '../journal/writer.js'
import type { KernelWorker } from '../kernel/client.js'

/** `other-session`: somebody holds the lock. `other-machine`: it speaks of another network namespace. */
export type Claim = 'ours' | 'other-session' | 'other-namespace'

export interface Standing {
  readonly file: LabFile
  readonly uplink: string | null
}

export class HostJournal {
  #writer: JournalWriter | null = null
  /** There is a journal that was not begun in this session and that nobody has taken over. */
  #left: LeftBehind | null = null
  #keep = false
  #rulesBegun = false

  constructor(private readonly worker: KernelWorker) {}

  /** Written to: a deploy is under way, or a lab stands. */
  get isOpen(): boolean {
    return this.#writer !== null
  }

  get left(): LeftBehind | null {
    return this.#left
  }

  /** Whether the lab stays when the session ends. */
  get keeps(): boolean {
    return this.#keep
  }

  /** Looks for what an earlier session has left; takes the lock only where there is something. */
  async look(): Promise<void> {
    if (this.isOpen || (!existsSync(journalFile) && !existsSync(noteFile))) return
    await this.claim()
    await this.rest()
  }

  /** Gives the lock back where nothing stands and nothing is left. */
  async rest(): Promise<void> {
    if (!this.isOpen && this.#left === null) await this.#release()
  }

  /** Takes the lock, and reads the journal that is there. */
  async claim(): Promise<Claim> {
    if (this.isOpen) return 'ours'
    makeDirectories()
    const { held } = await this.worker.request('lock', { path: lockFile })
    if (!held) {
      this.#left = null
      return 'other-session'
    }
    const journal = this.#read()
    if (journal === null) {
      this.#left = null
      removeJournal()
      return 'ours'
    }
    if (journal.header.host !== (await this.#hostCookie())) {
      await this.#release()
      return 'other-namespace'
    }
    const kept = journal.entries.findLast((entry) => entry.op === 'leave')?.keep ?? false
    this.#left = { lab: journal.header.lab, since: journal.header.time, kept }
    return 'ours'
  }

  /** Null where there is none, or only one of another boot: what that speaks of has gone. */
  #read(): Journal | null {
    const journal = readJournal()
    return journal?.header.boot === bootId() ? journal : null
  }

  /** Whether another session has a lab here, or is about to. Nothing is made to find out. */
  async isBusy(): Promise<boolean> {
    if (this.isOpen || this.#left !== null || !existsSync(lockFile)) return false
    const { held } = await this.worker.request('lock', { path: lockFile })
    if (held) await this.#release()
    return !held
  }

  async #release(): Promise<void> {
    await this.worker.request('lock', { path: null })
  }

  async #hostCookie(): Promise<string | null> {
    const { cookies } = await this.worker.request('cookies', {})
    return cookies[hostNamespace] ?? null
  }

  /** A first deploy; the lock is ours and nothing is left. Throws where it cannot be written. */
  async begin(lab: string): Promise<void> {
    const host = await this.#hostCookie()
    if (host === null)
      throw new Error(
        'This kernel gives namespaces no cookies (SO_NETNS_COOKIE, Linux 5.14 or later), and so none could be told from those of others',
      )
    const salt = this.#salt ?? newSalt()
    createJournal({ op: 'begin', version: 1, boot: bootId(), host, lab, time: Date.now(), salt })
    await this.#openWriter()
  }

  /** A lab that was kept: goes on as ours. Null where it was not carried out to its end. */
  async adopt(): Promise<Standing | null> {
    const entry = this.#read()?.entries.findLast(({ op }) => op === 'applied')
    if (entry?.op !== 'applied') return null
    await this.#openWriter()
    this.#left = null
    this.#keep = true
    return { file: entry.lab, uplink: entry.uplink }
  }

  async #openWriter(): Promise<void> {
    this.#writer = new JournalWriter(journalFile)
    this.#rulesBegun = false
    await this.worker.request('journal', { path: journalFile })
  }

  write(...entries: readonly JournalEntry[]): void {
    if (this.#writer === null) throw new Error('There is no journal to write to')
    this.#writer.append(...entries)
  }

  /** Before the first rule of the lab: what tables there are, so that those which come by it can go with it. */
  async beginRules(
    read: () => Promise<ReadonlyMap<string, readonly { readonly name: string }[]> | null>,
  ): Promise<void> {
    if (this.#rulesBegun) return
    this.#rulesBegun = true
    if (this.folded().tables !== null) return
    const tables = await read()
    if (tables === null) return
    const before = Object.fromEntries([...tables].map(([table, chains]) => [table, chains.map(({ name }) => name)]))
    this.write({ op: 'tables', before })
  }

  /** The numbers of the lab's links of `host`, now that they are there. */
  writeIndexes(live: LiveState): void {
    const { links, indexes } = this.folded()
    const host = live.namespaces.find(({ name }) => name === hostNamespace)
    const found = host?.links.filter(({ name, mac, index }) => {
      const isOurs = mac !== null && links.get(name)?.has(mac) === true
      return isOurs && !indexes.get(name)?.has(index)
    })
    const entries = (found ?? []).map(({ name, index }): JournalEntry => ({ op: 'index', name, index }))
    if (entries.length > 0) this.write(...entries)
  }

  folded(): Folded {
    return foldJournal(this.#read()?.entries ?? [])
  }

  leave(keep: boolean): void {
    this.#keep = keep
    const header = this.#read()?.header
    if (this.#writer === null || !header) return
    this.write({ op: 'leave', keep })
    writeNote({ lab: header.lab, since: header.time, kept: keep })
  }

  /** Of what the journal speaks of, that which still is what was made. */
  async own(live: LiveState): Promise<Own> {
    const journal = this.isOpen ? this.#read() : null
    if (journal === null) return nothingOwn
    const { namespaces, links, addresses } = foldJournal(journal.entries)
    const { cookies } = await this.worker.request('cookies', {})
    const host = live.namespaces.find(({ name }) => name === hostNamespace)
    return {
      lab: journal.header.lab,
      namespaces: new Set([...namespaces].filter(([name, own]) => own.has(cookies[name] ?? '')).map(([name]) => name)),
      links: new Set(
        host?.links.filter(({ name, mac }) => mac !== null && links.get(name)?.has(mac)).map(({ name }) => name),
      ),
      addresses: new Set(addresses.map(({ dev, address }) => `${dev} ${address}`)),
    }
  }

  #salt: string | null = null
  #nextSalt: string | null = null

  /**
   * The MAC that a link of the lab is made with, which is how it is known again: random by journal, local and unicast
   * (IEEE 802, the two low bits of the first byte).
   */
  readonly macOf = (name: string): string => {
    this.#salt ??= this.#read()?.header.salt ?? newSalt()
    return macBy(this.#salt, name)
  }

  /** The same for a lab that will stand when the one that stands has been undone. */
  readonly nextMacOf = (name: string): string => {
    this.#nextSalt ??= newSalt()
    return macBy(this.#nextSalt, name)
  }

  /** Undoes everything, whoever began it; the lock is ours. Where all of it went, the journal is gone too. */
  async undo(): Promise<Undone> {
    const journal = this.#read()
    const writer = this.#writer ?? (journal && new JournalWriter(journalFile))
    if (journal === null || writer === null) return { undone: [], kept: [], refused: [] }
    const result = await undoJournal(this.worker, journal, writer)
    writer.close()
    await this.worker.request('journal', { path: null })
    this.#writer = null
    this.#salt = this.#nextSalt
    this.#nextSalt = null
    this.#keep = false
    if (result.refused.length === 0) {
      removeJournal()
      this.#left = null
      await this.#release()
    } else this.#left = { lab: journal.header.lab, since: journal.header.time, kept: false }
    return result
  }
}

const newSalt = (): string => randomBytes(16).toString('hex')

function macBy(salt: string, name: string): string {
  const bytes = createHash('sha256').update(`${salt} ${name}`).digest().subarray(0, 6)
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02
  return bytes.toString('hex').replace(/..(?!$)/g, '$&:')
}
