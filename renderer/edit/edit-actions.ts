/** What a hand does in Edit, by key and by name. */
import { stampOf, stamps, type StampKind } from '../../electron/core/change/stamps.js'
import { aligned, distributed, lines } from '../canvas/align.js'
import { t } from '../i18n/text.svelte.js'
import type { Action } from '../state/actions.js'
import type { App } from '../state/app.svelte.js'
import { fillInRoutes } from './fill-in.js'
import { kinds } from './kinds.js'
import { copyText } from '../ui/clipboard.js'

const ways = [
  ['ArrowRight', 'right', 1, 0],
  ['ArrowLeft', 'left', -1, 0],
  ['ArrowDown', 'down', 0, 1],
  ['ArrowUp', 'up', 0, -1],
] as const

/** Canvas units that an arrow moves what is selected by; with Shift further. */
const nudge = { small: 4, large: 20 } as const

const arrows = { right: '→', left: '←', down: '↓', up: '↑' } as const

export function editActions(app: App): readonly Action[] {
  const { clipboard, editor, selection } = app
  const editing = (): boolean => app.editing
  const selected = (): boolean => app.editing && selection.target !== null
  const several = (): boolean => app.editing && selection.namespaces.length > 0
  const copyIf = async (text: string | null): Promise<void> => {
    if (text !== null) await copyText(text)
  }
  return [
    {
      id: 'edit',
      label: 'action.edit',
      keys: 'e',
      shown: 'E',
      enabled: () => editor.canEdit,
      run: () => app.edit(!app.editing),
    },
    ...kinds.map(({ kind, key }): Action => ({
      id: `add-${kind}`,
      label: `action.add.${kind}`,
      keys: key.toLowerCase(),
      shown: key,
      when: 'edit',
      changes: true,
      enabled: () => editor.canEdit,
      run: () => {
        app.beginEditing()
        editor.add(kind)
      },
    })),
    {
      id: 'add-note',
      label: 'action.addNote',
      changes: true,
      enabled: () => editor.canEdit,
      run: () => {
        app.beginEditing()
        editor.addNote()
      },
    },
    ...(Object.keys(stamps) as StampKind[]).map((kind): Action => ({
      id: `stamp-${kind}`,
      label: `action.stamp.${kind}`,
      changes: true,
      enabled: () => editor.canEdit,
      run: () => {
        app.beginEditing()
        clipboard.stamp(stampOf(kind), null, t(`stamp.${kind}`))
      },
    })),
    {
      id: 'run-in-all',
      label: 'action.runInAll',
      when: 'edit',
      enabled: () => editing() && app.session.ready && shellsOf(app).length > 1,
      run: () => {
        app.view.showTab('terminal')
        void app.terminals.showBeside(shellsOf(app))
      },
    },
    {
      id: 'keep-stamp',
      label: 'action.keepStamp',
      when: 'edit',
      enabled: several,
      run: () => {
        app.view.openLeft('build')
        clipboard.own.naming = true
      },
    },
    {
      id: 'note-text',
      label: 'action.noteText',
      when: 'edit',
      enabled: () => app.editing && selection.target?.kind === 'note',
      run: () => writeNote(app),
    },
    {
      id: 'cable',
      label: 'action.cable',
      keys: 'v',
      shown: 'V',
      when: 'edit',
      enabled: editing,
      run: () => {
        app.view.openLeft('build')
        editor.beginCable()
      },
    },
    {
      id: 'nat',
      label: 'action.nat',
      keys: 'm',
      shown: 'M',
      when: 'edit',
      changes: true,
      enabled: editing,
      run: () => {
        app.view.openLeft('build')
        editor.hide(selection.target)
      },
    },
    {
      id: 'fill-routes',
      label: 'action.fillRoutes',
      changes: true,
      enabled: () => editor.canEdit,
      run: () => {
        app.beginEditing()
        fillInRoutes(app)
      },
    },
    {
      id: 'remove',
      label: 'action.remove',
      keys: ['Delete', 'Backspace'],
      shown: 'Delete',
      when: 'edit',
      changes: true,
      enabled: selected,
      run: () => editor.remove(selection.all),
    },
    {
      id: 'select-all',
      label: 'action.selectAll',
      keys: '$mod+a',
      shown: 'Ctrl A',
      when: 'edit',
      enabled: editing,
      run: () => editor.selectAll(),
    },
    // Their keys are the browser's own: what it then asks for is in clipboard-keys.ts.
    {
      id: 'copy',
      label: 'action.copy',
      shown: 'Ctrl C',
      when: 'edit',
      enabled: several,
      run: () => void copyIf(clipboard.copied()),
    },
    {
      id: 'cut',
      label: 'action.cut',
      shown: 'Ctrl X',
      when: 'edit',
      changes: true,
      enabled: several,
      run: () => void copyIf(clipboard.cut()),
    },
    {
      id: 'paste',
      label: 'action.paste',
      shown: 'Ctrl V',
      when: 'edit',
      changes: true,
      enabled: editing,
      run: () => void navigator.clipboard.readText().then((text) => clipboard.paste(text)),
    },
    {
      id: 'duplicate',
      label: 'action.duplicate',
      keys: '$mod+d',
      shown: 'Ctrl D',
      when: 'edit',
      changes: true,
      enabled: several,
      run: () => clipboard.duplicate(),
    },
    {
      id: 'fields',
      label: 'action.fields',
      keys: 'Enter',
      shown: 'Enter',
      row: null,
      onPicture: true,
      when: 'edit',
      enabled: selected,
      run: () => {
        if (writeNote(app)) return
        app.settings.set({ inspector: true })
        editor.fieldsWanted = true
      },
    },
    ...ways.flatMap(([key, way, x, y]): Action[] =>
      (
        [
          ['', nudge.small],
          ['Shift+', nudge.large],
        ] as const
      ).map(([shift, by], large) => ({
        id: `nudge-${way}${large ? '-far' : ''}`,
        label: `action.nudge.${way}`,
        keys: `${shift}${key}`,
        shown: arrows[way],
        row: way === 'right' && !large ? { label: 'action.nudge', shown: '← ↑ ↓ →' } : null,
        when: 'edit',
        onPicture: true,
        hidden: large === 1,
        enabled: selected,
        run: () => editor.nudge({ x: x * by, y: y * by }),
      })),
    ),
    ...lines.map((line): Action => ({
      id: `align-${line}`,
      label: `action.align.${line}`,
      when: 'edit',
      changes: true,
      enabled: () => app.editing && selection.namespaces.length > 1,
      run: () => editor.arrange((boxes) => aligned(boxes, line), t(`edit.align.${line}`)),
    })),
    ...(['x', 'y'] as const).map((axis): Action => ({
      id: `distribute-${axis}`,
      label: `action.distribute.${axis}`,
      when: 'edit',
      changes: true,
      enabled: () => app.editing && selection.namespaces.length > 2,
      run: () => editor.arrange((boxes) => distributed(boxes, axis), t(`edit.distribute.${axis}`)),
    })),
    {
      id: 'tidy',
      label: 'action.tidy',
      when: 'edit',
      changes: true,
      enabled: () => app.editing && selection.namespaces.length > 1,
      run: () => editor.tidy(),
    },
    {
      id: 'rename',
      label: 'action.rename',
      keys: 'F2',
      shown: 'F2',
      when: 'edit',
      enabled: selected,
      run: () => {
        if (writeNote(app)) return
        app.settings.set({ inspector: true })
        editor.naming = selection.target?.id ?? null
      },
    },
    {
      id: 'leave-edit',
      label: 'action.leaveEdit',
      keys: 'Escape',
      shown: 'Esc',
      when: 'edit',
      enabled: editing,
      run: () => leave(app),
    },
    ...ways.map(([key, way, x, y]): Action => ({
      id: `neighbour-${way}`,
      label: `action.neighbour.${way}`,
      keys: `$mod+${key}`,
      shown: `Ctrl ${arrows[way]}`,
      row: way === 'right' ? { label: 'action.neighbour', shown: 'Ctrl ← ↑ ↓ →' } : null,
      when: 'edit',
      changes: true,
      enabled: () => app.editing && editor.placeOf(selection.target) !== null,
      run: () => {
        const from = editor.placeOf(selection.target)
        if (from) editor.grow(from, 'namespace', editor.spotBeside(from.namespace, { x, y }))
      },
    })),
    ...ways.map(([key, way, x, y]): Action => ({
      id: `walk-${way}`,
      label: `action.walk.${way}`,
      keys: `Alt+${key}`,
      shown: `Alt ${arrows[way]}`,
      row: way === 'right' ? { label: 'action.walk', shown: 'Alt ← ↑ ↓ →' } : null,
      when: 'edit',
      enabled: selected,
      run: () => editor.walk({ x, y }),
    })),
  ]
}

/** Of what is selected, where a shell can be. */
const shellsOf = ({ selection, live }: App): readonly string[] =>
  selection.namespaces.filter((name) => live.byName.has(name))

/** A note has no fields: its text is typed where it stands. False: what is selected is no note. */
function writeNote({ editor, selection: { target } }: App): boolean {
  if (target?.kind !== 'note') return false
  editor.noting = Number(target.id)
  return true
}

/** From what was begun to the object, to nothing, to Live. */
function leave(app: App): void {
  const { editor, selection } = app
  if (editor.letGo()) return
  if (selection.target) selection.target = null
  else app.edit(false)
}
