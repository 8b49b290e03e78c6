/**
 * The lab's text in an editor. What is typed stands apart from the lab's own text until it is taken over, and what
 * becomes of the lab meanwhile is put into it around that, so that neither loses the other and the caret stays.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { history, indentLess, indentMore, moveLineDown, moveLineUp } from '@codemirror/commands'
import { redo, redoDepth, standardKeymap, toggleComment, undo, undoDepth } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentService, indentUnit } from '@codemirror/language'
import { lintKeymap, setDiagnostics } from '@codemirror/lint'
import type { Diagnostic } from '@codemirror/lint'
import { diff } from '@codemirror/merge'
import { search, searchKeymap } from '@codemirror/search'
import { Annotation, ChangeSet, Compartment, EditorState, Prec, Text } from '@codemirror/state'
import type { Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLineGutter } from '@codemirror/view'
import { keymap, lineNumbers, tooltips } from '@codemirror/view'
import type { TextRange } from '../../electron/core/lab/text-range.js'
import { indentBelow } from './cursor-place.js'
import { marks, setMarks } from './marks.js'
import { look } from './sheet-look.js'
import type { Suggestions } from './suggest.js'

/** Half a second without a key is a pause: what was typed is one step then (milliseconds). */
const pauseMs = 500
/** A comparison of two texts that takes longer is cut short, and coarser (milliseconds). */
const compareMs = 100

export interface SheetWords {
  /** Its name, for whoever does not see it. */
  readonly label: string
  /** The library's own words, in the window's language. */
  readonly phrases: Readonly<Record<string, string>>
}

export interface SheetSurroundings {
  /** What was typed and is not the lab's text; null: nothing. Told with every key. */
  typed(text: string | null): void
  /** A pause: what stands here now. */
  paused(text: string): void
  /** The caret was put somewhere, as an offset in the lab's own text. */
  caret(offset: number): void
  suggest(text: string, offset: number): Suggestions | null
  /** A step back, or forth again, of the lab; what its text is then. */
  undo(): string
  redo(): string
  leave(): void
}

/** What comes from the lab is no typing. */
const fromLab = Annotation.define<true>()

export class Sheet {
  readonly view: EditorView
  /** The lab's own text, and what makes of it the text that is shown. */
  private base: Text
  private pending: ChangeSet
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly undoing = new Compartment()
  private readonly writing = new Compartment()
  private readonly speaking = new Compartment()

  /**
   * @param text the lab's
   * @param typed what stood here before and is not in the lab's text, with the text that it was typed into
   */
  constructor(
    parent: HTMLElement,
    text: string,
    typed: { readonly base: string; readonly text: string } | null,
    words: SheetWords,
    private readonly around: SheetSurroundings,
  ) {
    this.base = Text.of(text.split('\n'))
    this.pending = ChangeSet.empty(this.base.length)
    const shown = typed ? this.rejoin(typed) : this.base
    this.view = new EditorView({
      parent,
      state: EditorState.create({ doc: shown, extensions: this.extensions(words) }),
    })
  }

