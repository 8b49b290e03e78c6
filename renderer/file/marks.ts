/** Lines of what is selected elsewhere. */
import { StateEffect, StateField } from '@codemirror/state'
import { Decoration, EditorView } from '@codemirror/view'
import type { DecorationSet } from '@codemirror/view'
import type { TextRange } from '../../electron/core/lab/text-range.js'

export const setMarks = StateEffect.define<readonly TextRange[]>({
  map: (spans, changes) => spans.map(({ from, to }) => ({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) })),
})
const markedLine = Decoration.line({ class: 'cm-selected-object' })
export const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, { state, changes, effects }) {
    const asked = effects.find((effect) => effect.is(setMarks))
    if (!asked) return shown.map(changes)
    const lines = new Set<number>()
    for (const { from, to } of asked.value as readonly TextRange[]) {
      const last = state.doc.lineAt(Math.min(to, state.doc.length)).number
      for (let line = state.doc.lineAt(Math.min(from, state.doc.length)).number; line <= last; line += 1)
        lines.add(state.doc.line(line).from)
    }
    return Decoration.set([...lines].toSorted((a, b) => a - b).map((at) => markedLine.range(at)))
  },
  provide: (field) => EditorView.decorations.from(field),
})
