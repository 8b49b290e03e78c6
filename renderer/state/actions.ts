/** Everything that can be done by key or by name: one list for the shortcuts, the palette and the list of keys. */
import type { Point, Rect } from '../canvas/drawing.js'
import type { Target } from '../canvas/selection.js'
import { handIn, newVariant } from '../challenge/acts.js'
import { makeTwin, showRepair } from '../machine/make-twin.js'
import type { App } from './app.svelte.js'
import type { Key } from '../i18n/text.svelte.js'
import { theme } from '../ui/theme.svelte.js'
import type { PictureKind } from './save-picture.js'

export interface Action {
  readonly id: string
  readonly label: Extract<Key, `action.${string}`>
  /** As tinykeys writes it; `$mod` is Ctrl (Cmd on a Mac). */
  readonly keys?: string | readonly string[]
  /** The mode in which the key means this; always, where it says nothing. */
  readonly when?: 'live' | 'edit'
  /** As people read it. */
  readonly shown?: string
  /** Its row in the list of keys, where it is one of several that are one row there; null: another of them has it. */
  readonly row?: { readonly label: Action['label']; readonly shown: string } | null
  /** Only while the keyboard is on the picture or on nothing: elsewhere these keys have a meaning of their own. */
  readonly onPicture?: boolean
  /** Also in a field in which nothing was typed yet. */
  readonly inUntouched?: boolean
  /** Too much alike another one to be offered by name. */
  readonly hidden?: boolean
  /** Also while a terminal or a field has the focus. Single letters never do. */
  readonly everywhere?: boolean
  /** The same, also while a terminal or a field has the focus: a chord that neither of them uses. */
  readonly chord?: string
  /** What stands, or the lab, is another afterwards: never the first thing that the palette offers. */
  readonly changes?: boolean
  /** Also while this machine is shown in place of the lab. */
  readonly onMachine?: boolean
  readonly enabled?: () => boolean
  run(): void
}

export interface CanvasCommands {
  fit(): void
  zoom(to: 'in' | 'out'): void
  /** Into view, and near enough to be read. */
  find(target: Target): void
  /** A place of the window in the lab's coordinates, and the namespace that is drawn there; null where the canvas is not. */
  at(clientX: number, clientY: number): { readonly at: Point; readonly over: string | null } | null
  /** The pointer in the lab's coordinates; null: it is elsewhere. */
  pointer(): Point | null
  /** Where a menu of the object is opened, in CSS pixels of the canvas. */
  menuPlace(target: Target | null): Point
  /** Where each namespace of the lab is drawn, by its name. */
  placed(): ReadonlyMap<string, Rect>
  /** All of the network, in the theme in use. */
  picture(kind: PictureKind): Promise<Blob>
}

