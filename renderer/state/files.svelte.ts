/** Labs as files: open, save, recent, starter labs, work that is not saved, and files that change under us. */
import { parseLabText } from '../../electron/core/lab/parse.js'
import { createLabText } from '../../electron/core/lab/print.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Failure } from '../../electron/core/rpc.js'
import type { OpenedFile, RecentFile, RecoveredWork, ShellParams, StarterLab } from '../../electron/core/rpc-shell.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { sentenceOf, t, textOf } from '../i18n/text.svelte.js'
import type { Dialogs } from './dialogs.svelte.js'
import { keepInTab, keptInTab } from './kept-in-tab.js'
import type { LabDocument, Unfinished } from './lab-document.svelte.js'
import { foreignKind } from '../../electron/core/exchange/foreign.js'
import { readForeign, type ForeignFile } from './foreign-file.js'
import { say, tell, unsay } from './tell.js'

/** Typing and dragging settle before the work is kept; a crash loses at most this much (ms). */
const keepDelayMs = 400
/** What is said of work that could not be kept, one thing however often. */
const notKept = 'not-kept'
/** The open lab of this tab, for a reload. */
const tabKey = 'vethlab.document'

/** The file was written by somebody else while it was open here. */
export interface ExternalChange {
  readonly file: OpenedFile
}

