/**
 * The lab that is open. Its text is the truth: edits change the text, and everything else is read from it. Undo and
 * redo walk through texts; a text that does not parse keeps the last lab that did, so that the picture never vanishes.
 */
import { createLabText } from '../../electron/core/lab/print.js'
import { changeSource } from '../../electron/core/change/change.js'
import type { Changed, Tolerated } from '../../electron/core/change/change.js'
import type { LabChange, Point } from '../../electron/core/change/lab-change.js'
import { openSource } from '../../electron/core/lab/source.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import type { LabSource } from '../../electron/core/lab/source.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import { normalise } from '../../electron/core/lab/normalise.js'
import { parseLabText, parseSource } from '../../electron/core/lab/parse.js'
import { noteOf } from '../canvas/notes.js'
import type { OpenedFile } from '../../electron/core/rpc-shell.js'
import { textOf } from '../i18n/text.svelte.js'

/** Texts kept for undo. A lab is a few kilobytes; the limit is for the one that has thousands of nodes. */
const maxHistory = 200

/** What is on the canvas only. */
const drawing: ReadonlySet<LabChange['op']> = new Set<LabChange['op']>(['layout-set', 'note-set'])

/** How an edit is remembered. */
export interface StepName {
  /** Edits of one kind that follow each other (a drag) are one step. */
  readonly kind?: string | null
  /** As a person would call it, in their language. */
  readonly label?: string | null
}

interface Step {
  /** What the text is on the other side of it. */
  readonly text: string
  readonly kind: string | null
  readonly label: string | null
}

/** What is typed in the lab's text, and is no lab yet. */
export interface Unfinished {
  /** Under which it is kept. */
  readonly id: string
  /** The lab's text that it was typed into. */
  readonly base: string
  readonly text: string
}

export class LabDocument {
  text = $state.raw('')
  unfinished = $state.raw<Unfinished | null>(null)
  path = $state<string | null>(null)
  /** The file's text when it was read or saved; null for a lab that was never saved. */
  savedText = $state.raw<string | null>(null)
  fingerprint: string | null = null
  /** Something of the text came from outside since it was carried out last: that waits for Deploy. */
  fromOutside = false
  /** What a lab without a file started as: a starter lab that nobody changed is no unsaved work. */
  firstText = $state.raw('')
  /** Why nothing that the lab says may be changed now; its drawing may. */
  locked = $state.raw<Problem | null>(null)
  /** Changes with every lab that is opened: names unsaved work, and tells one lab from the next. */
  id = $state('')
  /** Id of the starter lab it came from. */
  starter = $state<string | null>(null)
  private undoable = $state.raw<readonly Step[]>([])
  private redoable = $state.raw<readonly Step[]>([])
  private lastLab: Lab | null = null
  private opened: LabSource | null = null

  readonly isOpen = $derived(this.id !== '')
  readonly fileName = $derived(this.path?.split('/').at(-1) ?? null)
  /** The text with its parse; null for a text that is no YAML. */
  readonly source: LabSource | null = $derived(this.isOpen ? this.sourceOf(this.text) : null)
  private readonly parsed = $derived.by(() => {
    if (!this.isOpen) return null
    const file = this.fileName ?? 'lab'
    return this.source ? parseSource(this.source, file) : parseLabText(this.text, file)
  })
  readonly problems = $derived(this.parsed?.problems ?? [])
  readonly labFile = $derived(this.parsed?.labFile ?? null)
  /** Null where nothing was ever readable. */
  readonly lab: Lab | null = $derived.by(() => {
    if (!this.parsed) return null
    if (this.parsed.lab) this.lastLab = this.parsed.lab
    // Meaning errors leave enough to draw; what could not be built is refused on deploy.
    else if (this.parsed.labFile && !this.lastLab) return normalise(this.parsed.labFile)
    return this.parsed.lab ?? this.lastLab
  })
  readonly broken = $derived(this.problems.some(({ severity }) => severity === 'error'))
  readonly dirty = $derived(this.isOpen && this.text !== (this.savedText ?? this.firstText))
  readonly canUndo = $derived(this.undoable.length > 0)
  readonly canRedo = $derived(this.redoable.length > 0)
  readonly title = $derived(this.lab ? textOf(this.lab.title) : (this.fileName ?? ''))