export function actionsOf(app: App): readonly Action[] {
  const canvas = (): CanvasCommands | null => app.canvas
  const { deploy, document, files, guide, session, settings, view, dialogs, terminals, checks, host, uplink } = app
  const hasGuide = (): boolean => guide.steps.length > 0
  return [
    {
      id: 'palette',
      onMachine: true,
      label: 'action.palette',
      keys: '$mod+k',
      shown: 'Ctrl K',
      everywhere: true,
      run: () => (dialogs.sheet = 'palette'),
    },
    {
      id: 'deploy',
      changes: true,
      label: 'action.deploy',
      keys: '$mod+Enter',
      shown: 'Ctrl ↵',
      everywhere: true,
      enabled: () => deploy.canDeploy && session.ready,
      run: () => void app.standing.build(),
    },
    { id: 'plan', label: 'action.plan', enabled: () => deploy.plan.length > 0, run: () => view.showTab('plan') },
    {
      id: 'stop',
      label: 'action.stop',
      enabled: () => session.ready && !deploy.busy && app.live.hasContent,
      changes: true,
      run: () => void app.standing.stop(false),
    },
    {
      id: 'host',
      changes: true,
      label: 'action.host',
      enabled: () => document.isOpen && !document.broken && !session.onHost && host.busy === null,
      run: () => void host.show(),
    },
    {
      id: 'sandbox',
      changes: true,
      label: 'action.sandbox',
      enabled: () => session.onHost && !deploy.busy && host.busy === null,
      run: () => void host.leave(),
    },
    {
      id: 'checks',
      label: 'action.checks',
      enabled: () => session.ready && app.live.hasContent,
      run: () => {
        view.showTab('checks')
        void checks.runAll()
      },
    },
    {
      id: 'break',
      label: 'action.break',
      changes: true,
      enabled: () => app.challenge.possible,
      run: () => void app.breakIt(),
    },
    {
      id: 'variant',
      label: 'action.variant',
      changes: true,
      enabled: () => app.task.origin !== null,
      run: () => void newVariant(app),
    },
    {
      id: 'hand-in',
      label: 'action.handIn',
      enabled: () => app.task.key !== null,
      run: () => void handIn(app),
    },
    {
      id: 'record',
      label: 'action.record',
      changes: true,
      enabled: () => app.recorder.possible,
      run: () => void app.record(),
    },
    {
      id: 'record-stop',
      label: 'action.recordStop',
      changes: true,
      enabled: () => app.recorder.on,
      run: () => void app.stopRecording(),
    },
    {
      id: 'open',
      onMachine: true,
      changes: true,
      label: 'action.open',
      keys: '$mod+o',
      shown: 'Ctrl O',
      everywhere: true,
      run: () => void files.open(),
    },
    { id: 'new', onMachine: true, changes: true, label: 'action.new', run: () => void files.openNew() },
    {
      id: 'save',
      changes: true,
      label: 'action.save',
      keys: '$mod+s',
      shown: 'Ctrl S',
      everywhere: true,
      enabled: () => document.isOpen,
      run: () => void files.save(),
    },
    {
      id: 'save-as',
      changes: true,
      label: 'action.saveAs',
      keys: '$mod+Shift+s',
      shown: 'Ctrl Shift S',
      everywhere: true,
      enabled: () => document.isOpen,
      run: () => void files.saveAs(),
    },
    {
      id: 'undo',
      changes: true,
      label: 'action.undo',
      keys: '$mod+z',
      inUntouched: true,
      shown: 'Ctrl Z',
      enabled: () => document.canUndo && !app.challenge.on,
      run: () => app.editor.undo(),
    },
    {
      id: 'redo',
      changes: true,
      label: 'action.redo',
      keys: '$mod+Shift+z',
      inUntouched: true,
      shown: 'Ctrl Shift Z',
      enabled: () => document.canRedo && !app.challenge.on,
      run: () => app.editor.redo(),
    },
    {
      id: 'next-step',
      label: 'action.nextStep',
      keys: 'n',
      when: 'live',
      shown: 'N, Ctrl Alt N',
      chord: '$mod+Alt+KeyN',
      enabled: hasGuide,
      run: () => guide.go(guide.index + 1),
    },
    {
      id: 'previous-step',
      label: 'action.previousStep',
      keys: 'Shift+n',
      when: 'live',
      shown: 'Shift N, Ctrl Alt Shift N',
      chord: '$mod+Alt+Shift+KeyN',
      enabled: hasGuide,
      run: () => guide.go(guide.index - 1),
    },
    {
      id: 'terminal',
      label: 'action.terminal',
      keys: '$mod+Backquote',
      shown: 'Ctrl `',
      everywhere: true,
      enabled: () => session.ready,
      run: () => void app.showTerminal(terminals.active?.namespace ?? 'host'),
    },
    {
      id: 'find',
      label: 'action.find',
      keys: '$mod+f',
      shown: 'Ctrl F',
      enabled: () => canvas() !== null,
      run: () => app.find.begin(),
    },
    {
      id: 'menu',
      label: 'action.menu',
      keys: ['ContextMenu', 'Shift+F10'],
      shown: 'Shift F10',
      enabled: () => canvas() !== null,
      run: () => {
        app.menus.open = canvas()?.menuPlace(app.selection.target) ?? null
      },
    },
    {
      id: 'layer-all',
      onMachine: true,
      label: 'action.layerAll',
      keys: '1',
      shown: '1',
      run: () => settings.set({ layer: 'all' }),
    },
    {
      id: 'layer-2',
      onMachine: true,
      label: 'action.layer2',
      keys: '2',
      shown: '2',
      run: () => settings.set({ layer: 'layer2' }),
    },
    {
      id: 'layer-3',
      onMachine: true,
      label: 'action.layer3',
      keys: '3',
      shown: '3',
      run: () => settings.set({ layer: 'layer3' }),
    },
    {
      id: 'fit',
      label: 'action.fit',
      keys: 'Shift+Digit1',
      shown: 'Shift 1',
      enabled: () => canvas() !== null,
      run: () => canvas()?.fit(),
    },
    {
      id: 'zoom-in',
      label: 'action.zoomIn',
      keys: ['(\\+|=)', 'Shift+(\\+|=)'],
      shown: '+',
      enabled: () => canvas() !== null,
      run: () => canvas()?.zoom('in'),
    },
    {
      id: 'zoom-out',
      label: 'action.zoomOut',
      keys: '-',
      shown: '−',
      enabled: () => canvas() !== null,
      run: () => canvas()?.zoom('out'),
    },
    {
      id: 'export-png',
      label: 'action.exportPng',
      enabled: () => canvas() !== null,
      run: () => void app.share.exportPicture('png'),
    },
    {
      id: 'export-svg',
      label: 'action.exportSvg',
      enabled: () => canvas() !== null,
      run: () => void app.share.exportPicture('svg'),
    },
    {
      id: 'export-film',
      label: 'action.exportFilm',
      enabled: () => app.share.canFilm,
      run: () => void app.share.exportFilm(),
    },
    {
      id: 'plug',
      changes: true,
      label: 'action.plug',
      enabled: () => uplink.available && !uplink.plugged,
      run: () => void uplink.plug(),
    },
    {
      id: 'unplug',
      changes: true,
      label: 'action.unplug',
      enabled: () => uplink.plugged !== null,
      run: () => void uplink.unplug(),
    },
    { id: 'build', onMachine: true, label: 'action.build', run: () => app.showPanel('build') },
    {
      id: 'machine',
      onMachine: true,
      label: 'action.machine',
      keys: 'm',
      when: 'live',
      shown: 'M',
      enabled: () => !app.machine.open,
      run: () => void app.machine.enter(),
    },
    {
      id: 'twin',
      onMachine: true,
      changes: true,
      label: 'action.twin',
      enabled: () => app.machine.shown !== null && !app.machine.twinning,
      run: () => void makeTwin(app),
    },
    {
      id: 'repair',
      label: 'action.repair',
      enabled: () => app.twin.commands.length > 0,
      run: () => void showRepair(app),
    },
    { id: 'labs', onMachine: true, label: 'action.labs', run: () => app.showPanel('labs') },
    { id: 'guide', onMachine: true, label: 'action.guide', run: () => app.showPanel('guide') },
    { id: 'inspector', label: 'action.inspector', run: () => settings.set({ inspector: !settings.inspector }) },
    { id: 'dock', label: 'action.dock', run: () => settings.set({ dock: !settings.dock }) },
    { id: 'file', label: 'action.file', enabled: () => document.isOpen, run: () => view.showTab('file') },
    { id: 'commands', label: 'action.commands', run: () => view.showTab('commands') },
    { id: 'refresh', label: 'action.refresh', enabled: () => session.ready, run: () => void app.live.readAgain() },
    {
      id: 'theme',
      onMachine: true,
      label: 'action.theme',
      run: () => settings.set({ theme: theme.current === 'light' ? 'dark' : 'light' }),
    },
    {
      id: 'language',
      onMachine: true,
      label: 'action.language',
      run: () => settings.set({ language: settings.language === 'en' ? 'zh-CN' : 'en' }),
    },
    { id: 'settings', onMachine: true, label: 'action.settings', run: () => (dialogs.sheet = 'settings') },
    {
      id: 'shortcuts',
      onMachine: true,
      label: 'action.shortcuts',
      keys: ['?', 'Shift+?'],
      shown: '?',
      run: () => (dialogs.sheet = 'shortcuts'),
    },
  ]
}