export class Files {
  starters = $state.raw<readonly StarterLab[]>([])
  recent = $state.raw<readonly RecentFile[]>([])
  external = $state.raw<ExternalChange | null>(null)
  /** Failure of opening what the user asked for; stays on screen until something else is opened. */
  failure = $state.raw<Failure | null>(null)
  /** Id of the unfinished text that the shell keeps. */
  private keptUnfinished: string | null = null
  /** What was edited last could not be kept, and that was said. */
  private isNotKept = false
  /** Opening and saving follow one another in the order they were asked for: no answer meets a lab that is not its own. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly rpc: Rpc,
    private readonly document: LabDocument,
    private readonly dialogs: Dialogs,
    private readonly network: {
      /**
       * Another lab is about to be opened, by this title, or the same once more; `save` saves the one that is open, as a
       * part of that. False: what stands is to stay, and so is its lab.
       */
      mayGo(next: string, again: boolean, save: () => Promise<boolean>): Promise<boolean>
      /** Before a save. False: it is not to be saved now. */
      keep(): Promise<boolean>
      /** Another lab is open now. */
      opened(): void
    },
  ) {
    rpc.on('file/changed', ({ path }) => void this.changedOutside(path))
    rpc.on('file/opened', ({ file }) => void this.openFile(file))
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work)
    this.turn = done.catch(() => {})
    return done
  }

  async load(): Promise<void> {
    const [{ labs }] = await Promise.all([this.rpc.request('file/starters', {}), this.loadRecent()])
    this.starters = labs
  }

  private async loadRecent(): Promise<void> {
    this.recent = (await this.rpc.request('file/recent', {})).files
  }

  openStarter(lab: StarterLab): Promise<void> {
    return this.openFile({ path: null, text: lab.text, fingerprint: null }, lab.id)
  }

  openNew(): Promise<void> {
    return this.inTurn(async () => {
      if (!(await this.mayLeave()) || !(await this.mayGo(t('menu.new'), false))) return
      this.document.openNew('new-lab')
      this.settled()
    })
  }

  open(): Promise<void> {
    return this.inTurn(async () => {
      const path = await this.choose('open', '')
      if (path !== null) await this.read(path)
    })
  }

  openPath(path: string): Promise<void> {
    return this.inTurn(() => this.read(path))
  }

  /** @param name of a file whose path nobody knows */
  openFile(file: OpenedFile, starter: string | null = null, name?: string): Promise<void> {
    return this.inTurn(() => this.take(file, starter, name))
  }

  private async read(path: string): Promise<void> {
    const answer = await attempt(this.rpc.request('file/read', { path }))
    if (answer.ok) await this.take(answer.file)
    else {
      this.failure = answer.failure
      tell(answer.failure)
    }
  }

  private async take(file: OpenedFile, starter: string | null = null, name = file.path ?? ''): Promise<void> {
    const from = starter === null ? foreignKind(name, file.text) : null
    if (from !== null) return this.openForeign({ from, path: name, text: file.text, folder: file.folder })
    if (!(await this.mayLeave())) return
    const { labFile } = parseLabText(file.text, '')
    const title = labFile ? textOf(labFile.title ?? labFile.name) : (file.path?.split('/').at(-1) ?? t('menu.new'))
    if (await this.mayGo(title, this.isAgain(labFile, file.path))) this.show(file, starter)
  }

  /** Of a file of another tool: what was read of it, and what was left out, is seen before it is opened. Nothing is run. */
  private async openForeign(file: ForeignFile): Promise<void> {
    const read = await readForeign(file)
    if ((await this.dialogs.ask('import', read)) === 'cancel' || read.labFile === null) return
    await this.take({ path: null, text: createLabText(read.labFile), fingerprint: null })
  }

  private mayGo(next: string, again: boolean): Promise<boolean> {
    return this.network.mayGo(next, again, () => this.writeBack())
  }

  /** The lab that is open, from where it is: two files may call their labs by one name. */
  private isAgain(lab: LabFile | null, path: string | null): boolean {
    return lab !== null && lab.name === this.document.lab?.name && path === this.document.path
  }

  private show(file: OpenedFile, starter: string | null = null): void {
    this.document.open(file, starter)
    this.settled()
  }

  private settled(): void {
    this.failure = null
    this.external = null
    void attempt(this.rpc.request('file/watch', { path: this.document.path, known: this.document.fingerprint }))
    void attempt(this.loadRecent())
    this.network.opened()
  }

  /** Asks about unsaved work. False: stay where we are. */
  async mayLeave(): Promise<boolean> {
    if (!this.document.dirty && this.document.unfinished === null) return true
    const chosen = await this.dialogs.ask('unsaved', { title: this.document.title })
    if (chosen === 'cancel') return false
    if (chosen === 'save') return this.writeBack()
    await this.forget(this.document.id)
    if (this.document.unfinished) await this.forget(this.document.unfinished.id)
    return true
  }

  save(): Promise<boolean> {
    return this.inTurn(() => this.writeBack())
  }

  saveAs(): Promise<boolean> {
    return this.inTurn(() => this.writeElsewhere())
  }

  private writeBack(): Promise<boolean> {
    const { path } = this.document
    return path === null ? this.writeElsewhere() : this.write(path, this.document.fingerprint)
  }

  private async writeElsewhere(): Promise<boolean> {
    const name = this.document.fileName ?? `${this.document.labFile?.name ?? 'lab'}.vethlab.yaml`
    const path = await this.choose('save', name)
    return path === null ? false : this.write(path, path === this.document.path ? this.document.fingerprint : null)
  }

  /** @param agreed also over a file that is not to be written to */
  private async write(path: string, base: string | null, agreed = false): Promise<boolean> {
    if (!(await this.network.keep())) return false
    const { text, id } = this.document
    const answer = await attempt(this.rpc.request('file/write', { path, text, base, agreed }))
    if (answer.ok) {
      this.document.saved(path, text, answer.fingerprint)
      this.external = null
      await this.forget(id)
      void attempt(this.rpc.request('file/watch', { path, known: answer.fingerprint }))
      void attempt(this.loadRecent())
      say(t('files.saved', { name: this.document.fileName ?? '' }))
      return true
    }
    const why = this.questionOf(answer.failure.code, path)
    if (why === null) {
      tell(answer.failure)
      return false
    }
    const chosen = await this.dialogs.ask('overwrite', { path, why })
    if (chosen === 'save-as') return this.writeElsewhere()
    if (chosen === 'cancel') return false
    const there = await attempt(this.rpc.request('file/read', { path }))
    return this.write(path, there.ok ? there.file.fingerprint : null, why === 'protected' || why === 'others')
  }

  /** What is asked where a file could not be written because of what it is; null: nothing, it cannot be. */
  private questionOf(code: string, path: string): 'changed' | 'removed' | 'exists' | 'protected' | 'others' | null {
    if (code === 'changed-on-disk') return path === this.document.path ? 'changed' : 'exists'
    if (code === 'removed-on-disk') return 'removed'
    if (code === 'write-protected') return 'protected'
    return code === 'of-another' ? 'others' : null
  }

  /** The desktop's own dialog, or in a browser one of ours. */
  private async choose(purpose: 'open' | 'save', suggested: string): Promise<string | null> {
    const answer = await attempt(this.rpc.request('file/choose', { purpose, suggested }))
    if (answer.ok) return answer.path
    if (answer.failure.code === 'no-dialog') return this.dialogs.ask('browse', { purpose, suggested })
    tell(answer.failure)
    return null
  }

  private async changedOutside(path: string): Promise<void> {
    if (path !== this.document.path) return
    const answer = await attempt(this.rpc.request('file/read', { path }))
    if (!answer.ok || path !== this.document.path || answer.file.fingerprint === this.document.fingerprint) return
    const { file } = answer
    if (file.text === this.document.text) return this.document.saved(path, file.text, file.fingerprint ?? '')
    if (this.document.dirty) this.external = { file }
    else this.takeExternal(file)
  }

  /** The file's new text, as an edit that can be undone. */
  takeExternal(file: OpenedFile): void {
    this.external = null
    this.document.edit(file.text)
    this.document.fromOutside = true
    this.document.saved(file.path ?? '', file.text, file.fingerprint ?? '')
    say(t('files.reloaded', { name: this.document.fileName ?? '' }))
  }

  /** Our text stays, and the next save goes over theirs. */
  keepMine(file: OpenedFile): void {
    this.external = null
    this.document.fingerprint = file.fingerprint
  }

  offer(work: readonly RecoveredWork[]): Promise<void> {
    return this.inTurn(() => this.offerNow(work))
  }

  private async offerNow(work: readonly RecoveredWork[]): Promise<void> {
    const open = [this.document.id, this.document.unfinished?.id]
    const others = work.filter(({ id }) => !open.includes(id))
    if (others.length === 0) return
    const chosen = await this.dialogs.ask('recovered', { work: others })
    if (chosen === 'later') return
    if (chosen === 'discard') {
      await Promise.all(others.map(({ id }) => this.forget(id)))
      return
    }
    const { labFile } = parseLabText(chosen.text, '')
    const title = labFile ? textOf(labFile.title ?? labFile.name) : t('recovered.unnamed')
    if (!(await this.mayLeave()) || !(await this.mayGo(title, this.isAgain(labFile, chosen.path)))) return
    const read = chosen.path === null ? null : await attempt(this.rpc.request('file/read', { path: chosen.path }))
    this.document.openRecovered(chosen.id, chosen.path, chosen.text, read?.ok ? read.file : null)
    this.settled()
  }

  private async forget(id: string): Promise<void> {
    if (id !== '') await attempt(this.rpc.request('file/keep', { id, path: null, text: null }))
  }

  /**
   * Call inside an effect: keeps unsaved work with the shell, and the open lab with the tab. A pause in the edits is waited
   * for, unless the page goes: what was done just before a reload must be there after it.
   */
  keepWork(): () => void {
    const { id, path, text, dirty, savedText, firstText, starter, isOpen, unfinished } = this.document
    if (!isOpen) return () => {}
    const keepTab = (): void => {
      const fingerprint = this.document.fingerprint
      keepInTab(tabKey, { id, path, text, savedText, firstText, starter, fingerprint, unfinished })
    }
    const timer = setTimeout(() => {
      keepTab()
      // What was undone, or taken from the file again, must not be offered after a crash.
      void this.keep({ id, path, text: dirty ? text : null })
      this.keepUnfinished(path, unfinished)
    }, keepDelayMs)
    window.addEventListener('pagehide', keepTab)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('pagehide', keepTab)
    }
  }

  /** Apart from the lab, as work of its own. */
  private keepUnfinished(path: string | null, unfinished: Unfinished | null): void {
    const { keptUnfinished } = this
    if (keptUnfinished !== null && keptUnfinished !== unfinished?.id) void this.forget(keptUnfinished)
    this.keptUnfinished = unfinished?.id ?? null
    if (unfinished) void this.keep({ id: unfinished.id, path, text: unfinished.text })
  }

  /** Said once, until it can be kept again: somebody counts on it. */
  private async keep(work: ShellParams<'file/keep'>): Promise<void> {
    const answer = await attempt(this.rpc.request('file/keep', work))
    const isRefused = !answer.ok && answer.failure.code !== 'no-answer'
    if (isRefused && !this.isNotKept) say(t('files.notKept', { why: sentenceOf(answer.failure) }), notKept)
    else if (answer.ok && this.isNotKept) unsay(notKept)
    if (answer.ok || isRefused) this.isNotKept = isRefused
  }

  /** What this tab had open before a reload. */
  restoreTab(): boolean {
    const kept = keptInTab<{
      id: string
      path: string | null
      text: string
      savedText: string | null
      firstText?: string
      starter: string | null
      fingerprint: string | null
      unfinished?: Unfinished | null
    }>(tabKey)
    // Kept by another version, it may be another thing.
    if (typeof kept?.text !== 'string') return false
    this.document.open({ path: kept.path, text: kept.text, fingerprint: kept.fingerprint }, kept.starter)
    this.document.id = kept.id
    this.document.savedText = kept.savedText
    // Where nobody knows what it started as, a question too many is better than work that is lost.
    this.document.firstText = kept.firstText ?? ''
    this.document.unfinished = kept.unfinished ?? null
    this.settled()
    return true
  }
}