  private extensions(words: SheetWords): Extension {
    const flush = (): boolean => {
      this.settle()
      return false
    }
    return [
      EditorState.lineSeparator.of('\n'),
      this.undoing.of(history()),
      this.writing.of(readOnly(false)),
      this.speaking.of(spoken(words)),
      lineNumbers(),
      highlightActiveLineGutter(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      indentUnit.of('  '),
      indentService.of(({ state }, at) => indentBelow(state.sliceDoc(state.doc.lineAt(at).from, at))),
      yaml(),
      marks,
      look,
      tooltips({ parent: document.body, position: 'fixed' }),
      autocompletion({ override: [(context) => this.complete(context)], icons: false, maxRenderedOptions: 60 }),
      Prec.high(keymap.of([...completionKeymap])),
      search({ top: true }),
      keymap.of([
        // Its Esc closes the search, where one is open.
        ...searchKeymap,
        { key: 'Mod-z', run: () => this.back(), preventDefault: true },
        { key: 'Mod-Shift-z', run: () => this.forth(), preventDefault: true },
        { key: 'Mod-y', run: () => this.forth(), preventDefault: true },
        { key: 'Escape', run: () => this.leave(), preventDefault: true },
        // These are the window's own, and mean what stands here.
        { key: 'Mod-s', run: flush },
        { key: 'Mod-Shift-s', run: flush },
        { key: 'Mod-Enter', run: flush },
        { key: 'Mod-k', run: flush },
        { key: 'Mod-/', run: toggleComment },
        { key: 'Mod-]', run: indentMore },
        { key: 'Mod-[', run: indentLess },
        { key: 'Alt-ArrowUp', run: moveLineUp },
        { key: 'Alt-ArrowDown', run: moveLineDown },
        ...closeBracketsKeymap,
        ...lintKeymap.filter(({ key }) => key === 'F8'),
        ...standardKeymap.filter(({ key }) => key !== 'Mod-Enter'),
      ]),
      EditorView.updateListener.of(({ docChanged, selectionSet, changes, transactions, state, view }) => {
        const own = !transactions.some((one) => one.annotation(fromLab))
        if (docChanged && own) {
          this.pending = this.pending.compose(changes)
          this.around.typed(this.text === this.base.toString() ? null : this.text)
          clearTimeout(this.timer)
          this.timer = setTimeout(() => this.settle(), pauseMs)
        }
        if ((selectionSet || docChanged) && own && view.hasFocus)
          this.around.caret(this.inLab(state.selection.main.head))
      }),
      EditorView.domEventHandlers({ blur: () => void this.settle() }),
    ]
  }

  get text(): string {
    return this.view.state.doc.toString()
  }

  /** A pause before its time: somebody goes elsewhere, or wants to save. */
  settle(): void {
    if (this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
    this.around.paused(this.text)
  }

  /**
   * The lab's text is this now.
   * @param show the caret goes to what has changed; else it stays with its words
   */
  take(text: string, show = false): void {
    if (text === this.base.toString()) return
    const next = Text.of(text.split('\n'))
    if (text === this.text) return this.joined(next)
    const outside = changesBetween(this.base, next)
    const changes = outside.map(this.pending)
    this.view.dispatch({ changes, annotations: [fromLab.of(true)] })
    if (show) {
      let end = 0
      changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => (end = toB))
      this.view.dispatch({ selection: { anchor: end }, scrollIntoView: true, annotations: [fromLab.of(true)] })
    }
    this.pending = this.pending.map(outside, true)
    this.base = next
    if (this.text === text) this.joined(next)
  }

  /** Nothing is typed that the lab does not say: undo in here begins anew. */
  private joined(base: Text): void {
    this.base = base
    this.pending = ChangeSet.empty(base.length)
    this.view.dispatch({ effects: this.undoing.reconfigure([]), annotations: [fromLab.of(true)] })
    this.view.dispatch({ effects: this.undoing.reconfigure(history()), annotations: [fromLab.of(true)] })
  }

  /** What was typed before, in the lab's text as it is now. */
  private rejoin({ base, text }: { readonly base: string; readonly text: string }): Text {
    const before = Text.of(base.split('\n'))
    const typed = changesBetween(before, Text.of(text.split('\n')))
    this.pending = typed.map(changesBetween(before, this.base), true)
    return this.pending.apply(this.base)
  }

  /** Lines of objects that are selected elsewhere, as spans of the lab's own text; the first comes into sight. */
  mark(spans: readonly TextRange[], scroll: boolean): void {
    const mapped = spans.map(({ from, to }) => ({
      from: this.pending.mapPos(clamp(from, this.base.length), 1),
      to: this.pending.mapPos(clamp(to, this.base.length), -1),
    }))
    const [first] = mapped
    const show = first && scroll ? [EditorView.scrollIntoView(first.from, { y: 'nearest', yMargin: 40 })] : []
    this.view.dispatch({ effects: [setMarks.of(mapped), ...show], annotations: [fromLab.of(true)] })
  }

  /** @param found in the text that is shown */
  tell(found: readonly Diagnostic[]): void {
    const { length } = this.view.state.doc
    const inside = found.map((each) => ({ ...each, from: clamp(each.from, length), to: clamp(each.to, length) }))
    this.view.dispatch(setDiagnostics(this.view.state, inside))
  }

  /** To a line (from 1) and a column (from 1, in UTF-16 units). */
  goTo(line: number, column: number): void {
    const { doc } = this.view.state
    const { from, length } = doc.line(clamp(line, doc.lines, 1))
    this.view.dispatch({ selection: { anchor: from + clamp(column - 1, length) }, scrollIntoView: true })
    this.view.focus()
  }

  readOnly(on: boolean): void {
    this.view.dispatch({ effects: this.writing.reconfigure(readOnly(on)) })
  }

  speak(words: SheetWords): void {
    this.view.dispatch({ effects: this.speaking.reconfigure(spoken(words)) })
  }

  /** What was typed and is not taken over goes. */
  discard(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.view.dispatch({
      changes: changesBetween(this.view.state.doc, this.base),
      annotations: [fromLab.of(true)],
    })
    this.joined(this.base)
    this.around.typed(null)
  }

  destroy(): void {
    this.settle()
    this.view.destroy()
  }

  private inLab(offset: number): number {
    return this.pending.invertedDesc.mapPos(offset, -1)
  }

  /** First what is typed and stands apart, then the steps of the lab. */
  private back(): boolean {
    if (undoDepth(this.view.state) > 0 && !this.pending.empty && this.text !== this.base.toString())
      return undo(this.view)
    this.settle()
    this.take(this.around.undo(), true)
    return true
  }

  private forth(): boolean {
    if (redoDepth(this.view.state) > 0) return redo(this.view)
    this.settle()
    this.take(this.around.redo(), true)
    return true
  }

  private leave(): boolean {
    this.settle()
    this.around.leave()
    return true
  }

  private complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
    if (state.readOnly) return null
    const found = this.around.suggest(state.doc.toString(), pos)
    // Whoever has typed nothing yet has to ask.
    if (!found || (!explicit && found.from === pos)) return null
    return {
      from: found.from,
      options: found.list.map(({ label, text }) => ({ label, apply: text })),
      validFor: /^[\w.:-]*$/,
    }
  }
}

const clamp = (value: number, most: number, least = 0): number => Math.min(Math.max(value, least), most)

function changesBetween(a: Text, b: Text): ChangeSet {
  const [before, after] = [a.toString(), b.toString()]
  const found = diff(before, after, { timeout: compareMs, scanLimit: 5000 })
  return ChangeSet.of(
    found.map(({ fromA, toA, fromB, toB }) => ({ from: fromA, to: toA, insert: after.slice(fromB, toB) })),
    a.length,
    '\n',
  )
}

const readOnly = (on: boolean): Extension => EditorState.readOnly.of(on)
const spoken = ({ label, phrases }: SheetWords): Extension => [
  EditorState.phrases.of(phrases),
  EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
]
