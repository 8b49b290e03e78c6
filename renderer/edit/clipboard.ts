/**
 * Parts of a lab as text on the clipboard, and text from it as parts: a lab file, a containerlab topology, a script or
 * `ip` commands. What was cabled to the rest does not come along, and is named.
 */
import type { Point } from '../../electron/core/change/lab-change.js'
import { copyParts } from '../../electron/core/change/parts.js'
import { pasteParts } from '../../electron/core/change/paste.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { sentenceOf, t } from '../i18n/text.svelte.js'
import { foreignKind } from '../../electron/core/exchange/foreign.js'
import { readForeign } from '../state/foreign-file.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import type { Selection } from '../state/selection.svelte.js'
import type { Rpc } from '../connection/rpc.js'
import { say } from '../state/tell.js'
import { OwnStamps, stampName } from './own-stamps.svelte.js'
import type { Editor } from './editor.svelte.js'
import type { Rect } from '../canvas/drawing.js'

const words = 'clipboard'
/** A copy beside what it is of, where no pointer says where else (canvas units). */
const aside: Point = { x: 40, y: 40 }

/** Between what is drawn and what comes below it. */
const below = 80
const pasted = (count: number): string => t('edit.paste', { count })

/** From where a lab is drawn to where its top left corner is to be; null: it says no places. */
function fromCorner({ layout }: LabFile, to: Point): Point | null {
  const places = Object.values(layout ?? {})
  if (places.length === 0) return null
  return { x: to.x - Math.min(...places.map(({ x }) => x)), y: to.y - Math.min(...places.map(({ y }) => y)) }
}

export interface ClipboardSurroundings {
  readonly rpc: Rpc
  readonly document: LabDocument
  readonly selection: Selection
  readonly editor: Editor
  placed(): ReadonlyMap<string, Rect>
  /** In canvas units; null: the pointer is elsewhere. */
  pointer(): Point | null
}

export class Clipboard {
  /** Ready-made parts of one's own. */
  readonly own: OwnStamps

  constructor(private readonly around: ClipboardSurroundings) {
    this.own = new OwnStamps(around.rpc)
  }

  /** What is selected, as a lab file; null: no namespace is. What does not come along is said. */
  copied(): string | null {
    const parts = this.parts()
    if (!parts) return null
    const { leftOut } = parts
    const count = this.around.selection.namespaces.length
    say(
      leftOut.length === 0
        ? t('edit.copied', { count })
        : t('edit.copiedWithout', { count, cables: leftOut.join(', ') }),
      words,
    )
    return parts.text
  }

  /** The same, and it is taken out. */
  cut(): string | null {
    const text = this.copied()
    if (text !== null) this.around.editor.remove(this.around.selection.all)
    return text
  }

  /** Beside what is selected. */
  duplicate(): void {
    const parts = this.parts()
    if (!parts) return
    const { labFile } = parseLabText(parts.text, '')
    if (labFile) this.insert(labFile, aside, (count) => t('edit.duplicate', { count }), [])
  }

  async paste(text: string): Promise<void> {
    if (text.trim() === '') return say(t('edit.pasteEmpty'), words)
    const foreign = foreignKind('', text) ?? (/^vethlab\s*:/m.test(text) ? null : 'script')
    if (foreign === null) {
      const { labFile, problems } = parseLabText(text, t('edit.clipboard'))
      const [problem] = problems.filter(({ severity }) => severity === 'error')
      if (labFile && !problem) this.insert(labFile, this.way(labFile), pasted, [])
      else
        say(
          t('edit.pasteBroken', {
            why: problem ? sentenceOf({ message: problem.message, said: problem.said.message }) : '',
          }),
          words,
        )
      return
    }
    const read = await readForeign({ from: foreign, path: '', text })
    if (!read.labFile) return say(t('edit.pasteNothing'), words)
    const leftOut = read.groups.map(({ first }) => sentenceOf({ message: first.message, said: first.said.message }))
    this.insert(read.labFile, this.way(read.labFile), pasted, leftOut)
  }

  /**
   * A ready-made part.
   * @param at the top left corner of what comes, in canvas units; null: below all that is there
   */
  stamp(labFile: LabFile, at: Point | null, name: string): void {
    const boxes = [...this.around.placed().values()]
    const free = {
      x: boxes.length === 0 ? 0 : Math.min(...boxes.map(({ x }) => x)),
      y: boxes.length === 0 ? 0 : Math.max(...boxes.map(({ y, height }) => y + height)) + below,
    }
    this.insert(labFile, fromCorner(labFile, at ?? free) ?? { x: 0, y: 0 }, () => t('stamp.step', { name }), [])
  }

  /** What is selected becomes a ready-made part of that name. Returns why not; null: it is on its way. */
  keep(name: string): string | null {
    if (!stampName.test(name)) return t('stamp.nameWords')
    if (this.own.list.some((each) => each.name === name)) return t('stamp.taken', { name })
    const text = this.copied()
    if (text === null) return t('stamp.nothing')
    void this.own.save(name, text)
    return null
  }

  private parts(): ReturnType<typeof copyParts> {
    const { document, selection } = this.around
    const places = Object.fromEntries([...this.around.placed()].map(([name, { x, y }]) => [name, { x, y }]))
    return document.source && copyParts(document.source, selection.namespaces, places)
  }

  /** To the pointer, else a little aside. */
  private way(labFile: LabFile): Point {
    const pointer = this.around.pointer()
    return (pointer && fromCorner(labFile, pointer)) ?? aside
  }

  private insert(labFile: LabFile, by: Point, label: (count: number) => string, leftOut: readonly string[]): void {
    const { source } = this.around.document
    if (!source) return
    const { gestured, names } = pasteParts(source, labFile, by, this.around.editor.beside)
    const targets = names.map((id) => ({ kind: 'namespace', id }) as const)
    this.around.editor.carryOut(gestured, label(names.length), targets)
    if (leftOut.length > 0) say(t('edit.pastedWithout', { what: leftOut.join(' ') }), words)
  }
}