  open(file: OpenedFile, starter: string | null = null): void {
    this.lastLab = null
    this.unfinished = null
    this.undoable = []
    this.redoable = []
    this.id = crypto.randomUUID()
    this.starter = starter
    this.path = file.path
    this.fingerprint = file.fingerprint
    this.text = file.text
    this.firstText = file.text
    this.savedText = file.path === null ? null : file.text
    this.fromOutside = false
  }

  openNew(name: string): void {
    this.open({ path: null, fingerprint: null, text: createLabText({ vethlab: 1, name, namespaces: { host: {} } }) })
  }

  /**
   * Unsaved work from before a crash: open as it was left, and still unsaved.
   * @param there the file as it is now; null where it is gone, or never was
   */
  openRecovered(id: string, path: string | null, text: string, there: OpenedFile | null): void {
    this.open({ path, fingerprint: there?.fingerprint ?? null, text })
    this.id = id
    this.savedText = there?.text ?? null
    this.firstText = ''
  }

  saved(path: string, text: string, fingerprint: string): void {
    this.path = path
    this.savedText = text
    this.fingerprint = fingerprint
  }

  /** @param text null: all that was typed is in the lab */
  typed(text: string | null): void {
    const { id = crypto.randomUUID() as string, base = this.text } = this.unfinished ?? {}
    this.unfinished = text === null ? null : { id, base, text }
  }

  edit(text: string, { kind = null, label = null }: StepName = {}): void {
    if (text === this.text) return
    const last = this.undoable.at(-1)
    if (kind === null || last?.kind !== kind || this.redoable.length > 0)
      this.undoable = [...this.undoable, { text: this.text, kind, label }].slice(-maxHistory)
    this.redoable = []
    this.text = text
  }

  /**
   * Changes what the lab says, and of its text only what says it: all of it, or nothing. A text that is no YAML can only
   * be mended where it was written.
   */
  change(changes: readonly LabChange[], step: StepName = {}, tolerated: Tolerated = 'nothing'): Changed {
    if (!this.source) return { ok: false, problems: this.problems }
    if (this.locked && changes.some(({ op }) => !drawing.has(op))) return { ok: false, problems: [this.locked] }
    const changed = changeSource(this.source, changes, tolerated)
    if (changed.ok) {
      this.opened = changed.source
      this.edit(changed.source.text, step)
    }
    return changed
  }

  /** Of namespaces by their name, of notes by their key. */
  place(places: Iterable<readonly [string, Point]>, label: string | null = null): void {
    const moved = [...places]
    const changes = moved.flatMap(([name, { x, y }]): LabChange[] => {
      const at = { x: Math.round(x), y: Math.round(y) }
      const note = noteOf(name)
      if (note === null) return [{ op: 'layout-set', name, at }]
      const entry = this.labFile?.notes?.[Number(note)]
      return entry ? [{ op: 'note-set', at: Number(note), entry: { ...entry, ...at } }] : []
    })
    // A hand that goes on moving the same is one step; what has a name is one by itself.
    const kind = label === null ? `move ${moved.map(([name]) => name).join(' ')}` : null
    this.change(changes, { kind, label })
  }

  /** @returns what the step is called; null: it has no name, or there was none */
  undo(): string | null {
    const step = this.undoable.at(-1)
    if (!step) return null
    this.undoable = this.undoable.slice(0, -1)
    this.redoable = [...this.redoable, { text: this.text, kind: null, label: step.label }]
    this.text = step.text
    return step.label
  }

  redo(): string | null {
    const step = this.redoable.at(-1)
    if (!step) return null
    this.redoable = this.redoable.slice(0, -1)
    this.undoable = [...this.undoable, { text: this.text, kind: null, label: step.label }]
    this.text = step.text
    return step.label
  }

  /** A change has parsed its text already. */
  private sourceOf(text: string): LabSource | null {
    if (this.opened?.text !== text) this.opened = openSource(text)
    return this.opened
  }
}
